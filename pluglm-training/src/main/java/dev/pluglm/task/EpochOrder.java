package dev.pluglm.task;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * In which batches the samples of an epoch come: another shuffle for every epoch, fixed by the seed.
 *
 * @param samples that are trained on, at least one
 * @param batchSize samples in a batch; the last of an epoch may have fewer
 * @param grouped whether samples of similar lengths come together
 */
record EpochOrder(List<Sample> samples, int batchSize, boolean grouped, long seed) {

    /** So many batches are filled from one shuffled pool that is sorted by length. */
    private static final int POOL = 50;

    int batches() {
        return (samples.size() + batchSize - 1) / batchSize;
    }

    /** The batches of an epoch, counted from 0. */
    List<Batch> epoch(long number) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L + number);
        List<Integer> order = IntStream.range(0, samples.size()).boxed()
                .collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(order, random);
        int pool = grouped ? batchSize * Math.max(1, Math.min(POOL, samples.size() / (4 * batchSize))) : 1;
        for (int from = 0; grouped && from < order.size(); from += pool) {
            order.subList(from, Math.min(order.size(), from + pool))
                    .sort(Comparator.comparingInt(i -> -samples.get(i).length()));
        }
        List<Batch> batches = new ArrayList<>();
        for (int from = 0; from < order.size(); from += batchSize) {
            batches.add(new Batch(order.subList(from, Math.min(order.size(), from + batchSize)).stream()
                    .map(samples::get).toList()));
        }
        if (grouped) {
            Collections.shuffle(batches, random);
        }
        return batches;
    }
}
