package dev.pluglm.training;

import java.util.Random;

/** Random numbers whose seed is printed, and can be set again with {@code -Dpluglm.seed=N}. */
final class Seeds {

    private Seeds() {}

    static Random random() {
        long seed = Long.getLong("pluglm.seed", System.nanoTime());
        System.out.println("seed " + seed + " (repeat with -Dpluglm.seed=" + seed + ")");
        return new Random(seed);
    }
}
