package dev.pluglm.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Vocabulary;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What {@code transformers} wrote of a BERT beside its weights. Refuses what would be computed otherwise than it was
 * trained: other kinds of models and positions, cased texts, sizes that the weights do not have.
 *
 * @param json of {@code config.json}
 */
record BertConfig(Path file, ObjectNode json) {

    private static final String TOKENIZER = "tokenizer_config.json";

    /** What this, and nothing else, may say. */
    private static final Map<String, String> ONLY = Map.of("model_type", "bert", "position_embedding_type", "absolute");

    /** Of an uncased vocabulary's tokens, those with capital letters are the special ones. */
    private static final double MOST_CAPITALS = 0.05;

    /** The configuration as far as it is ours, without sizes. */
    PlugLMConfig.Draft draft() {
        ONLY.forEach((field, expected) -> {
            String found = json.path(field).asText(expected);
            if (!found.equals(expected)) {
                throw Problem.of("%s: its %s is '%s'; expected a BERT with '%s'", file, field, found, expected);
            }
        });
        return ConfigJson.lenient(json, file);
    }

    /**
     * @param weights what the weights say
     * @param allLayers whether all of their layers are taken
     * @throws Problem if the configuration says something else
     */
    void requireSizes(PlugLMConfig.Draft weights, boolean allLayers) {
        requireSize("vocab_size", weights.vocabSize);
        requireSize("hidden_size", weights.hiddenSize);
        requireSize("intermediate_size", weights.intermediateSize);
        requireSize("max_position_embeddings", weights.maxPositionEmbeddings);
        requireSize("type_vocab_size", weights.typeVocabSize);
        if (allLayers) {
            requireSize("num_hidden_layers", weights.numHiddenLayers);
        }
    }

    private void requireSize(String field, int found) {
        int said = json.path(field).asInt(found);
        if (said != found) {
            throw Problem.of("%s: its %s is %d, but the weights beside it have %d; one of the two is another model's, or a "
                    + "part is missing", file, field, said, found);
        }
    }

    /** @throws Problem if texts would have to keep their capital letters, which our tokenizer makes small */
    void requireUncased(Vocabulary words) {
        Path tokenizer = file.resolveSibling(TOKENIZER);
        boolean lower = !Files.isRegularFile(tokenizer)
                || ConfigJson.readObject(tokenizer).path("do_lower_case").asBoolean(true);
        long capitals = words.tokens().stream()
                .filter(token -> !token.startsWith("[") && token.chars().anyMatch(Character::isUpperCase)).count();
        if (!lower || capitals > MOST_CAPITALS * words.size()) {
            throw Problem.of("%s: this BERT tells capital letters from small ones (%s); expected an uncased BERT",
                    file.toAbsolutePath().getParent(), lower ? "%d of %d words of its vocabulary have some".formatted(
                            capitals, words.size()) : TOKENIZER + " says do_lower_case: false");
        }
    }
}
