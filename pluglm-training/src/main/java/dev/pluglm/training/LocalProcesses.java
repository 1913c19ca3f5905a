package dev.pluglm.training;

import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.IntFunction;

/**
 * Several processes of one run on this machine, watched over by the process that started them: when one fails, the
 * others are stopped, and when the watcher dies, they stop themselves.
 */
public final class LocalProcesses {
    /** For the others to notice by themselves, and to say so. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private LocalProcesses() {}

    /**
     * Starts processes and waits for all of them.
     *
     * @param count how many
     * @param command the command line of the process with a number (from 0)
     * @throws Problem if one fails
     */
    public static void run(int count, IntFunction<List<String>> command) {
        List<Process> processes = new ArrayList<>();
        try {
            for (int rank = 0; rank < count; rank++) {
                processes.add(new ProcessBuilder(command.apply(rank))
                        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
            }
            waitFor(processes);
        } catch (IOException e) {
            throw new Problem("a process of the run could not be started: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem("interrupted; the processes of the run were stopped", e);
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static void waitFor(List<Process> processes) throws InterruptedException {
        List<Process> running = new ArrayList<>(processes);
        while (!running.isEmpty()) {
            try {
                CompletableFuture.anyOf(running.stream().map(Process::onExit).toArray(CompletableFuture[]::new)).get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("waiting for a process failed", e);
            }
            for (Process ended : running.stream().filter(process -> !process.isAlive()).toList()) {
                running.remove(ended);
                if (ended.exitValue() != 0) {
                    stop(running);
                    throw Problem.of("process %d of %d ended with code %d%s; the others were stopped. Start the run "
                            + "again with --resume auto to go on from its last checkpoint", processes.indexOf(ended),
                            processes.size(), ended.exitValue(), killed(ended.exitValue()));
                }
            }
        }
    }

    private static String killed(int code) {
        return code > 128 ? " (killed by signal " + (code - 128) + ")" : "";
    }

    private static void stop(List<Process> running) throws InterruptedException {
        long end = System.nanoTime() + GRACE.toNanos();
        for (Process process : running) {
            process.waitFor(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            process.destroyForcibly();
        }
    }

    /** In a process that {@link #run} started: ends it as soon as the process that started it is gone. */
    public static void stopWithParent() {
        Thread.ofPlatform().daemon().name("parent-watch").start(() -> {
            try {
                while (System.in.read() >= 0) {
                    // The parent never writes; the end of the stream is its death.
                }
            } catch (IOException e) {
                // The stream is broken: gone as well.
            }
            Runtime.getRuntime().halt(1);
        });
    }

    /** A port of this machine that is free now. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new Problem("no free port for the processes to meet: " + e.getMessage(), e);
        }
    }
}
