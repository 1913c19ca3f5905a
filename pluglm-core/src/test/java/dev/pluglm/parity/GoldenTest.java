package dev.pluglm.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.checkpoint.Safetensors;
import dev.pluglm.checkpoint.StoredTensor;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The published code's numbers, and that the comparison notices when they differ. */
class GoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    @TempDir
    Path folder;

    static List<Path> cases() {
        return Parity.cases(GOLDEN);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void thePublishedNumbersAreReproduced(Path directory) {
        ParityResult result = Parity.run(directory, Precision.FP32);
        assertTrue(result.isEqual(), result::toString);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bf16StaysNearThePublishedNumbers(Path directory) {
        ParityResult result = Parity.run(directory, Precision.BF16);
        assertTrue(result.isEqual(), result::toString);
        assertTrue(result.differences().stream().anyMatch(d -> d.largest() > 1e-4), "bf16 was not really used");
    }

    @Test
    void allTenCasesAreFound() {
        assertEquals(10, cases().size());
    }

    @Test
    void aChangedWeightIsNoticed() throws IOException {
        Path copy = copy("mlm-multi-head");
        Map<String, StoredTensor> weights = new LinkedHashMap<>();
        try (var published = dev.pluglm.checkpoint.Weights.open(copy.resolve("model.pt"))) {
            weights.putAll(published.tensors());
            String name = "bert.encoder.layer.2.memory_layer.know_attn.beta";
            float[] beta = weights.get(name).floats();
            beta[0] += 0.01f;
            weights.put(name, StoredTensor.of(beta, beta.length));
            Files.delete(copy.resolve("model.pt"));
            Safetensors.write(copy.resolve("model.pt"), weights);
        }
        ParityResult result = Parity.run(copy, Precision.FP32);
        assertFalse(result.isEqual());
        assertEquals("", result.problem());
    }

    @Test
    void aWrongExpectedRowIsNoticed() throws IOException {
        ParityResult result = withExpected("classification", expected -> {
            long[] rows = expected.get("eval.retrieved.3").longs();
            rows[0] = (rows[0] + 1) % 40;
            expected.put("eval.retrieved.3", StoredTensor.of(rows, 6, 3));
        });
        assertTrue(result.toString().contains("retrieved"), result::toString);
        assertEquals("", result.problem());
    }

    @Test
    void aGradientOfAnotherShapeOrNoneIsNoticed() throws IOException {
        String words = "grad.bert.embeddings.word_embeddings.weight";
        for (int rows : new int[] {1, 1000}) {
            ParityResult result = withExpected("classification", expected -> expected.put(words,
                    StoredTensor.of(new float[rows * 32], rows, 32)));
            assertTrue(result.problem().contains(words + " has shape"), result::toString);
        }
        assertTrue(withExpected("classification", expected -> expected.remove(words)).problem().contains(words));
        assertTrue(withExpected("classification", expected -> expected.keySet().removeIf(
                name -> name.startsWith("after_train_step."))).problem().contains("no tensor after_train_step."));
    }

    @Test
    void inputsThatTheModelCannotHaveHadAreToldInTheResult() throws IOException {
        for (long id : new long[] {-1, 1_000_000}) {
            ParityResult result = withExpected("mlm-multi-head", expected -> {
                StoredTensor ids = expected.get("input.input_ids");
                long[] changed = ids.longs();
                changed[1] = id;
                expected.put("input.input_ids", StoredTensor.of(changed, ids.shape()));
            });
            assertTrue(result.problem().contains("input.input_ids holds " + id), result::toString);
        }
        assertFalse(withExpected("mlm-multi-head", expected -> {
            StoredTensor types = expected.get("input.token_type_ids");
            expected.put("input.token_type_ids", StoredTensor.of(types.longs(), types.elementCount()));
        }).problem().isEmpty());
        assertFalse(withExpected("mlm-multi-head", expected -> expected.put("input.labels",
                StoredTensor.of(new float[3], 3))).problem().isEmpty());
    }

    /** What comes of a case of which something else is expected than was computed. */
    private ParityResult withExpected(String name, Consumer<Map<String, StoredTensor>> change) throws IOException {
        Path copy = copy(name);
        Map<String, StoredTensor> expected = new LinkedHashMap<>();
        try (Safetensors file = Safetensors.open(copy.resolve("expected.safetensors"))) {
            expected.putAll(file.tensors());
            change.accept(expected);
            Files.delete(copy.resolve("expected.safetensors"));
            Safetensors.write(copy.resolve("expected.safetensors"), expected);
        }
        ParityResult result = Parity.run(copy, Precision.FP32);
        assertFalse(result.isEqual());
        return result;
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        for (String file : List.of("model.pt", "config.json", "expected.safetensors", "expected.json", "keys.npy")) {
            Path copy = copy("mlm-multi-head");
            Files.delete(copy.resolve(file));
            ParityResult result = Parity.run(copy, Precision.FP32);
            assertFalse(result.isEqual(), file);
            assertTrue(result.problem().contains(file), result::toString);
        }
    }

    @Test
    void aFolderWithoutCasesIsRefused() {
        assertThrows(Problem.class, () -> Parity.cases(folder));
    }

    private Path copy(String name) throws IOException {
        Path target = Files.createTempDirectory(folder, name);
        try (Stream<Path> files = Files.list(GOLDEN.resolve(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }
}
