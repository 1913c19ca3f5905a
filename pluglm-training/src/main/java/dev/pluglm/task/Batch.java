package dev.pluglm.task;

import dev.pluglm.model.Input;
import dev.pluglm.model.Task;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;

import java.util.Arrays;
import java.util.List;

/** Samples that are computed at once. */
record Batch(List<Sample> samples) {

    /** As the model reads them, padded to the longest. */
    Input input(int padding) {
        return Input.of(samples.stream().map(Sample::ids).toArray(int[][]::new),
                samples.stream().map(Sample::types).toArray(int[][]::new), padding);
    }

    /** What is to be learned, in the shape that a head's loss takes (see {@code dev.pluglm.model.Head}), on the CPU. */
    Tensor labels(Task head) {
        return switch (head) {
            case CLASSIFICATION -> classes(1).squeeze(1);
            case MULTI_LABEL -> Tensors.of(numbers(), samples.size(), samples.getFirst().target().length);
            case REGRESSION, YES_NO -> Tensors.of(numbers(), samples.size());
            case TOKEN_CLASSIFICATION -> classes(samples.stream().mapToInt(Sample::length).max().orElseThrow());
            case QUESTION_ANSWERING -> classes(2);
            case MASKED_LM -> throw new IllegalArgumentException("masked tokens are no task to fine-tune for");
        };
    }

    /** How many things are predicted: what a mean loss is the mean of. */
    long predicted(Task head) {
        return head == Task.TOKEN_CLASSIFICATION
                ? samples.stream().flatMapToDouble(it -> Arrays.stream(it.target()))
                        .filter(target -> target != Sample.IGNORED).count()
                : samples.size();
    }

    private float[] numbers() {
        double[] all = samples.stream().flatMapToDouble(it -> Arrays.stream(it.target())).toArray();
        float[] numbers = new float[all.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) all[i];
        }
        return numbers;
    }

    private Tensor classes(int width) {
        long[] classes = new long[samples.size() * width];
        Arrays.fill(classes, Sample.IGNORED);
        for (int row = 0; row < samples.size(); row++) {
            double[] target = samples.get(row).target();
            for (int i = 0; i < target.length; i++) {
                classes[row * width + i] = (long) target[i];
            }
        }
        return Tensors.of(classes, samples.size(), width);
    }
}
