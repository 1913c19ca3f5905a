package dev.pluglm.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.engine.EngineException;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.pluglm.problem.Problem;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** Starts the tokenizers library for BERT's uncased WordPiece. */
final class WordPieces {

    private WordPieces() {}

    static HuggingFaceTokenizer open(Vocabulary vocabulary, List<String> alsoSpecial) {
        // The library asks a cloud host who it is, and where it sees a GPU it fetches another build of itself. A text
        // needs neither. Whoever set these on purpose keeps them.
        setUnlessSet("OPT_OUT_TRACKING", "true");
        setUnlessSet("RUST_FLAVOR", "cpu");
        String definition = definition(vocabulary, alsoSpecial).toString();
        // Sequences are cut and surrounded by us: the library holds one length for all, callers want their own.
        Map<String, String> options = Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false");
        try {
            return HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(definition.getBytes(StandardCharsets.UTF_8)), options);
        } catch (EngineException | UnsatisfiedLinkError | IOException e) {
            String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new Problem(("the tokenizers library cannot be started on %s %s (%s); it is unpacked into .djl.ai in "
                    + "the home folder or where DJL_CACHE_DIR says, which has to be writable").formatted(
                            System.getProperty("os.name"), System.getProperty("os.arch"), reason), e);
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getenv(property) == null && System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** What {@code tokenizer.json} of bert-base-uncased says, with this vocabulary. */
    private static ObjectNode definition(Vocabulary vocabulary, List<String> alsoSpecial) {
        ObjectNode definition = JsonNodeFactory.instance.objectNode();
        definition.put("version", "1.0");
        ArrayNode added = definition.putArray("added_tokens");
        LinkedHashSet<String> specials = new LinkedHashSet<>(Vocabulary.SPECIALS);
        specials.addAll(alsoSpecial);
        for (String special : specials) {
            int id = vocabulary.id(special).orElseThrow(() -> Problem.of(
                    "the vocabulary has no token %s; use a vocabulary that has it", special));
            added.addObject().put("id", id).put("content", special).put("single_word", false).put("lstrip", false)
                    .put("rstrip", false).put("normalized", false).put("special", true);
        }
        definition.putObject("normalizer").put("type", "BertNormalizer").put("clean_text", true)
                .put("handle_chinese_chars", true).putNull("strip_accents").put("lowercase", true);
        definition.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        ObjectNode model = definition.putObject("model").put("type", "WordPiece").put("unk_token", Vocabulary.UNKNOWN)
                .put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
        ObjectNode ids = model.putObject("vocab");
        for (int id = 0; id < vocabulary.size(); id++) {
            ids.put(vocabulary.token(id), id);
        }
        return definition;
    }
}
