package dev.pluglm.task;

import dev.pluglm.problem.Problem;

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
 * @param fewest what would be fewer than that is added to the batch before
 * @param grouped whether samples of similar lengths come together
 */
record EpochOrder(List<Sample> samples, int batchSize, int fewest, boolean grouped, long seed) {

    /** So many batches are filled from one shuffled pool that is sorted by length. */
    private static final int POOL = 50;

    /**
     * The order that a configuration asks for.
     *
     * @param processes that share each batch
     * @throws Problem if there are fewer samples than processes
     */
    static EpochOrder of(List<Sample> samples, FinetuningConfig config, long seed, int processes) {
        if (samples.size() < processes) {
            throw Problem.of("%s: %d training samples for %d processes; expected one for each at least",
                    config.trainFile, samples.size(), processes);
        }
        return new EpochOrder(samples, Math.multiplyExact(config.perDeviceTrainBatchSize, processes), processes,
                config.groupByLength, seed);
    }

    int batches() {
        int whole = samples.size() / batchSize;
        int rest = samples.size() % batchSize;
        return Math.max(1, whole + (rest >= fewest && rest > 0 ? 1 : 0));
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
        int count = batches();
        for (int i = 0; i < count; i++) {
            batches.add(new Batch(order.subList(i * batchSize, i == count - 1 ? order.size() : (i + 1) * batchSize)
                    .stream().map(samples::get).toList()));
        }
        if (grouped) {
            Collections.shuffle(batches, random);
        }
        return batches;
    }
}
