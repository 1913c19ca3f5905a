package dev.pluglm.model;

import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.tensor.Torch;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * All weights of a model under the names of the reference's state dict (SPEC 1.1), each tensor once.
 *
 * <p>The modules of a model ask for their weights when they are built. Each is taken from the given weights, or drawn
 * afresh (and then listed in {@link #fresh}) where these lack it. Weights live until {@link #close}.
 */
public final class Parameters implements AutoCloseable {

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, Tensor> trainable = new LinkedHashMap<>();
    private final List<String> fresh = new ArrayList<>();
    private volatile boolean settled = true;
    private final Function<String, Optional<Tensor>> given;
    private final Function<String, Optional<Tensor>> starts;
    private final Device device;
    private final Precision precision;
    private final GeneratorOptional random;
    private final double initializerRange;

    /**
     * Empty parameters, to be filled by the modules.
     *
     * @param given the weights at hand, by name: fp32 tensors on the CPU that are copied
     * @param starts first numbers of weights that are not given, by name; the rest is drawn as the modules say
     * @param device where the weights shall live
     * @param precision number format of the matrices of linear layers
     * @param seed for weights that have to be drawn
     * @param initializerRange standard deviation of drawn weights
     */
    Parameters(
            Function<String, Optional<Tensor>> given,
            Function<String, Optional<Tensor>> starts,
            Device device,
            Precision precision,
            long seed,
            double initializerRange) {
        Torch.start();
        this.given = given;
        this.starts = starts;
        // A copy that outlives the scope in which the caller may have made the device.
        this.device = new Device(device.str().getString());
        this.device.retainReference();
        this.precision = precision;
        this.initializerRange = initializerRange;
        try (Generator generator = torch.make_generator_cpu(seed)) {
            this.random = new GeneratorOptional(generator);
        }
    }

    /** Weights and running statistics by name, in the order of the model from bottom to top. */
    public Map<String, Tensor> all() {
        return Collections.unmodifiableMap(tensors);
    }

    /**
     * Those that training changes. Whoever asks for them may change them at any time from then on, so the model keeps
     * nothing any more that it computes from them.
     */
    public Map<String, Tensor> trainable() {
        settled = false;
        return Collections.unmodifiableMap(trainable);
    }

    /** From now on training changes only the weights whose names are chosen; the others keep no gradients. */
    public void trainOnly(Predicate<String> chosen) {
        trainable.entrySet().removeIf(weight -> {
            boolean stays = chosen.test(weight.getKey());
            weight.getValue().set_requires_grad(stays);
            return !stays;
        });
    }

    /** The names of weights that were not given and have been drawn. */
    public List<String> fresh() {
        return Collections.unmodifiableList(fresh);
    }

    /** How many numbers training changes. */
    public long count() {
        return trainable.values().stream().mapToLong(Tensor::numel).sum();
    }

    Device device() {
        return device;
    }

    /**
     * Another number after every change of a weight, as far as libtorch counts them.
     *
     * @return empty if the weights were handed out for training: optimisers change them by operators that count nothing
     */
    private OptionalLong version() {
        return settled
                ? OptionalLong.of(tensors.values().stream().mapToLong(Tensor::_version).sum())
                : OptionalLong.empty();
    }

    /** From now on no gradients are computed for these weights. */
    void freeze() {
        trainable.values().forEach(tensor -> tensor.set_requires_grad(false));
    }

    /** In which number format the matrices of linear layers are kept. */
    public Precision precision() {
        return precision;
    }

    /** The parameters whose names begin with {@code name} and a dot. */
    Group at(String name) {
        return new Group(name + ".");
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
        tensors.clear();
        trainable.clear();
        device.close();
    }

    /** A module's share of the parameters: those with a common prefix. */
    final class Group {
        private final String prefix;

        private Group(String prefix) {
            this.prefix = prefix;
        }

        Group at(String name) {
            return new Group(prefix + name + ".");
        }

        Group at(int number) {
            return at(Integer.toString(number));
        }

        /** Another number after every change of a weight of the whole model; empty if that is not known. */
        OptionalLong version() {
            return Parameters.this.version();
        }

        /** A matrix of a linear layer, in the model's precision; drawn from a normal distribution. */
        Tensor matrix(int rows, int columns) {
            return weight("weight", precision.type(), Parameters.this::normal, rows, columns);
        }

        /** A table of vectors; drawn from a normal distribution. */
        Tensor table(int rows, int columns) {
            return weight("weight", ScalarType.Float, Parameters.this::normal, rows, columns);
        }

        /** What a linear layer adds, in the model's precision; starts at 0. */
        Tensor bias(int size) {
            return weight("bias", precision.type(), t -> t, size);
        }

        /** A matrix of a linear layer, drawn evenly from within {@code bound} of 0. */
        Tensor evenMatrix(double bound, int rows, int columns) {
            return weight("weight", precision.type(), t -> uniform(t, bound), rows, columns);
        }

        /** What a linear layer adds, drawn evenly from within {@code bound} of 0. */
        Tensor evenBias(double bound, int size) {
            return weight("bias", precision.type(), t -> uniform(t, bound), size);
        }

        /** A vector that starts with the same number everywhere. */
        Tensor constant(String name, double start, int size) {
            return weight(name, ScalarType.Float, t -> t.fill_(new Scalar(start)), size);
        }

        /** A vector of statistics that training keeps but gradients do not change. */
        Tensor statistics(String name, double start, int size) {
            return parameter(prefix + name, ScalarType.Float, t -> t.fill_(new Scalar(start)), size);
        }

        private Tensor weight(String name, ScalarType type, Function<Tensor, Tensor> draw, long... shape) {
            Tensor tensor = parameter(prefix + name, type, draw, shape);
            if (type == ScalarType.Float) {
                tensor.set_requires_grad(true);
                trainable.put(prefix + name, tensor);
            }
            return tensor;
        }
    }

    private Tensor parameter(String name, ScalarType type, Function<Tensor, Tensor> draw, long... shape) {
        if (tensors.containsKey(name)) {
            return tensors.get(name);
        }
        try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
            Optional<Tensor> source = given.apply(name);
            source.ifPresent(tensor -> requireShape(name, Tensors.shape(tensor), shape));
            Tensor start = source.orElseGet(() -> {
                fresh.add(name);
                return starts.apply(name).orElseGet(() -> draw.apply(Tensors.full(0, shape)));
            });
            // A copy of its own: the given weights may lie in a mapped file.
            Tensor tensor = Scope.keep(start.to(device, type).clone().detach());
            tensors.put(name, tensor);
            return tensor;
        }
    }

    private static void requireShape(String name, long[] found, long[] expected) {
        if (!Arrays.equals(found, expected)) {
            throw Problem.of(
                    "tensor %s has shape %s, but the configuration asks for %s",
                    name, Arrays.toString(found), Arrays.toString(expected));
        }
    }

    private Tensor normal(Tensor tensor) {
        return tensor.normal_(0, initializerRange, random);
    }

    private Tensor uniform(Tensor tensor, double bound) {
        return tensor.uniform_(-bound, bound, random);
    }
}
