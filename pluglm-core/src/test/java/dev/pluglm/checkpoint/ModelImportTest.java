package dev.pluglm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.model.DocumentEncoderType;
import dev.pluglm.model.Input;
import dev.pluglm.model.KnowledgeAttentionType;
import dev.pluglm.model.Memory;
import dev.pluglm.model.MemoryInit;
import dev.pluglm.model.Pass;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.ValueType;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Our own format, and what is imported into it. */
class ModelImportTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/mlm-multi-head");
    private static final int[][] TEXTS = {{2, 17, 44, 3}, {2, 9, 120, 77, 31, 3}};

    @TempDir
    Path folder;

    private static float[] logits(PlugLMModel model) {
        Random random = new Random(5);
        float[] keys = new float[12 * model.config().querySize()];
        float[] values = new float[12 * model.config().hiddenSize()];
        for (float[] numbers : List.of(keys, values)) {
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) random.nextGaussian();
            }
        }
        return Scope.withoutGradients(() -> {
            try (ArrayMemory memory = ArrayMemory.builder("m", Vectors.rounded(keys, model.config().querySize()))
                            .values(Vectors.rounded(values, model.config().hiddenSize()))
                            .build();
                    Memory.View view = memory.view()) {
                Pass pass = Pass.prediction(view);
                return Tensors.floats(model.logits(model.states(Input.of(TEXTS, 0), pass), pass));
            }
        });
    }

    private Path published(String weights) throws IOException {
        Path directory = Files.createTempDirectory(folder, "published");
        Files.copy(GOLDEN.resolve("config.json"), directory.resolve("config.json"));
        Files.copy(GOLDEN.resolve(weights), directory.resolve("ckpt.pt"));
        TinyBert.vocabulary(160).write(directory.resolve("vocab"));
        return directory;
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.pt", "model.legacy.pt"})
    void aPublishedCheckpointSurvivesImportWriteAndRead(String weights) throws IOException {
        Path target = folder.resolve("ours");
        float[] expected;
        try (Checkpoint imported = ModelImport.plain().read(published(weights).resolve("ckpt.pt"))) {
            assertTrue(imported.model().config().referenceCompatible());
            expected = logits(imported.model());
            imported.write(target);
        }
        try (Checkpoint read = Checkpoint.read(target)) {
            assertArrayEquals(expected, logits(read.model()));
            assertTrue(read.model().config().referenceCompatible());
        }
    }

    @Test
    void anExportIsReadAgainAndHoldsEveryPublishedName() throws IOException {
        Path target = folder.resolve("exported");
        try (Checkpoint imported = ModelImport.plain().read(published("model.pt"))) {
            ModelExport.write(imported, target);
            try (Weights published = Weights.open(GOLDEN.resolve("model.pt"));
                    Weights exported = Weights.open(target.resolve("model.safetensors"))) {
                assertEquals(published.tensors().keySet(), exported.tensors().keySet());
                published.tensors().forEach((name, tensor) -> {
                    if (tensor.type().isFloating()) {
                        assertTrue(tensor.hasSameContent(exported.tensors().get(name)), name);
                    }
                });
            }
            try (Checkpoint again = ModelImport.plain().read(target)) {
                assertArrayEquals(logits(imported.model()), logits(again.model()));
            }
        }
    }

    @Test
    void aliasesThatDifferAreRefused() throws IOException {
        Path directory = published("model.pt");
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        try (Weights weights = Weights.open(directory.resolve("ckpt.pt"))) {
            tensors.putAll(weights.tensors());
            String alias = "bert.encoder.layer.3.memory_layer.retriever.key_proj.bias";
            float[] changed = tensors.get(alias).floats();
            changed[0] += 1;
            tensors.put(alias, StoredTensor.of(changed, changed.length));
            Safetensors.write(directory.resolve("changed.safetensors"), tensors);
        }
        Problem problem = assertThrows(
                Problem.class, () -> ModelImport.plain().read(directory.resolve("changed.safetensors")));
        assertTrue(problem.getMessage().contains("key_proj.bias"), problem::getMessage);
    }

    @Test
    void aShapeThatDoesNotFitTheConfigurationIsNamed() throws IOException {
        Path directory = published("model.pt");
        Path config = directory.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"query_size\": 16", "\"query_size\": 8"));
        Problem problem = assertThrows(Problem.class, () -> ModelImport.plain().read(directory));
        assertTrue(problem.getMessage().contains("[16, 32]") && problem.getMessage().contains("[8, 32]"),
                problem::getMessage);
    }

    private static ModelImport withMemory(int layers, KnowledgeAttentionType attention) {
        return new ModelImport(Optional.empty(), Optional.empty(), c -> {
            c.numMemoryLayers = layers;
            c.knowledgeAttentionType = attention;
        }, 1);
    }

    @ParameterizedTest
    @EnumSource(KnowledgeAttentionType.class)
    void aBertBecomesAPlugLMWithoutLoss(KnowledgeAttentionType attention) throws IOException {
        for (boolean oldNames : new boolean[] {false, true}) {
            Path source = TinyBert.write(folder, oldNames);
            try (Checkpoint plain = withMemory(0, attention).read(source);
                    Checkpoint plug = withMemory(2, attention).read(source)) {
                Memory memory = silentMemory(plug.model());
                float[] expected = logitsWith(plain.model(), Memory.empty());
                assertArrayEquals(expected, logitsWith(plug.model(), memory), 1e-5f);
                assertArrayEquals(expected, logitsWith(plug.model(), Memory.empty()), 1e-5f);
            }
        }
    }

    private static ModelImport keeping(Integer... layers) {
        return new ModelImport(Optional.empty(), Optional.empty(), _ -> {}, 1, new KeptLayers(List.of(layers)));
    }

    @Test
    void onlyTheLayersToKeepAreTakenAndMemoryLayersAreTheTopmostOfThem() throws IOException {
        Path source = TinyBert.write(folder, true);
        try (Checkpoint all = withMemory(0, KnowledgeAttentionType.MULTI_HEAD).read(source);
                Checkpoint kept = keeping(1, 3).read(source)) {
            assertEquals(2, kept.model().config().numHiddenLayers());
            assertEquals("BERT " + source.getFileName() + ", layers 1,3", kept.origin());
            Map.of("layer.0.output.dense.weight", "layer.0.output.dense.weight",
                    "layer.2.output.dense.weight", "layer.1.ffn.1.weight",
                    "layer.2.attention.self.key.bias", "layer.1.attention.self.key.bias",
                    "layer.2.output.LayerNorm.weight", "layer.1.LayerNorm.weight").forEach((before, after) ->
                    assertArrayEquals(
                            Tensors.floats(all.model().parameters().all().get("bert.encoder." + before)),
                            Tensors.floats(kept.model().parameters().all().get("bert.encoder." + after)), after));
            kept.write(folder.resolve("kept"));
            try (Checkpoint read = Checkpoint.read(folder.resolve("kept"))) {
                assertArrayEquals(logitsWith(kept.model(), Memory.empty()), logitsWith(read.model(), Memory.empty()));
            }
        }
        try (Checkpoint whole = keeping(1, 2, 3).read(source);
                Checkpoint all = withMemory(1, KnowledgeAttentionType.MULTI_HEAD).read(source)) {
            assertArrayEquals(logitsWith(all.model(), Memory.empty()), logitsWith(whole.model(), Memory.empty()));
        }
    }

    @Test
    void aModelOfOursWithoutMemoryLayersIsABertThatGetsThemAndOneThatHasThemNeedsNoImport() throws IOException {
        Path plain = folder.resolve("plain");
        Path target = folder.resolve("with-memory");
        ModelImport taken = new ModelImport(Optional.empty(), Optional.empty(), draft -> draft.memoryK = 3, 1);
        try (Checkpoint bert = new Checkpoint(TinyBert.model(), TinyBert.vocabulary(160), "drawn")) {
            bert.write(plain);
            try (Checkpoint read = taken.read(plain)) {
                assertEquals("drawn", read.origin());
                assertEquals(1, read.model().config().numMemoryLayers());
                assertArrayEquals(logits(bert.model()), logits(read.model()), 1e-5f);
                read.write(target);
            }
        }
        Problem again = assertThrows(Problem.class, () -> taken.read(target));
        assertTrue(again.getMessage().contains("memory layers already"), again::getMessage);
        Files.write(plain.resolve("model.safetensors"), new byte[] {0}, StandardOpenOption.APPEND);
        assertThrows(Problem.class, () -> taken.read(plain));
    }

    @Test
    void layersThatDoNotExistOrAreRepeatedOrOutOfOrderAreToldApart() throws IOException {
        Path source = TinyBert.write(folder, false);
        Map.of(new Integer[] {1, 4}, "layers 1,4: there is no layer 4 in " + source,
                new Integer[] {0, 1}, "layers 0,1: there is no layer 0; the lowest is layer 1",
                new Integer[] {2, 2}, "layers 2,2: layer 2 stands there twice",
                new Integer[] {3, 1}, "layers 3,1: layer 1 stands after layer 3").forEach((layers, message) -> {
            Problem problem = assertThrows(Problem.class, () -> keeping(layers).read(source).close());
            assertTrue(problem.getMessage().startsWith(message), problem::getMessage);
        });
        Path published = published("model.pt");
        Problem problem = assertThrows(Problem.class, () -> keeping(1).read(published).close());
        assertTrue(problem.getMessage().contains("published PlugLM"), problem::getMessage);
    }

    @ParameterizedTest
    @EnumSource(value = KnowledgeAttentionType.class, names = {"MULTI_HEAD", "SINGLE_HEAD"})
    void aBertBecomesAReaderOfTokensWithoutLossAndSurvivesWriteAndRead(KnowledgeAttentionType attention)
            throws IOException {
        Path source = TinyBert.write(folder, false);
        ModelImport reader = new ModelImport(Optional.empty(), Optional.empty(), c -> {
            c.numMemoryLayers = 2;
            c.knowledgeAttentionType = attention;
            c.documentEncoderType = DocumentEncoderType.of("first_1");
            c.valueType = ValueType.TOKENS;
            c.valueLayerNorm = true;
            c.memoryInit = MemoryInit.WARM_START;
        }, 1);
        Path target = folder.resolve("reader" + attention);
        try (Checkpoint plain = withMemory(0, attention).read(source); Checkpoint plug = reader.read(source)) {
            Memory memory = silentMemory(plug.model());
            float[] expected = logitsWith(plain.model(), Memory.empty());
            assertArrayEquals(expected, logitsWith(plug.model(), memory), 1e-5f);
            assertArrayEquals(expected, logitsWith(plug.model(), Memory.empty()), 1e-5f);
            Scope.withoutGradients(() -> {
                plug.model().parameters().all().forEach((name, weight) -> {
                    if (name.contains(".out_proj.weight") || name.contains("know_attn.values.LayerNorm.")) {
                        weight.add_(new Scalar(0.3));
                    }
                });
                return target;
            });
            float[] speaking = logitsWith(plug.model(), memory);
            assertFalse(Arrays.equals(expected, speaking));
            plug.write(target);
            plug.model().carryMemoryEncoder();
            plug.write(folder.resolve("carrying" + attention));
            for (String name : List.of("reader" + attention, "carrying" + attention)) {
                try (Checkpoint read = Checkpoint.read(folder.resolve(name))) {
                    assertEquals(ValueType.TOKENS, read.model().config().valueType());
                    assertEquals(plug.model().memoryEncoderFingerprint(), read.model().memoryEncoderFingerprint());
                    assertArrayEquals(speaking, logitsWith(read.model(), memory));
                }
            }
        }
    }

    @Test
    void aModelThatLacksAWeightIsNotStartedAgainSilently() throws IOException {
        Path target = folder.resolve("ours");
        try (Checkpoint plug = new ModelImport(Optional.empty(), Optional.empty(), c -> {
            c.memoryInit = MemoryInit.WARM_START;
        }, 1).read(TinyBert.write(folder, false))) {
            plug.write(target);
        }
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        try (Weights weights = Weights.open(target.resolve("model.safetensors"))) {
            tensors.putAll(weights.tensors());
            tensors.remove("bert.encoder.layer.2.memory_layer.know_attn.beta");
            Safetensors.write(folder.resolve("less.safetensors"), tensors);
        }
        Files.move(folder.resolve("less.safetensors"), target.resolve("model.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        Checksums.write(target, List.of("config.json", "model.safetensors", "vocab.txt"));
        Problem problem = assertThrows(Problem.class, () -> Checkpoint.read(target).close());
        assertTrue(problem.getMessage().contains("know_attn.beta"), problem::getMessage);
    }

    /** Made by the model's own encoder, as a user's memories are. */
    private static Memory silentMemory(PlugLMModel model) {
        int[][] passages = {{2, 8, 9, 3}, {2, 50, 3}, {2, 61, 62, 63, 3}};
        var encoded = model.memoryEncoder().orElseThrow().encode(passages);
        ArrayMemory.Builder memory =
                ArrayMemory.builder("m", Vectors.rounded(encoded.keys(), model.config().querySize())).tokens(passages);
        if (encoded.values().length > 0) {
            memory.values(Vectors.rounded(encoded.values(), model.config().hiddenSize()));
        }
        return memory.build();
    }

    private static float[] logitsWith(PlugLMModel model, Memory memory) {
        return Scope.withoutGradients(() -> {
            try (Memory.View view = memory.view()) {
                Pass pass = Pass.prediction(view);
                return Tensors.floats(model.logits(model.states(Input.of(TEXTS, 0), pass), pass));
            }
        });
    }

    @Test
    void thePartialStartOfTheReferenceDrawsTheFeedForwardBlocks() throws IOException {
        ModelImport partial = new ModelImport(
                Optional.empty(), Optional.empty(), c -> c.memoryLayerFfnDim = 24, 1);
        try (Checkpoint model = partial.read(TinyBert.write(folder, false))) {
            assertTrue(model.model().parameters().fresh().contains("bert.encoder.layer.2.ffn.0.weight"));
            assertFalse(model.model().parameters().fresh().contains("bert.encoder.layer.2.attention.self.query.weight"));
        }
    }

    @Test
    void aDamagedModelIsRefusedWhicheverFileItIs() throws IOException {
        Path target = folder.resolve("ours");
        try (Checkpoint imported = ModelImport.plain().read(published("model.pt"))) {
            imported.write(target);
            assertThrows(Problem.class, () -> imported.write(target), "must not overwrite");
        }
        for (String name : List.of("config.json", "model.safetensors", "vocab.txt")) {
            Path file = target.resolve(name);
            byte[] good = Files.readAllBytes(file);
            try (RandomAccessFile damage = new RandomAccessFile(file.toFile(), "rw")) {
                damage.seek(good.length / 2);
                damage.write(good[good.length / 2] ^ 1);
            }
            Problem problem = assertThrows(Problem.class, () -> Checkpoint.read(target).close());
            assertTrue(problem.getMessage().contains(name), problem::getMessage);
            assertEquals(1, problem.getMessage().lines().count());
            Files.write(file, good);
        }
        Checkpoint.read(target).close();
    }

    @Test
    void aModelThatIsTrainedAfterLoadingHasAnotherFingerprintAndSavesIt() throws IOException {
        Path target = folder.resolve("ours");
        try (Checkpoint imported = ModelImport.plain().read(published("model.pt"))) {
            imported.write(target);
        }
        String trained;
        try (Checkpoint read = Checkpoint.read(target)) {
            String before = read.model().memoryEncoderFingerprint().orElseThrow();
            assertEquals(read.model().memoryEncoder().orElseThrow().fingerprint(), before);
            Scope.withoutGradients(() -> read.model().parameters().all().get("bert.embeddings.word_embeddings.weight")
                    .add_(new Scalar(0.5)));
            trained = read.model().memoryEncoderFingerprint().orElseThrow();
            assertNotEquals(before, trained);
            read.write(folder.resolve("trained"));
        }
        try (Checkpoint again = Checkpoint.read(folder.resolve("trained"))) {
            assertEquals(trained, again.model().config().memoryEncoderFingerprint());
        }
    }

    @Test
    void nothingIsLeftBehindByAnImportThatFails() throws IOException {
        Path directory = published("model.pt");
        Files.delete(directory.resolve("vocab"));
        Problem problem = assertThrows(Problem.class, () -> ModelImport.plain().read(directory));
        assertTrue(problem.getMessage().contains("--vocab"), problem::getMessage);
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void aVocabularyOfAnotherModelIsRefused() throws IOException {
        Path directory = published("model.pt");
        Files.delete(directory.resolve("vocab"));
        TinyBert.vocabulary(90).write(directory.resolve("vocab.txt"));
        Problem problem = assertThrows(Problem.class, () -> ModelImport.plain().read(directory));
        assertTrue(problem.getMessage().contains("90") && problem.getMessage().contains("160"), problem::getMessage);
    }
}
