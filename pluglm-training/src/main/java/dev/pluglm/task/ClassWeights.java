package dev.pluglm.task;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;
import dev.pluglm.task.data.LabelSet;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How much an example of each class counts in the loss.
 *
 * @param weights of the classes in their order, above 0
 */
record ClassWeights(double... weights) {

    static final String BALANCED = "balanced";

    private static final int MEAN = 1;
    private static final int IGNORED = -100;

    /**
     * The weights that a configuration asks for.
     *
     * @param written {@value #BALANCED}: examples / (classes * examples of the class), as scikit-learn has it; or
     *     {@code label=weight,...}, 1 for labels that are not named; or nothing
     * @param samples that are trained on
     * @throws Problem if it is written otherwise, names another label, or the task has no classes
     */
    static Optional<ClassWeights> of(String written, DownstreamTask<?> task, List<Sample> samples) {
        if (written.isBlank()) {
            return Optional.empty();
        }
        if (!(task instanceof TextClassification classes)) {
            throw new Problem("class_weights is for tasks that give each text one of several labels; leave it out");
        }
        return Optional.of(written.strip().equals(BALANCED)
                ? balanced(classes.labels().size(), samples)
                : named(written, classes.labels()));
    }

    private static ClassWeights balanced(int classes, List<Sample> samples) {
        long[] counts = new long[classes];
        samples.forEach(sample -> counts[(int) sample.target()[0]]++);
        return new ClassWeights(Arrays.stream(counts)
                .mapToDouble(count -> samples.size() / ((double) classes * count)).toArray());
    }

    private static ClassWeights named(String written, LabelSet labels) {
        double[] weights = new double[labels.size()];
        Arrays.fill(weights, 1);
        for (String part : written.split(",", -1)) {
            int equals = part.lastIndexOf('=');
            if (equals < 0) {
                throw Problem.of("class_weights has '%s'; expected %s, or label=weight with commas between",
                        Shown.of(part.strip()), BALANCED);
            }
            String label = part.substring(0, equals).strip();
            int index = labels.names().indexOf(label);
            if (index < 0) {
                throw Problem.of("class_weights names the label '%s'; the training file has %s", Shown.of(label),
                        Shown.of(String.join(", ", labels.names())));
            }
            weights[index] = weight(label, part.substring(equals + 1).strip());
        }
        return new ClassWeights(weights);
    }

    private static double weight(String label, String number) {
        try {
            double weight = Double.parseDouble(number);
            if (weight > 0 && weight <= 1e6) {
                return weight;
            }
        } catch (NumberFormatException e) {
            // Said below, as for numbers out of range.
        }
        throw Problem.of("class_weights gives '%s' the weight '%s'; expected a number above 0, 1e6 at most",
                Shown.of(label), Shown.of(number));
    }

    /** The weights of a batch's examples together. */
    double sum(Batch batch) {
        return batch.samples().stream().mapToDouble(sample -> weights[(int) sample.target()[0]]).sum();
    }

    /**
     * The mean loss of a batch, weighted.
     *
     * @param logits {@code [batch, classes]}
     * @param classes {@code [batch]}
     */
    Tensor loss(Tensor logits, Tensor classes) {
        float[] numbers = new float[weights.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) weights[i];
        }
        Tensor each = Tensors.on(logits.device(), Tensors.of(numbers, numbers.length));
        return torch.cross_entropy_loss(logits.to(ScalarType.Float), classes, new TensorOptional(each), MEAN, IGNORED,
                0);
    }
}
