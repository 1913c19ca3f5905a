package dev.pluglm.cli;

import dev.pluglm.tensor.Torch;
import dev.pluglm.training.Ensemble;
import dev.pluglm.training.LocalProcesses;
import dev.pluglm.training.ProcessGroup;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Options of a run that several processes may share. */
final class ProcessOptions {

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

    void check() {
        if (processes < 1 || processes > 1024) {
            throw new BadUsage("--processes is %d; expected 1 to 1024".formatted(processes));
        }
        if (rank == null != (worldSize == null) || rank == null != (meet == null)) {
            throw new BadUsage("--rank, --world-size and --meet belong together");
        }
        if (processes > 1 && rank != null) {
            throw new BadUsage("--processes starts all processes itself; it takes no --rank");
        }
    }

    /** Whether this process only starts the others and watches over them. */
    boolean areToBeStarted() {
        return processes > 1;
    }

    /**
     * Runs a command line in all processes.
     *
     * @param arguments of the command, without those of this
     */
    void start(List<String> arguments) {
        int port = LocalProcesses.freePort();
        LocalProcesses.run(processes, number -> {
            List<String> line = java();
            line.addAll(arguments);
            line.addAll(List.of("--rank", "" + number, "--world-size", "" + processes, "--meet", "127.0.0.1:" + port,
                    "--stop-with-parent"));
            return line;
        });
    }

    private static List<String> java() {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
        for (String name : List.of("org.bytedeco.javacpp.maxPhysicalBytes", "org.bytedeco.javacpp.cachedir",
                "pluglm.columns")) {
            Optional.ofNullable(System.getProperty(name)).ifPresent(it -> line.add("-D" + name + "=" + it));
        }
        line.add(Main.class.getName());
        return line;
    }

    /** Meets the others, if there are any; has to be closed. */
    Ensemble join(String device) {
        if (stopWithParent) {
            LocalProcesses.stopWithParent();
        }
        if (rank == null) {
            return Ensemble.alone();
        }
        int colon = meet.lastIndexOf(':');
        if (colon < 1 || !meet.substring(colon + 1).matches("\\d{1,5}")) {
            throw new BadUsage("--meet is '%s'; expected HOST:PORT".formatted(meet));
        }
        return ProcessGroup.join(new ProcessGroup.Rendezvous(rank, worldSize, meet.substring(0, colon),
                Integer.parseInt(meet.substring(colon + 1))), Torch.device(device));
    }
}
