package dev.pluglm.checkpoint;

import static dev.pluglm.checkpoint.TinyCheckpoint.config;
import static dev.pluglm.checkpoint.TinyCheckpoint.numbers;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A model as its base and what was trained. */
class AdapterTest {

    @TempDir
    Path directory;

    private static Checkpoint model(PlugLMConfig config, Map<String, float[]> weights, long seed) {
        try (Scope _ = Scope.open()) {
            PlugLMModel like = PlugLMModel.random(config, seed);
            Map<String, long[]> shapes = new TreeMap<>();
            like.tensors().forEach((name, tensor) -> shapes.put(name, Tensors.shape(tensor)));
            like.close();
            return new Checkpoint(PlugLMModel.of(config, name -> Optional.ofNullable(weights.get(name))
                            .map(numbers -> Tensors.of(numbers, shapes.get(name))),
                    new Device("cpu"), Precision.FP32, seed), TinyCheckpoint.vocabulary("a"), "test");
        }
    }

    private static void train(Checkpoint model, Set<String> names) {
        try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
            names.forEach(name -> {
                Tensor tensor = model.model().tensors().get(name);
                tensor.add_(new Scalar(0.125));
            });
        }
    }

    private static final Set<String> TRAINED =
            Set.of("bert.encoder.layer.1.memory_layer.query_proj.weight", "bert.encoder.retriever.key_proj.bias");

    private Path adapter() {
        Path path = directory.resolve("adapter");
        try (Checkpoint base = model(config(_ -> {}), Map.of(), 1);
                Checkpoint trained = model(config(_ -> {}), numbers(base), 1);
                Checkpoint again = model(config(_ -> {}), numbers(base), 1)) {
            train(trained, TRAINED);
            Adapter.write(trained, again, "tiny", path);
        }
        return path;
    }

    @Test
    void theBaseAndTheAdapterMakeTheModel() throws IOException {
        Path path = adapter();
        try (Checkpoint base = model(config(_ -> {}), Map.of(), 1);
                Checkpoint made = Adapter.open(path).over(changes -> model(config(changes), numbers(base), 1))) {
            assertEquals("tiny", Adapter.open(path).base());
            Map<String, float[]> before = numbers(base);
            Map<String, float[]> after = numbers(made);
            before.forEach((name, numbers) -> {
                for (int i = 0; i < numbers.length; i++) {
                    float expected = TRAINED.contains(name)
                            ? Float.float16ToFloat(Float.floatToFloat16(numbers[i] + 0.125f)) : numbers[i];
                    assertEquals(expected, after.get(name)[i], name);
                }
            });
        }
        try (Weights weights = Safetensors.open(path.resolve("adapter.safetensors"))) {
            assertEquals(TRAINED, weights.tensors().keySet(), "nothing that everybody has");
        }
        assertTrue(Adapter.isAt(path));
        assertFalse(Adapter.isAt(directory));
    }

    @Test
    void weightsThatTheBaseHadToDrawAreAlwaysBroughtAlong() {
        Path path = directory.resolve("adapter");
        try (Checkpoint drawn = model(config(_ -> {}), Map.of(), 1);
                Checkpoint same = model(config(_ -> {}), Map.of(), 1)) {
            Adapter.write(drawn, same, "tiny", path);
            // Another seed: all comes from the adapter.
            try (Checkpoint made = Adapter.open(path).over(changes -> model(config(changes), Map.of(), 2))) {
                float[] expected = numbers(drawn).get("bert.embeddings.word_embeddings.weight");
                float[] found = numbers(made).get("bert.embeddings.word_embeddings.weight");
                assertArrayEquals(expected, found, 1e-4f);
            }
        }
    }

    @Test
    void anotherBaseIsRefusedWithBothFingerprints() {
        Path path = adapter();
        Problem refused = assertThrows(Problem.class, () -> Adapter.open(path).over(changes -> {
            try (Checkpoint base = model(config(_ -> {}), Map.of(), 1)) {
                train(base, Set.of("cls.predictions.bias"));
                return model(config(changes), numbers(base), 1);
            }
        }));
        assertTrue(refused.getMessage().contains("another tiny"), refused::getMessage);
    }

    @Test
    void theConfigurationIsTheTrainedModels() {
        Path path = directory.resolve("adapter");
        Consumer<PlugLMConfig.Draft> larger = c -> c.memoryK = 3;
        try (Checkpoint base = model(config(larger), Map.of(), 1);
                Checkpoint trained = model(config(larger), numbers(base), 1);
                Checkpoint same = model(config(larger), numbers(base), 1)) {
            Adapter.write(trained, same, "tiny", path);
            try (Checkpoint made = Adapter.open(path).over(changes -> model(config(changes), numbers(base), 1))) {
                assertEquals(3, made.model().config().memoryK());
            }
        }
    }

    @Test
    void whatIsNoAdapterOrDamagedIsRefused() throws IOException {
        assertTrue(assertThrows(Problem.class, () -> Adapter.open(directory)).getMessage().contains("no adapter"));
        Path path = adapter();
        Path weights = path.resolve("adapter.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);
        assertTrue(assertThrows(Problem.class, () -> Adapter.open(path)).getMessage().contains(weights.toString()));
    }

    @Test
    void weightsThatFp16CannotHoldAreRefusedWithTheirName() {
        try (Checkpoint base = model(config(_ -> {}), Map.of(), 1);
                Checkpoint trained = model(config(_ -> {}), numbers(base), 1)) {
            try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
                trained.model().tensors().get("cls.predictions.bias").fill_(new Scalar(1e5));
            }
            Problem refused = assertThrows(Problem.class,
                    () -> Adapter.write(trained, base, "tiny", directory.resolve("adapter")));
            assertTrue(refused.getMessage().contains("cls.predictions.bias"), refused::getMessage);
            assertFalse(Files.exists(directory.resolve("adapter")));
        }
    }
}
