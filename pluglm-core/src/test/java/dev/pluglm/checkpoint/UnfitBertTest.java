package dev.pluglm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;
import dev.pluglm.text.Vocabulary;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** BERTs that are damaged, incomplete, or of another kind than is computed here. */
class UnfitBertTest {
    @TempDir
    Path folder;

    private static void assertRefused(Path source, String... parts) {
        String message = assertThrows(Problem.class, () -> ModelImport.plain().read(source).close()).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is missing in: " + message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert.encoder.layer.0.attention.self.query.weight", "bert.encoder.layer.2.output.dense.bias",
        "bert.encoder.layer.2.attention.output.LayerNorm.bias", "bert.embeddings.LayerNorm.weight",
        "cls.predictions.bias"})
    void aBertThatLacksATensorIsNotMadeUpFor(String name) throws IOException {
        assertRefused(TinyBert.writeWith(folder, tensors -> tensors.remove(name)), "model.safetensors: lacks 1 tensors", name);
    }

    @Test
    void aPartOfABertIsNoBert() throws IOException {
        assertRefused(TinyBert.writeWith(folder, tensors -> tensors.keySet().removeIf(name -> name.contains("layer.1."))),
                "layer 2, but none of layer 1");
        assertRefused(TinyBert.writeWith(folder, tensors -> tensors.put("bert.encoder.layer.20000000.output.dense.bias",
                StoredTensor.of(new float[32], 32))), "layer 20000000, but none of layer 3");
        assertRefused(TinyBert.writeWith(folder, tensors -> tensors.put("bert.embeddings.LayerNorm.bias",
                StoredTensor.of(new float[] {Float.NaN, 1}, 2))), "bert.embeddings.LayerNorm.bias");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void weightsThatAreNoNumbersAreRefused(float wrong) throws IOException {
        assertRefused(TinyBert.writeWith(folder, tensors -> {
            float[] bias = new float[32];
            bias[7] = wrong;
            tensors.put("bert.encoder.layer.1.output.dense.bias", StoredTensor.of(bias, 32));
        }), "bert.encoder.layer.1.output.dense.bias", "NaN");
    }

    @Test
    void whatWouldBeComputedOtherwiseThanItWasTrainedIsRefused() throws IOException {
        Map.of("\"model_type\": \"roberta\"", "its model_type is 'roberta'",
                "\"position_embedding_type\": \"relative_key\"", "its position_embedding_type is 'relative_key'",
                "\"num_hidden_layers\": 5", "num_hidden_layers is 5, but the weights beside it have 3",
                "\"vocab_size\": 161", "vocab_size is 161").forEach((field, message) -> {
                    try {
                        Path source = TinyBert.write(folder, false);
                        Files.writeString(source.resolve("config.json"), "{\"num_attention_heads\": 4, " + field + "}");
                        assertRefused(source, "config.json", message);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        Path cased = TinyBert.write(folder, false);
        Files.writeString(cased.resolve("tokenizer_config.json"), "{\"do_lower_case\": false}");
        assertRefused(cased, "do_lower_case", "expected an uncased BERT");
        Files.delete(cased.resolve("tokenizer_config.json"));
        List<String> words = Stream.concat(Stream.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
                IntStream.range(5, 160).mapToObj(i -> "Word" + i)).toList();
        Vocabulary.of(words).write(folder.resolve("vocab"));
        Files.move(folder.resolve("vocab"), cased.resolve("vocab.txt"), StandardCopyOption.REPLACE_EXISTING);
        assertRefused(cased, "155 of 160 words", "expected an uncased BERT");
    }
}
