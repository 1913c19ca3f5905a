package dev.pluglm.checkpoint;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.disk.Sha256;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What training added to a model that everybody can fetch: the weights that differ from that base, in fp16, in a
 * directory with {@code adapter.json}, {@code adapter.safetensors} and their checksums. Small, where the base is frozen.
 *
 * <p>It is applied to the base it was made over and no other: a fingerprint of the base's remaining weights is checked.
 */
public final class Adapter {
    private static final String FORMAT = "pluglm-adapter";
    private static final int VERSION = 1;
    private static final String ABOUT = "adapter.json";
    private static final String WEIGHTS = "adapter.safetensors";
    private static final List<String> FILES = List.of(ABOUT, WEIGHTS);
    private static final float LARGEST_FP16 = 65504;

    private final Path directory;
    private final ObjectNode about;

    private Adapter(Path directory, ObjectNode about) {
        this.directory = directory;
        this.about = about;
    }

    /** Whether there is an adapter in a directory, whatever its version. */
    public static boolean isAt(Path directory) {
        Path file = directory.resolve(ABOUT);
        return Files.isRegularFile(file) && FORMAT.equals(ConfigJson.readObject(file).path("format").asText());
    }

    /**
     * Writes what a model has more than its base.
     *
     * @param base the base as a model of the same configuration
     * @param baseName what the base is called, such as {@code bert-base-uncased}
     * @param directory must not exist, or be empty
     * @return bytes of the weights
     * @throws Problem if the two have other tensors or shapes, or a weight does not fit fp16
     */
    public static long write(Checkpoint trained, Checkpoint base, String baseName, Path directory) {
        try (Scope _ = Scope.open()) {
            Map<String, Tensor> before = base.model().tensors();
            Map<String, StoredTensor> changed = new LinkedHashMap<>();
            trained.model().tensors().forEach((name, tensor) -> {
                Tensor old = before.get(name);
                if (old == null || !Arrays.equals(Tensors.shape(old), Tensors.shape(tensor))) {
                    throw Problem.of("the tensor %s is not in %s, or has another shape there: it is not what this model "
                            + "was made from", name, baseName);
                }
                if (base.model().parameters().fresh().contains(name) || !torch.equal(old, tensor)) {
                    changed.put(name, halves(name, TorchTensors.stored(tensor)));
                }
            });
            ObjectNode json = ConfigJson.object();
            json.put("format", FORMAT).put("format_version", VERSION).put("base", baseName)
                    .put("base_fingerprint", fingerprint(base, changed.keySet())).put("origin", trained.origin());
            json.set("model", ConfigJson.write(trained.model().config()));
            AtomicFiles.createDirectory(directory, into -> {
                Safetensors.write(into.resolve(WEIGHTS), changed);
                AtomicFiles.write(into.resolve(ABOUT), ConfigJson.bytes(json));
                Checksums.write(into, FILES);
            });
            return changed.values().stream().mapToLong(it -> it.data().byteSize()).sum();
        }
    }

    private static StoredTensor halves(String name, StoredTensor tensor) {
        float[] numbers = tensor.floats();
        short[] halves = new short[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            if (!(Math.abs(numbers[i]) <= LARGEST_FP16)) {
                throw Problem.of("tensor %s, number %d is %s, which fp16 does not hold", name, i, numbers[i]);
            }
            halves[i] = Float.floatToFloat16(numbers[i]);
        }
        return new StoredTensor(DType.F16, tensor.shape(), MemorySegment.ofArray(halves));
    }

    /** Of all weights of the base but those that the adapter brings. */
    private static String fingerprint(Checkpoint base, Set<String> brought) {
        MessageDigest digest = Sha256.start();
        Map<String, Tensor> tensors = base.model().tensors();
        for (String name : new TreeSet<>(tensors.keySet())) {
            if (!brought.contains(name)) {
                try (Scope _ = Scope.open()) {
                    StoredTensor tensor = TorchTensors.stored(tensors.get(name));
                    digest.update((name + Arrays.toString(tensor.shape())).getBytes(StandardCharsets.UTF_8));
                    digest.update(tensor.data().asByteBuffer());
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** @throws Problem if there is none, it is damaged, or its version is not known */
    public static Adapter open(Path directory) {
        if (!isAt(directory)) {
            throw Problem.of("%s: is no adapter; expected a directory with %s", directory, ABOUT);
        }
        try {
            Checksums.verify(directory, FILES);
        } catch (IOException e) {
            throw new Problem(directory + ": cannot be read: " + e.getMessage(), e);
        }
        ObjectNode about = ConfigJson.readObject(directory.resolve(ABOUT));
        int version = about.path("format_version").asInt(-1);
        if (version != VERSION) {
            throw Problem.of("%s: is an adapter of version %d; this program reads version %d", directory, version,
                    VERSION);
        }
        return new Adapter(directory, about);
    }

    /** What the base is called. */
    public String base() {
        return about.path("base").asText();
    }

    /**
     * Makes the model.
     *
     * @param base makes the base with the configuration that it is told
     * @throws Problem if that is not the base this was made over
     */
    public Checkpoint over(Function<Consumer<PlugLMConfig.Draft>, Checkpoint> base) {
        PlugLMConfig config = ConfigJson.strict(about.path("model"), directory.resolve(ABOUT)).build();
        try (Checkpoint model = base.apply(draft -> draft.become(config));
                Weights weights = Safetensors.open(directory.resolve(WEIGHTS));
                Scope _ = Scope.open()) {
            String expected = about.path("base_fingerprint").asText();
            String found = fingerprint(model, weights.tensors().keySet());
            if (!found.equals(expected)) {
                throw Problem.of("%s: was made over another %s: the fingerprint of its weights begins with %.12s, "
                        + "expected %.12s", directory, base(), found, expected);
            }
            Map<String, Tensor> before = model.model().tensors();
            PlugLMModel made = PlugLMModel.of(config,
                    name -> Optional.ofNullable(weights.tensors().get(name)).map(TorchTensors::fp32)
                            .or(() -> Optional.ofNullable(before.get(name))),
                    new Device("cpu"), Precision.FP32, 0);
            Checkpoint.requireComplete(made, directory.resolve(WEIGHTS));
            return new Checkpoint(made, model.vocabulary(), about.path("origin").asText());
        }
    }
}
