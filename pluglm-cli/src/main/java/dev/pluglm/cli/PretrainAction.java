package dev.pluglm.cli;

import dev.pluglm.pretraining.Pretraining;
import dev.pluglm.pretraining.PretrainingConfig;
import dev.pluglm.tensor.Torch;
import dev.pluglm.training.Ensemble;
import dev.pluglm.training.LocalProcesses;
import dev.pluglm.training.ProcessGroup;

import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

@Command(name = "pretrain",
        header = "Pre-train a model with a memory.",
        customSynopsis = "pluglm pretrain [CONFIG] [--FIELD VALUE]... [OPTIONS]",
        description = {"", "CONFIG is a YAML file with the fields below; each may also be given as a flag, which counts"
                + " more than the file. The names are those of the published code, and may be written with - or _."},
        modelTransformer = PretrainAction.Fields.class,
        footer = {"", "Examples:",
            "  pluglm pretrain recipe.yaml --output-dir runs/first --dry-run",
            "  pluglm pretrain recipe.yaml --output-dir runs/first --resume auto"})
final class PretrainAction extends Action {
    private static final ConfigOptions OPTIONS = ConfigOptions.of(PretrainingConfig.FILE);

    @Parameters(index = "0", arity = "0..1", paramLabel = "CONFIG", description = "The configuration file.")
    private Path file;

    @Option(names = "--dry-run", description = "Time two steps, print what the run will need, and stop.")
    private boolean dryRun;

    @Option(names = "--resume", paramLabel = "WHEN", defaultValue = "never",
            description = "auto: go on from the newest checkpoint if there is one; never (default).")
    private Resume resume;

    @Option(names = "--processes", paramLabel = "N", defaultValue = "1",
            description = "Processes on this machine that share the run (default: 1).")
    private int processes;

    @Option(names = "--rank", paramLabel = "N",
            description = "Of processes that are started by hand: the number of this one, from 0.")
    private Integer rank;

    @Option(names = "--world-size", paramLabel = "N", description = "... and how many there are.")
    private Integer worldSize;

    @Option(names = "--meet", paramLabel = "HOST:PORT",
            description = "... and where they meet: the machine of process 0 and a free port there.")
    private String meet;

    @Option(names = "--stop-with-parent", hidden = true)
    private boolean stopWithParent;

    @Spec
    private CommandSpec command;

    enum Resume { AUTO, NEVER }

    /** Adds the fields of the configuration as options, as their one definition describes them. */
    static final class Fields implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec command) {
            return OPTIONS.addTo(command);
        }
    }

    @Override
    int run(Console console) {
        if (processes < 1 || processes > 1024) {
            throw new BadUsage("--processes is %d; expected 1 to 1024".formatted(processes));
        }
        if (rank == null != (worldSize == null) || rank == null != (meet == null)) {
            throw new BadUsage("--rank, --world-size and --meet belong together");
        }
        if (processes > 1 && rank != null) {
            throw new BadUsage("--processes starts all processes itself; it takes no --rank");
        }
        PretrainingConfig config = PretrainingConfig.read(Optional.ofNullable(file), OPTIONS.given(command));
        config.check();
        if (processes > 1) {
            LocalProcesses.run(processes, this::child);
            return Cli.OK;
        }
        if (stopWithParent) {
            LocalProcesses.stopWithParent();
        }
        try (Ensemble ensemble = ensemble(config);
                PretrainingProgress progress = new PretrainingProgress(console, config, ensemble.isFirst());
                Pretraining training = Pretraining.prepare(config, resume == Resume.AUTO, ensemble, progress)) {
            if (dryRun) {
                progress.plan(training.plan());
            } else {
                training.run();
                progress.end(training);
            }
        }
        return Cli.OK;
    }

    private Ensemble ensemble(PretrainingConfig config) {
        if (rank == null) {
            return Ensemble.alone();
        }
        int colon = meet.lastIndexOf(':');
        if (colon < 1 || !meet.substring(colon + 1).matches("\\d{1,5}")) {
            throw new BadUsage("--meet is '%s'; expected HOST:PORT".formatted(meet));
        }
        return ProcessGroup.join(new ProcessGroup.Rendezvous(rank, worldSize, meet.substring(0, colon),
                Integer.parseInt(meet.substring(colon + 1))), Torch.device(config.device));
    }

    private int port;

    /** This command line again, as one of several processes. */
    private List<String> child(int number) {
        port = number == 0 ? LocalProcesses.freePort() : port;
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
        for (String name : List.of("org.bytedeco.javacpp.maxPhysicalBytes", "org.bytedeco.javacpp.cachedir",
                "pluglm.columns")) {
            Optional.ofNullable(System.getProperty(name)).ifPresent(it -> line.add("-D" + name + "=" + it));
        }
        line.add(Main.class.getName());
        line.add("pretrain");
        if (file != null) {
            line.add(file.toString());
        }
        line.addAll(OPTIONS.line(command));
        line.addAll(List.of("--resume", resume.name(), "--rank", "" + number, "--world-size", "" + processes, "--meet",
                "127.0.0.1:" + port, "--stop-with-parent"));
        if (dryRun) {
            line.add("--dry-run");
        }
        return line;
    }
}
