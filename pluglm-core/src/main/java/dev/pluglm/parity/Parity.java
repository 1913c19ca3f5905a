package dev.pluglm.parity;

import dev.pluglm.checkpoint.StoredTensor;
import dev.pluglm.checkpoint.TorchTensors;
import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.model.Input;
import dev.pluglm.model.Memory;
import dev.pluglm.model.MemoryEncoder;
import dev.pluglm.model.Pass;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.Task;
import dev.pluglm.model.Trace;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Recomputes what the published code computed, and compares: evaluation, gradients, batch-norm statistics, and ten
 * steps of training with a refresh of the keys among them.
 *
 * <p>Tolerated in fp32: 1e-5 on hidden states and logits, 1e-6 plus 1e-4 of a tensor's largest entry on gradients, 1e-5
 * of losses and gradient norms; retrieved rows must be the same. In bf16 only evaluation is compared, and {@value
 * #BF16_TOLERANCE} of a tensor's largest entry is tolerated. There a query may find other rows than in fp32, where two
 * passages are nearly as near; this is counted, and its sequence is not compared any further.
 */
public final class Parity {
    private static final double STATES = 1e-5;
    private static final double GRADIENTS = 1e-6;
    private static final double GRADIENTS_RELATIVE = 1e-4;
    private static final double NUMBERS_RELATIVE = 1e-5;
    private static final double BF16_TOLERANCE = 0.05;
    private static final int REFRESH_AFTER = 5;
    private static final String GRADIENT = "grad.";
    private static final String AFTER_TRAINING = "after_train_step.";

    private final ParityCase c;
    private final Precision precision;
    private final Comparison comparison = new Comparison();
    /** The sequences of the batch that have found the expected rows so far; all in fp32. */
    private Optional<boolean[]> agreeing = Optional.empty();

    private Parity(ParityCase c, Precision precision) {
        this.c = c;
        this.precision = precision;
    }

    /**
     * The cases at or directly below a folder, by name.
     *
     * @throws Problem if there are none
     */
    public static List<Path> cases(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw Problem.of("%s: there is no such folder of parity cases", directory);
        }
        if (ParityCase.isAt(directory)) {
            return List.of(directory);
        }
        try (Stream<Path> children = Files.list(directory)) {
            // A folder with a model is meant as a case, though what is expected of it may be missing.
            List<Path> cases = children.filter(Files::isDirectory)
                    .filter(child -> ParityCase.isAt(child) || Files.exists(child.resolve("config.json")))
                    .sorted()
                    .toList();
            if (cases.isEmpty()) {
                throw Problem.of("%s: holds no parity case, which is a folder with expected.json and "
                        + "expected.safetensors", directory);
            }
            return cases;
        } catch (IOException e) {
            throw new Problem(directory + ": cannot be listed: " + e.getMessage(), e);
        }
    }

    /** Runs one case; what is wrong with its files is told in the result. */
    public static ParityResult run(Path directory, Precision precision) {
        String name = directory.toAbsolutePath().normalize().getFileName().toString();
        try (ParityCase c = ParityCase.open(directory)) {
            Parity parity = new Parity(c, precision);
            parity.run();
            return new ParityResult(name, parity.comparison.differences(), "");
        } catch (Problem e) {
            return new ParityResult(name, List.of(), e.getMessage());
        } catch (RuntimeException e) {
            // Numbers that the folder cannot have been computed with: libtorch says what does not fit.
            return new ParityResult(name, List.of(), "cannot be computed: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private void run() {
        try (PlugLMModel model = c.model(precision); ArrayMemory memory = c.memory(model.config());
                Scope _ = Scope.open()) {
            evaluate(model, memory);
            if (precision == Precision.FP32) {
                trainOnce(model, memory);
                trainTenSteps(model, memory);
            }
        }
    }

    private Input input(PlugLMConfig config) {
        return new Input(
                TorchTensors.int64(c.numbered("input.input_ids", config.vocabSize())),
                TorchTensors.int64(c.numbered("input.token_type_ids", config.typeVocabSize())),
                TorchTensors.int64(c.numbered("input.attention_mask", 2)));
    }

    /** {@code [batch]}, {@code [batch, length]}, or for question answering {@code [batch, 2]}. */
    private Tensor labels() {
        if (c.task() != Task.QUESTION_ANSWERING) {
            StoredTensor labels = c.required("input.labels");
            return labels.type().isFloating() ? TorchTensors.fp32(labels) : TorchTensors.int64(labels);
        }
        return torch.stack(
                new TensorVector(
                        TorchTensors.int64(c.required("input.start_positions")),
                        TorchTensors.int64(c.required("input.end_positions"))),
                1);
    }

    private void evaluate(PlugLMModel model, ArrayMemory memory) {
        Scope.withoutGradients(() -> {
            try (Memory.View view = memory.view()) {
                Pass pass = Pass.of(model.config(), false, view).watchedBy(new Comparing());
                Tensor logits = model.logits(model.states(input(model.config()), pass), pass);
                if (c.task() == Task.QUESTION_ANSWERING) {
                    states("logits", "eval.start_logits", logits.select(2, 0));
                    states("logits", "eval.end_logits", logits.select(2, 1));
                } else {
                    states("logits", "eval.logits", logits);
                }
                double loss = model.loss(logits, labels()).item_double();
                if (agreeing.isEmpty()) {
                    comparison.numbers("loss", "eval.loss", c.number("eval.loss"), loss, relative(NUMBERS_RELATIVE));
                }
                return loss;
            }
        });
    }

    private double relative(double fp32) {
        return precision == Precision.FP32 ? fp32 : BF16_TOLERANCE;
    }

    private void states(String kind, String name, Tensor found) {
        StoredTensor expected = c.required(name);
        if (precision == Precision.FP32) {
            comparison.tensors(kind, name, expected, found, STATES, 0);
            return;
        }
        float[] numbers = Tensors.floats(found);
        agreeing.ifPresent(agree -> {
            int size = numbers.length / agree.length;
            for (int b = 0; b < agree.length; b++) {
                if (!agree[b]) {
                    System.arraycopy(expected.floats((long) b * size, size), 0, numbers, b * size, size);
                }
            }
        });
        comparison.tensors(kind, name, expected.floats(), numbers, 0, BF16_TOLERANCE);
    }

    /** Compares what happens inside of the model while it happens. */
    private final class Comparing implements Trace {
        @Override
        public void hidden(int layer, Tensor states) {
            states("hidden", "eval.hidden." + layer, states);
        }

        @Override
        public void memory(int layer, Tensor added) {
            String name = "eval.memory." + layer;
            long[] shape = c.required(name).shape();
            states("memory", name, shape.length == 3 ? added.expand(shape) : added.squeeze(1));
        }

        @Override
        public void lookup(int layer, Memory.Hits hits, Tensor weights) {
            String name = "eval.retrieved." + layer;
            long[] expected = c.required(name).longs();
            if (expected.length != hits.queries() * hits.k()) {
                throw Problem.of("%s holds %d rows, but %d queries found %d each",
                        name, expected.length, hits.queries(), hits.k());
            }
            int wrong = 0;
            boolean[] agree = agreeing.orElseGet(() -> allOf(hits.queries()));
            for (int i = 0; i < expected.length; i++) {
                int query = i / hits.k();
                if (hits.rows()[i] != expected[i]) {
                    wrong += agree[query] || precision == Precision.FP32 ? 1 : 0;
                    agreeing = Optional.of(agree);
                }
            }
            for (int i = 0; i < expected.length && agreeing.isPresent(); i++) {
                agree[i / hits.k()] &= hits.rows()[i] == expected[i];
            }
            comparison.add("retrieved", name, wrong, precision == Precision.FP32 ? 0.5 : Double.POSITIVE_INFINITY);
        }

        private static boolean[] allOf(int count) {
            boolean[] all = new boolean[count];
            Arrays.fill(all, true);
            return all;
        }
    }

    private Tensor backward(PlugLMModel model, ArrayMemory memory) {
        try (Memory.View view = memory.view()) {
            Map<String, Tensor> weights = model.parameters().trainable();
            weights.values().forEach(weight -> weight.mutable_grad().reset());
            Pass pass = Pass.of(model.config(), true, view);
            Tensor loss = model.loss(model.logits(model.states(input(model.config()), pass), pass), labels());
            loss.backward();
            return loss;
        }
    }

    /** Clips as the published code does, and gives the norm before that. */
    private static double clip(PlugLMModel model, double most) {
        TensorVector withGradient = new TensorVector(model.parameters().trainable().values().stream()
                .filter(weight -> weight.grad().defined())
                .toArray(Tensor[]::new));
        return torch.clip_grad_norm_(withGradient, most);
    }

    private void trainOnce(PlugLMModel model, ArrayMemory memory) {
        double loss = backward(model, memory).item_double();
        comparison.numbers("loss", "train.loss", c.number("train.loss"), loss, NUMBERS_RELATIVE);
        requireAll(model);
        c.expectedTensors().tensors().forEach((name, expected) -> {
            if (name.startsWith(GRADIENT)) {
                comparison.tensors("gradients", name, expected, gradient(model, name), GRADIENTS, GRADIENTS_RELATIVE);
            } else if (name.startsWith(AFTER_TRAINING)) {
                Tensor found = model.parameters().all().get(name.substring(AFTER_TRAINING.length()));
                if (found == null) {
                    throw Problem.of("the model has no tensor for %s", name);
                }
                comparison.tensors("batch norm", name, expected, found, STATES, 0);
            }
        });
        double norm = clip(model, Double.POSITIVE_INFINITY);
        comparison.numbers("gradients", "train.grad_norm", c.number("train.grad_norm"), norm, NUMBERS_RELATIVE);
    }

    private static Tensor gradient(PlugLMModel model, String name) {
        Tensor weight = model.parameters().trainable().get(name.substring(GRADIENT.length()));
        if (weight == null) {
            throw Problem.of("the model has no weight for %s", name);
        }
        Tensor gradient = weight.grad();
        return gradient.defined() ? gradient : torch.zeros_like(weight);
    }

    /** A folder that lacks a gradient or a statistic would pass without having been looked at. */
    private void requireAll(PlugLMModel model) {
        model.parameters().trainable().forEach((name, weight) -> {
            if (weight.grad().defined()) {
                c.required(GRADIENT + name);
            }
        });
        model.parameters().all().keySet().stream()
                .filter(name -> name.endsWith("batch_norm.running_mean") || name.endsWith("batch_norm.running_var"))
                .forEach(name -> c.required(AFTER_TRAINING + name));
    }

    private void trainTenSteps(PlugLMModel model, ArrayMemory memory) {
        double[] expected = c.numbers("adamw.losses");
        try (ReferenceAdamW optimizer = new ReferenceAdamW(model.parameters().trainable())) {
            for (int step = 0; step < expected.length; step++) {
                try (Scope _ = Scope.open()) {
                    double loss = backward(model, memory).item_double();
                    comparison.numbers("training", "adamw.losses " + step, expected[step], loss, NUMBERS_RELATIVE);
                    clip(model, 1);
                    optimizer.step(1e-3 * (expected.length - step) / expected.length);
                }
                if (step + 1 == REFRESH_AFTER && c.task() == Task.MASKED_LM && !model.config().fixKeys()) {
                    refreshKeys(model, memory);
                }
            }
        }
    }

    private void refreshKeys(PlugLMModel model, ArrayMemory memory) {
        MemoryEncoder encoder = model.memoryEncoder()
                .orElseThrow(() -> new Problem("the keys cannot be refreshed: the model encodes no passages"));
        float[] keys = encoder.encode(c.documents()).keys();
        memory.replaceKeys(Vectors.rounded(keys, encoder.keySize()));
    }
}
