package dev.pluglm.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Wall time and the calling thread's processor time of one piece of work, several times over. The latter is what to go
 * by while others use the machine; with more than one thread it is only a part.
 */
final class Medians {
    private DoubleStream.Builder wall = DoubleStream.builder();
    private DoubleStream.Builder processor = DoubleStream.builder();
    private long start;
    private long used;

    /** Forgets all so far: the JVM has compiled by now. */
    void restart() {
        wall = DoubleStream.builder();
        processor = DoubleStream.builder();
    }

    void begin() {
        start = System.nanoTime();
        used = processorTime();
    }

    void end() {
        wall.add((System.nanoTime() - start) / 1e6);
        processor.add((processorTime() - used) / 1e6);
    }

    private static long processorTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /**
     * Prints the medians; no more can be measured then.
     *
     * @param units how many of what the label says were done at once
     */
    void print(String label, int units) {
        double[] all = wall.build().sorted().toArray();
        double[] own = processor.build().sorted().toArray();
        double median = all[all.length / 2];
        System.out.printf(Locale.ROOT, "%s: median %.1f ms, %.1f/s (p90 %.1f ms, p99 %.1f ms); processor time"
                + " %.1f ms (p99 %.1f ms)%n", label, median, units / median * 1e3, all[all.length * 9 / 10],
                all[all.length * 99 / 100], own[own.length / 2], own[own.length * 99 / 100]);
    }
}
