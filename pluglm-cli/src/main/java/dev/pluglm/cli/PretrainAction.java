package dev.pluglm.cli;

import dev.pluglm.pretraining.Pretraining;
import dev.pluglm.pretraining.PretrainingConfig;
import dev.pluglm.training.Ensemble;

import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private ProcessOptions processes;

    @Spec
    private CommandSpec command;

    /** Adds the fields of the configuration as options, as their one definition describes them. */
    static final class Fields implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec command) {
            return OPTIONS.addTo(command);
        }
    }

    @Override
    int run(Console console) {
        processes.check();
        PretrainingConfig config = PretrainingConfig.read(Optional.ofNullable(file), OPTIONS.given(command));
        config.check();
        if (processes.areToBeStarted()) {
            processes.start(line());
            return Cli.OK;
        }
        try (Ensemble ensemble = processes.join(config.device);
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

    /** This command line again, for each of several processes. */
    private List<String> line() {
        List<String> line = new ArrayList<>(List.of("pretrain"));
        if (file != null) {
            line.add(file.toString());
        }
        line.addAll(OPTIONS.line(command));
        line.addAll(List.of("--resume", resume.name()));
        if (dryRun) {
            line.add("--dry-run");
        }
        return line;
    }
}
