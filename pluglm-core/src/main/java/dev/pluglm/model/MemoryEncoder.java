package dev.pluglm.model;

import dev.pluglm.disk.Sha256;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What makes the keys and values of a memory: the document encoder and its two projections, in evaluation mode.
 *
 * <p>A memory can be read by every model that has the encoder it was made with. Training changes a model's encoder, so
 * a fine-tuned model carries the one of its pre-trained start as a thing of its own (DESIGN, "The store on disk"). In
 * checkpoints its tensors have the model's names behind {@link #PREFIX}.
 */
public final class MemoryEncoder implements AutoCloseable {

    /** Begins the names of a carried encoder's tensors in a checkpoint. */
    public static final String PREFIX = "memory_encoder.";

    final Retriever retriever;
    private final Map<String, Tensor> tensors;
    private final PlugLMConfig config;
    private final Device device;
    private final Optional<Parameters> owned;

    private MemoryEncoder(
            Retriever retriever,
            Map<String, Tensor> tensors,
            PlugLMConfig config,
            Device device,
            Optional<Parameters> owned) {
        this.retriever = retriever;
        this.tensors = tensors;
        this.config = config;
        this.device = device;
        this.owned = owned;
    }

    /** The encoder inside a model; shares its weights. */
    static MemoryEncoder own(Retriever retriever, Parameters parameters, PlugLMConfig config) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        parameters.all().forEach((name, tensor) -> {
            if (belongs(name, config)) {
                tensors.put(name, tensor);
            }
        });
        return new MemoryEncoder(retriever, tensors, config, parameters.device(), Optional.empty());
    }

    /** The encoder that a checkpoint carries beside the model's own weights, if it does. */
    static Optional<MemoryEncoder> carried(
            PlugLMConfig config, Function<String, Optional<Tensor>> weights, Device device) {
        return weights.apply(PREFIX + "bert.encoder.retriever.key_proj.weight")
                .map(_ -> build(config, name -> weights.apply(PREFIX + name), device));
    }

    private static MemoryEncoder build(
            PlugLMConfig config, Function<String, Optional<Tensor>> weights, Device device) {
        Parameters parameters = new Parameters(
                weights, _ -> Optional.empty(), device, Precision.FP32, 0, config.initializerRange());
        Parameters.Group bert = parameters.at("bert");
        Embeddings embeddings = new Embeddings(bert.at("embeddings"), config);
        var layers = IntStream.range(0, config.documentEncoderType().layers())
                .mapToObj(i -> new BertLayer(bert.at("encoder").at("layer").at(i), config))
                .toList();
        Parameters.Group own = bert.at("encoder").at("retriever");
        DocumentEncoder documents = new DocumentEncoder(own.at("document_encoder"), embeddings, layers, config);
        Retriever retriever = new Retriever(own, documents, true, true, config, parameters.device());
        parameters.freeze();
        return new MemoryEncoder(retriever, parameters.all(), config, parameters.device(), Optional.of(parameters));
    }

    private static boolean belongs(String name, PlugLMConfig config) {
        return name.startsWith("bert.encoder.retriever.") || makesStates(name, config);
    }

    /** Whether a weight takes part in the keys of passages. */
    public static boolean makesKeys(String name, PlugLMConfig config) {
        return makesStates(name, config)
                || name.startsWith("bert.encoder.retriever.") && !name.startsWith("bert.encoder.retriever.value_proj.");
    }

    /** Whether a weight takes part in the states of passages' tokens, before they are pooled and projected. */
    static boolean makesStates(String name, PlugLMConfig config) {
        if (name.startsWith("bert.embeddings.")) {
            return true;
        }
        for (int i = 0; i < config.documentEncoderType().layers(); i++) {
            if (name.startsWith("bert.encoder.layer." + i + ".")) {
                return true;
            }
        }
        return false;
    }

    /** The same encoder with weights of its own, which must be closed; training the model does not change it. */
    public MemoryEncoder copy() {
        return with(name -> Optional.of(tensors.get(name)));
    }

    /** An encoder of the same kind with other weights, which are copied; it must be closed. */
    public MemoryEncoder with(Function<String, Optional<Tensor>> weights) {
        return build(config, weights, device);
    }

    /** Its weights by their names in a model. */
    public Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    static Map<String, Tensor> withCarried(Map<String, Tensor> own, Optional<MemoryEncoder> carried) {
        Map<String, Tensor> all = new LinkedHashMap<>(own);
        carried.ifPresent(encoder -> encoder.tensors.forEach((name, tensor) -> all.put(PREFIX + name, tensor)));
        return all;
    }

    /** Floats in a key. */
    public int keySize() {
        return config.querySize();
    }

    /** Floats in a value; 0 where values are those of single tokens, which no memory stores. */
    public int valueSize() {
        return config.valueType() == ValueType.TOKENS ? 0 : config.hiddenSize();
    }

    Retriever retriever() {
        return retriever;
    }

    /** Whether a token's state depends on what stands around it; each passage then costs far more. */
    public boolean readsContext() {
        return config.documentEncoderType().layers() > 0;
    }

    /** The longest passage that can be encoded, in tokens. */
    public int longestPassage() {
        return config.maxPositionEmbeddings();
    }

    /**
     * Identifies what its memories hold: 64 hexadecimal digits, a SHA-256 over kind, names, shapes and numbers of the
     * weights that make it. Where values are those of single tokens, no memory holds any, and what makes them is left
     * out: a memory then fits every model that makes the same keys, whatever it reads of the passages.
     */
    public String fingerprint() {
        MessageDigest digest = Sha256.start();
        String values = config.valueType() == ValueType.POOLED ? "" : " " + config.valueType();
        String keys = config.normalizeKeys() ? " normalized" : "";
        digest.update((config.documentEncoderType() + " " + config.documentEncoderPoolerType() + values + keys)
                .getBytes(StandardCharsets.UTF_8));
        tensors.forEach((name, tensor) -> {
            if (valueSize() == 0 && !makesKeys(name, config)) {
                return;
            }
            try (Scope _ = Scope.open()) {
                digest.update((name + Arrays.toString(Tensors.shape(tensor))).getBytes(StandardCharsets.UTF_8));
                Tensor plain = Tensors.on(new Device("cpu"), tensor.detach()).contiguous();
                digest.update(Tensors.bytes(plain).asByteBuffer());
            }
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Encodes passages with the weights as they are now. Whichever passages are encoded together, each one's numbers
     * are the same to the last bit (on one machine with one number of threads); many at once are encoded fastest.
     *
     * @param tokens token ids with special tokens, unpadded
     * @throws dev.pluglm.problem.Problem if one is longer than {@link #longestPassage}, or a token is not in the
     *     vocabulary
     */
    public Encoded encode(int[][] tokens) {
        return Scope.withoutGradients(() -> {
            Tensor encoded = pooled(tokens);
            float[] values = valueSize() == 0
                    ? new float[0]
                    : Tensors.floats(retriever.valueProjection.orElseThrow().rowByRow(encoded));
            return new Encoded(Tensors.floats(retriever.keysRowByRow(encoded)), values);
        });
    }

    /**
     * The vector of each passage that its key, and its value if it has a single one, are projected from.
     *
     * @param tokens as for {@link #encode}
     * @return {@code [passages, hidden]}, without gradients; belongs to the caller's {@link Scope}
     */
    public Tensor pooled(int[][] tokens) {
        try (NoGradGuard _ = new NoGradGuard()) {
            return retriever.keepsStates()
                    ? Scope.returning(() -> retriever.encode(tokens, false).pooled())
                    : retriever.documentEncoder.encode(tokens);
        }
    }

    /**
     * A state for each token of passages, which their vector is pooled from.
     *
     * @param tokens as for {@link #encode}
     * @return {@code [passages, longest, hidden]}, without gradients; belongs to the caller's {@link Scope}
     */
    public Tensor states(int[][] tokens) {
        try (NoGradGuard _ = new NoGradGuard()) {
            return Scope.returning(() -> retriever.encode(tokens, false).states());
        }
    }

    /**
     * Keys and values of several passages.
     *
     * @param keys {@code [passages * keySize]}
     * @param values {@code [passages * valueSize]}
     */
    public record Encoded(float[] keys, float[] values) {}

    @Override
    public void close() {
        owned.ifPresent(Parameters::close);
    }
}
