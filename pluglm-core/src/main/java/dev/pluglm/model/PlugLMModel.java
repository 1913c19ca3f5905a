package dev.pluglm.model;

import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * PlugLM: a BERT whose top layers look things up in a memory, with a head that predicts (paper, section 3).
 *
 * <p>Predictions may run on several threads at once; training and {@link #close} need the model for themselves. Tensors
 * that methods return belong to the caller's {@link Scope}.
 */
public final class PlugLMModel implements AutoCloseable {

    private final PlugLMConfig config;
    private final Parameters parameters;
    private final Encoder encoder;
    private final Head head;
    private Optional<MemoryEncoder> carried;

    private PlugLMModel(PlugLMConfig config, Parameters parameters, Optional<MemoryEncoder> carried) {
        this.config = config;
        this.parameters = parameters;
        this.carried = carried;
        this.encoder = new Encoder(
                parameters.at("bert"), config, parameters.device(), () -> this.carried.map(MemoryEncoder::retriever));
        this.head = Head.of(parameters, config);
    }

    /**
     * Builds a model from weights; those that are missing are drawn.
     *
     * @param weights weights by their names in the reference (SPEC 1.1), fp32 on the CPU; they are copied
     * @param seed for the weights that are drawn
     * @throws Problem if a weight's shape does not fit the configuration
     */
    public static PlugLMModel of(
            PlugLMConfig config,
            Function<String, Optional<Tensor>> weights,
            Device device,
            Precision precision,
            long seed) {
        Parameters parameters = new Parameters(
                weights, starts(config, weights, seed), device, precision, seed, config.initializerRange());
        try {
            Optional<MemoryEncoder> carried = MemoryEncoder.carried(config, weights, device);
            return new PlugLMModel(config, parameters, carried);
        } catch (RuntimeException | Error e) {
            parameters.close();
            throw e;
        }
    }

    private static Function<String, Optional<Tensor>> starts(
            PlugLMConfig config, Function<String, Optional<Tensor>> weights, long seed) {
        return switch (config.memoryInit()) {
            case PUBLISHED -> _ -> Optional.empty();
            case WARM_START -> new WarmStart(config, weights, seed);
        };
    }

    /** A model whose weights are all drawn, on the CPU. */
    public static PlugLMModel random(PlugLMConfig config, long seed) {
        return of(config, _ -> Optional.empty(), new Device("cpu"), Precision.FP32, seed);
    }

    public PlugLMConfig config() {
        return config;
    }

    public Parameters parameters() {
        return parameters;
    }

    public Device device() {
        return parameters.device();
    }

    /** The states of the last layer, {@code [batch, length, hidden]}. */
    public Tensor states(Input input, Pass pass) {
        return states(input, pass, Wanted.ALL);
    }

    private Tensor states(Input input, Pass pass, Wanted wanted) {
        Input here = input.on(device());
        return Scope.returning(() -> encoder.forward(here.ids(), here.typeIds(), Mask.of(here.mask()), pass, wanted));
    }

    /**
     * What the head makes of an input. Where the head reads the first token's state only, as in classification, the
     * last layer computes no other, and a trace sees no other there.
     */
    public Tensor logits(Input input, Pass pass) {
        // The reference's reshape mixes the tokens of a sequence (SPEC 1.2), so there all of them are needed.
        Wanted wanted = config.referenceCompatible() ? Wanted.ALL : head.wanted();
        return Scope.returning(() -> logits(states(input, pass, wanted), pass));
    }

    /** What the head makes of states; for masked LM they may be any {@code [..., hidden]}, for instance masked ones only. */
    public Tensor logits(Tensor states, Pass pass) {
        return head.logits(states, pass.training());
    }

    /** The mean loss of logits, a scalar; the labels' shape is the task's. */
    public Tensor loss(Tensor logits, Tensor labels) {
        return head.loss(logits, labels);
    }

    /**
     * The encoder that this model's memories are made with: one that it carries along, or else its own.
     *
     * @return empty if the model has neither, as a published fine-tuned checkpoint, or runs in less than fp32
     */
    public Optional<MemoryEncoder> memoryEncoder() {
        return carried.or(() -> encoder.retriever
                .filter(Retriever::isComplete)
                .filter(_ -> parameters.precision() == Precision.FP32)
                .map(own -> MemoryEncoder.own(own, parameters, config)));
    }

    /**
     * Fingerprint of the encoder that this model's memories are made with, as its weights are now. Where the encoder
     * itself is not at hand it is the one that the configuration names.
     *
     * @return empty if it is not known
     */
    public Optional<String> memoryEncoderFingerprint() {
        return memoryEncoder()
                .map(MemoryEncoder::fingerprint)
                .or(() -> Optional.of(config.memoryEncoderFingerprint()).filter(known -> !known.isEmpty()));
    }

    /**
     * From now on carries a copy of the present memory encoder, so that training may change the model's embeddings and
     * memories that were made before still fit. Does nothing if one is carried already.
     *
     * @throws Problem if the model has no memory encoder
     */
    public void carryMemoryEncoder() {
        if (carried.isEmpty()) {
            carried = Optional.of(memoryEncoder()
                    .orElseThrow(() -> new Problem("this model has no encoder that memories could be made with"))
                    .copy());
        }
    }

    /**
     * From now on takes what the document encoder makes of these passages' tokens as it is now, kept in fp16: training
     * of what comes after that encoder is then many times faster. Takes 2 bytes a hidden channel and token.
     *
     * @param passages token ids with special tokens, unpadded
     * @param progress is told how many passages are done
     * @throws Problem if the model has no document encoder of its own, or training changes its embeddings or layers
     */
    public void keepPassageStates(int[][] passages, LongConsumer progress) {
        Retriever retriever = encoder.retriever.orElseThrow(() ->
                new Problem("this model has no document encoder of its own, so there are no states to keep"));
        parameters.trainable().keySet().stream().filter(name -> MemoryEncoder.makesStates(name, config)).findFirst()
                .ifPresent(name -> {
                    throw Problem.of("the states of passages cannot be kept while %s is trained, which makes them",
                            name);
                });
        retriever.keepStates(passages, progress);
    }

    /** Every tensor that a checkpoint keeps, by name: the parameters and the carried memory encoder's. */
    public Map<String, Tensor> tensors() {
        return MemoryEncoder.withCarried(parameters.all(), carried);
    }

    @Override
    public void close() {
        encoder.retriever.ifPresent(Retriever::close);
        parameters.close();
        carried.ifPresent(MemoryEncoder::close);
    }
}
