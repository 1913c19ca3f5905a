package dev.pluglm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.checkpoint.MemoryArrays;
import dev.pluglm.checkpoint.MemoryArraysWriter;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.StoreView;
import dev.pluglm.memory.TextEncoder;
import dev.pluglm.model.DocumentEncoderType;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.ValueType;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;
import dev.pluglm.text.SmallVocabulary;
import dev.pluglm.text.Vocabulary;

import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A model that reads passages token by token, with memories on disk, from end to end. */
class TokenReadingTest {
    private static final Vocabulary VOCABULARY = SmallVocabulary.create();
    private static final String QUESTION = "the capital of france is [MASK]";
    private static final int BEST = 5;

    @TempDir
    private Path folder;
    private Path modelAt;
    private Path memoryAt;

    private static Checkpoint checkpoint(ValueType values) {
        PlugLMConfig config = PlugLMConfig.of(c -> {
            c.vocabSize = VOCABULARY.size();
            c.hiddenSize = 32;
            c.numHiddenLayers = 3;
            c.numAttentionHeads = 4;
            c.intermediateSize = 64;
            c.memoryLayerFfnDim = 64;
            c.maxPositionEmbeddings = 40;
            c.querySize = 16;
            c.memoryK = 3;
            c.initializerRange = 0.4;
            c.documentEncoderType = DocumentEncoderType.of("first_2");
            c.valueType = values;
            c.valueLayerNorm = true;
        });
        return new Checkpoint(PlugLMModel.random(config, 11), VOCABULARY, "test");
    }

    @BeforeEach
    void makeModelAndMemory() {
        modelAt = folder.resolve("model");
        memoryAt = folder.resolve("facts");
        try (Checkpoint made = checkpoint(ValueType.TOKENS)) {
            made.write(modelAt);
        }
        try (PlugLM model = PlugLM.load(modelAt)) {
            MemoryStore.create(memoryAt, "facts", model.encoder(), store -> store.add(
                    Passage.of("fr", "paris is the capital of france"), Passage.of("cafe", "a cafe is a cafe"),
                    Passage.of("smith", "dr smith"), Passage.of("army", "don is of the army of the world")));
        }
    }

    private Filled fill(Path... memories) {
        try (PlugLM model = PlugLM.load(modelAt).plug(memories)) {
            return model.fill(QUESTION, BEST);
        }
    }

    @Test
    void evidenceTellsHowMuchEachPassageWasReadWithAllItsTokens() {
        List<Evidence> evidence = fill(memoryAt).evidence();
        assertEquals(3, evidence.size());
        assertEquals(1, evidence.stream().mapToDouble(Evidence::weight).sum(), 1e-5);
        assertTrue(evidence.stream().allMatch(passage -> passage.weight() > 0), evidence::toString);
        for (Evidence passage : evidence) {
            List<String> tokens = passage.tokens().stream().map(Evidence.Token::token).toList();
            assertEquals("[CLS]", tokens.getFirst());
            assertEquals("[SEP]", tokens.getLast());
            assertEquals(passage.text().split(" ").length + 2, tokens.size(), tokens::toString);
            assertEquals(passage.weight(), passage.tokens().stream().mapToDouble(Evidence.Token::weight).sum(), 1e-6);
            assertTrue(passage.tokens().stream().distinct().count() > 2, passage::toString);
        }
    }

    @Test
    void editsCountAtOnceAndAnUndoBringsBackEveryNumber() {
        try (PlugLM model = PlugLM.load(modelAt).plug(memoryAt);
                MemoryStore store = MemoryStore.openForWriting(memoryAt, model.encoder())) {
            Filled before = model.fill(QUESTION, BEST);
            String best = before.evidence().getFirst().id();
            store.replace(Passage.of(best, "hello hello world"));
            Filled replaced = model.fill(QUESTION, BEST);
            assertNotEquals(before.masks(), replaced.masks());
            store.remove(List.of(before.evidence().get(1).id()));
            assertNotEquals(replaced, model.fill(QUESTION, BEST));
            store.add(Passage.of("new", "france"));
            assertEquals(4, store.verify());
            for (int i = 0; i < 3; i++) {
                store.undo();
            }
            assertEquals(before, model.fill(QUESTION, BEST));
            assertEquals(before, fill(memoryAt));
            assertEquals(4, store.verify());
        }
    }

