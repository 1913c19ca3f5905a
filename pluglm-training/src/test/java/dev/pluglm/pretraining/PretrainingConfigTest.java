package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The configuration of a pre-training, from files and flags. */
class PretrainingConfigTest {

    @TempDir
    Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("recipe.yaml"), text);
    }

    private static final String COMPLETE = """
            data_dir: texts.jsonl
            output_dir: run
            init_from: bert
            tokenized_document_path: passages.jsonl   # a comment
            """;

    @Test
    void flagsCountMoreThanTheFileAndTheFileMoreThanTheDefaults() throws IOException {
        Path file = file(COMPLETE + "max_train_steps: 7\nlearning_rate: 1e-3\n");
        PretrainingConfig config = PretrainingConfig.read(Optional.of(file), Map.of("max_train_steps", "9"));
        config.check();
        assertEquals(9, config.maxTrainSteps);
        assertEquals(1e-3, config.learningRate);
        assertEquals(0.2843, config.warmupProportion);
        assertEquals(List.of(Path.of("texts.jsonl")), config.dataDir);
    }

    @Test
    void zeroMeansZero() throws IOException {
        Path file = file(COMPLETE + "model: null\n");
        PretrainingConfig config = PretrainingConfig.read(Optional.of(file), Map.of(
                "warmup_proportion", "0", "max_grad_norm", "0", "weight_decay", "0", "refreshing_steps", "0",
                "exclude_own_text", "0"));
        config.check();
        assertEquals(0, config.warmupProportion);
        assertEquals(0, config.maxGradNorm);
        assertEquals(0, config.weightDecay);
        assertEquals(0, config.refreshingSteps);
    }

    @Test
    void aModelMayBeDescribedWithZeros() throws IOException {
        Path file = file("""
                data_dir: [a.jsonl, b.jsonl]
                output_dir: run
                vocab_file: vocab.txt
                model:
                  num_memory_layers: 0
                  memory_layer_ffn_dim: 0
                  hidden_dropout_prob: 0
                """);
        PretrainingConfig config = PretrainingConfig.read(Optional.of(file), Map.of());
        config.check();
        assertEquals(0, config.model.orElseThrow().build().memoryLayerFfnDim());
        assertEquals(0, config.model.orElseThrow().build().hiddenDropoutProb());
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        PretrainingConfig config = PretrainingConfig.read(Optional.of(file(COMPLETE)), Map.of(
                "masking", "salient_spans", "trainable", "memory_layer", "dtype", "fp32"));
        Path copy = Files.write(directory.resolve("copy.yaml"), config.toYaml());
        PretrainingConfig again = PretrainingConfig.read(Optional.of(copy), Map.of());
        again.check();
        assertEquals(new String(config.toYaml()), new String(again.toYaml()));
        assertEquals(PretrainingConfig.MaskingKind.SALIENT_SPANS, again.masking);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "learning_rat: 1              | the field 'learning_rat' is not known",
        "max_train_steps: many        | max_train_steps",
        "max_train_steps: 1.5         | max_train_steps",
        "max_train_steps: -1          | max_train_steps is -1; expected 0 to",
        "gradient_accumulation_steps: 3 | not divisible by gradient_accumulation_steps (3)",
        "masking: everything          | masking is 'everything'; expected random_tokens, whole_words, salient_spans",
        "optimizer: sgd               | optimizer is 'sgd'; expected lamb, adamw",
        "warmup_proportion: 1.5       | warmup_proportion is 1.5; expected 0 to 1",
        "dtype: int8                  | dtype is 'int8'; expected fp32, bf16 or fp16",
        "trainable: '('               | no regular expression",
        "model: {hidden_size: 8}      | init_from and model are both given",
        "vocab_file: v.txt            | the model of init_from has its own",
        "learning_rate: .nan          | learning_rate",
        "seed: [1, 2]                 | seed",
        "output_dir: run              | Duplicate"
    })
    void aMistakeGetsOneLineThatNamesTheField(String line, String expected) throws IOException {
        Path file = file(COMPLETE + line + "\n");
        Problem refused = assertThrows(Problem.class, () -> PretrainingConfig.read(Optional.of(file), Map.of()).check());
        assertTrue(refused.getMessage().contains(expected), refused::getMessage);
        assertFalse(refused.getMessage().contains("\n"), refused::getMessage);
    }

    @Test
    void aFileThatIsNoYamlIsRefusedWithItsName() throws IOException {
        Path file = file("data_dir: [unfinished\n");
        Problem refused = assertThrows(Problem.class, () -> PretrainingConfig.read(Optional.of(file), Map.of()));
        assertTrue(refused.getMessage().startsWith(file + ":"), refused::getMessage);
        Path empty = Files.writeString(directory.resolve("empty.yaml"), "");
        assertTrue(assertThrows(Problem.class, () -> PretrainingConfig.read(Optional.of(empty), Map.of()))
                .getMessage().contains("empty"));
        assertTrue(assertThrows(Problem.class, () -> PretrainingConfig.read(
                Optional.of(directory.resolve("none.yaml")), Map.of())).getMessage().contains("none.yaml"));
    }

    @Test
    void everyFieldIsDescribed() {
        PretrainingConfig.FILE.fields().forEach((name, description) -> assertFalse(description.isBlank(), name));
        assertTrue(PretrainingConfig.FILE.fields().get("learning_rate").endsWith("Default: 0.004."));
    }
}
