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
import java.util.stream.IntStream;

/**
 * How much an example counts in the loss, by what it is an example of.
 *
 * @param given of each class in their order, what an example of it counts, above 0
 * @param absent of each class, what an example that is not of it counts; empty where each example is of exactly one
 */
record ClassWeights(double[] given, Optional<double[]> absent) {

    static final String BALANCED = "balanced";

    private static final int MEAN = 1;
    private static final int SUM = 2;
    private static final int IGNORED = -100;

    /**
     * The weights that a configuration asks for.
     *
     * @param written {@value #BALANCED}: examples / (classes * examples of the class), as scikit-learn has it, where
     *     a label that a text may have or not has the classes with and without; or {@code label=weight,...} for those
     *     that have the label, 1 for labels that are not named; or nothing
     * @param samples that are trained on
     * @throws Problem if it is written otherwise, names another label, or the task has no classes
     */
    static Optional<ClassWeights> of(String written, DownstreamTask<?> task, List<Sample> samples) {
        if (written.isBlank()) {
            return Optional.empty();
        }
        boolean balanced = written.strip().equals(BALANCED);
        return Optional.of(switch (task) {
            case TextClassification one -> balanced
                    ? new ClassWeights(balanced(counts(one.labels().size(), samples)), Optional.empty())
                    : new ClassWeights(named(written, one.labels()), Optional.empty());
            case TextLabelling any -> balanced
                    ? balancedEach(any.labels().size(), samples)
                    : new ClassWeights(named(written, any.labels()), Optional.of(ones(any.labels().size())));
            case YesNoQuestions _ -> balanced ? balancedEach(1, samples) : yesAndNo(named(written, YesNoQuestions.LABELS));
            default -> throw new Problem("class_weights is for tasks that give labels to texts; leave it out");
        });
    }

    private static ClassWeights yesAndNo(double[] ofLabels) {
        return new ClassWeights(new double[] {ofLabels[1]}, Optional.of(new double[] {ofLabels[0]}));
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static long[] counts(int classes, List<Sample> samples) {
        long[] counts = new long[classes];
        samples.forEach(sample -> counts[(int) sample.target()[0]]++);
        return counts;
    }

    /** Examples / (classes * examples of the class); 1 for a class without examples, where it does not matter. */
    private static double[] balanced(long... counts) {
        double all = Arrays.stream(counts).sum();
        return Arrays.stream(counts).mapToDouble(count -> count == 0 ? 1 : all / (counts.length * count)).toArray();
    }

    private static ClassWeights balancedEach(int labels, List<Sample> samples) {
        double[] given = new double[labels];
        double[] absent = new double[labels];
        for (int i = 0; i < labels; i++) {
            int label = i;
            long with = samples.stream().filter(sample -> sample.target()[label] == 1).count();
            double[] both = balanced(samples.size() - with, with);
            absent[label] = both[0];
            given[label] = both[1];
        }
        return new ClassWeights(given, Optional.of(absent));
    }

    private static double[] named(String written, LabelSet labels) {
        double[] weights = ones(labels.size());
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
        return weights;
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

    /** The weights of a batch's examples together, for all their labels. */
    double sum(Batch batch) {
        return batch.samples().stream().mapToDouble(this::sum).sum();
    }

    private double sum(Sample sample) {
        double[] target = sample.target();
        return absent
                .map(without -> IntStream.range(0, target.length)
                        .mapToDouble(label -> target[label] == 1 ? given[label] : without[label]).sum())
                .orElseGet(() -> given[(int) target[0]]);
    }

    /**
     * The mean loss of a batch, weighted.
     *
     * @param logits {@code [batch, classes]}
     * @param labels {@code [batch]}; or where an example may have any of the labels, 0 or 1 for each,
     *     {@code [batch, classes]}, {@code [batch]} if there is only one
     */
    Tensor loss(Tensor logits, Tensor labels) {
        Tensor numbers = logits.to(ScalarType.Float);
        if (absent.isEmpty()) {
            return torch.cross_entropy_loss(numbers, labels, new TensorOptional(on(logits, given)), MEAN, IGNORED, 0);
        }
        Tensor has = labels.to(ScalarType.Float).view(logits.shape());
        Tensor less = on(logits, absent.get());
        Tensor weights = less.add(has.mul(on(logits, given).sub(less)));
        Tensor each = torch.binary_cross_entropy_with_logits(numbers, has, new TensorOptional(weights),
                new TensorOptional(), SUM);
        return each.div(weights.sum());
    }

    private static Tensor on(Tensor logits, double[] weights) {
        float[] numbers = new float[weights.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) weights[i];
        }
        return Tensors.on(logits.device(), Tensors.of(numbers, numbers.length));
    }
}