    @Test
    void pluggedMemoriesAreReadTogetherAndPassagesCanBeLeftOut() {
        Path other = folder.resolve("other");
        try (PlugLM model = PlugLM.load(modelAt)) {
            MemoryStore.create(other, "other", model.encoder(), store -> store.add(
                    Passage.of("a", "the capital of france is una"), Passage.of("b", "hello")));
            model.plug(other, memoryAt);
            Filled both = model.fill(QUESTION, BEST);
            assertEquals(3, both.evidence().size());
            Evidence best = both.evidence().getFirst();
            Filled without = model.fill(QUESTION, BEST, Set.of(best.id()));
            assertTrue(without.evidence().stream().noneMatch(it -> it.id().equals(best.id())));
            assertNotEquals(both.masks(), without.masks());
        }
    }

    @Test
    void aModelThatIsTrainedOnReadsItsOldMemoriesWithTheEncoderThatItCarries() {
        Path trained = folder.resolve("trained");
        try (Checkpoint read = Checkpoint.read(modelAt)) {
            read.model().carryMemoryEncoder();
            Scope.withoutGradients(() -> read.model().parameters().all().get("bert.embeddings.word_embeddings.weight")
                    .add_(new Scalar(0.5)));
            read.write(trained);
        }
        Filled before = fill(memoryAt);
        modelAt = trained;
        Filled after = fill(memoryAt);
        assertEquals(3, after.evidence().size());
        assertNotEquals(before.masks(), after.masks());
    }

    @Test
    void aMemoryOfPooledValuesIsRefusedUntilItIsEncodedAnewAndTheOtherWayRound() {
        Path pooledAt = folder.resolve("pooled");
        try (Checkpoint made = checkpoint(ValueType.POOLED)) {
            made.write(pooledAt);
        }
        Filled before = fill(memoryAt);
        Path tokensAt = modelAt;
        for (Path other : List.of(pooledAt, tokensAt)) {
            modelAt = other;
            Problem refused = assertThrows(Problem.class, () -> fill(memoryAt));
            assertTrue(refused.getMessage().contains("reencode"), refused::getMessage);
            try (PlugLM model = PlugLM.load(other); MemoryStore store = MemoryStore.openForWriting(memoryAt)) {
                store.reencode(model.encoder(), _ -> {});
                assertEquals(4, store.verify());
                assertEquals(other.equals(pooledAt) ? 32 : 0, store.stats().shape().valueSize());
            }
            List<Evidence> evidence = fill(memoryAt).evidence();
            assertEquals(3, evidence.size());
            assertEquals(other.equals(pooledAt), evidence.getFirst().tokens().isEmpty());
        }
        assertEquals(before, fill(memoryAt));
    }

    @Test
    void aMemoryWithoutValuesSurvivesExportAndImport() {
        Path arrays = folder.resolve("arrays");
        Path again = folder.resolve("again");
        try (MemoryStore store = MemoryStore.openForReading(memoryAt); StoreView view = store.view()) {
            MemoryArraysWriter.write("facts", view, arrays, _ -> {});
        }
        try (PlugLM model = PlugLM.load(modelAt);
                MemoryArrays read = MemoryArrays.open(new MemoryArrays.Parts(arrays.resolve(MemoryArrays.KEYS),
                        Optional.empty(), arrays.resolve(MemoryArrays.DOCUMENTS),
                        Optional.of(arrays.resolve(MemoryArrays.TEXTS)),
                        Optional.of(arrays.resolve(MemoryArrays.ABOUT))))) {
            TextEncoder encoder = model.encoder();
            read.requireMadeWith(encoder);
            MemoryStore.create(again, "facts", encoder,
                    store -> store.addEntries(read.entries(Optional.of(model.tokenizer())), _ -> {}));
        }
        assertEquals(fill(memoryAt), fill(again));
    }
}
