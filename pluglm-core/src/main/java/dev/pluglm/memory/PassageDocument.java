package dev.pluglm.memory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.BytesRef;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** How a passage is laid out as a Lucene document. */
final class PassageDocument {
    static final String ID = "id";
    static final String SOURCE = "source";
    static final String WORDS = "words";
    static final String KEY = "key";
    static final String VALUE = "value";
    static final String TOKENS = "tokens";

    private static final String TEXT = "text";
    private static final String TITLE = "title";
    private static final String METADATA = "metadata";

    /** Lucene's limit on a term is 32766 bytes; an id or a source that long is a mistake long before. */
    private static final int LONGEST_NAME = 4096;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final FieldType WORDS_TYPE = wordsType();

    private PassageDocument() {}

    /** Words are counted, for BM25, and nothing more: no positions. */
    private static FieldType wordsType() {
        FieldType type = new FieldType(TextField.TYPE_NOT_STORED);
        type.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
        type.freeze();
        return type;
    }

    /** Refuses what cannot be kept as it is. */
    static void check(Passage passage, boolean textNeeded) {
        if (passage.id().isBlank()) {
            throw Problem.of("a passage has an empty id (its text begins \"%s\")", Shown.of(passage.text()));
        }
        if (textNeeded && passage.text().isBlank()) {
            throw Problem.of("passage '%s' has no text", Shown.of(passage.id()));
        }
        checkName(passage, "id", passage.id());
        passage.source().ifPresent(source -> checkName(passage, "source", source));
        passage.title().ifPresent(title -> utf8(passage, "title", title));
        utf8(passage, "text", passage.text());
    }

    private static void checkName(Passage passage, String what, String name) {
        int length = utf8(passage, what, name);
        if (length > LONGEST_NAME) {
            throw Problem.of("passage '%s': its %s has %d bytes, at most %d are allowed",
                    Shown.of(passage.id()), what, length, LONGEST_NAME);
        }
    }

    /** Length in UTF-8; half a surrogate pair would silently become another character on the way to the disk. */
    private static int utf8(Passage passage, String what, String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return bytes.remaining();
        } catch (CharacterCodingException broken) {
            throw new Problem("passage '" + Shown.of(passage.id()) + "': its " + what
                    + " is not valid Unicode (half a surrogate pair)", broken);
        }
    }

    /** A document of a checked passage; the key is already rounded to fp16. */
    static Document of(Passage passage, int[] tokens, float[] key, float[] value) {
        Document document = new Document();
        document.add(new StringField(ID, passage.id(), Field.Store.YES));
        document.add(new StoredField(TEXT, passage.text()));
        document.add(new Field(WORDS, passage.title().orElse("") + "\n" + passage.text(), WORDS_TYPE));
        passage.title().ifPresent(title -> document.add(new StoredField(TITLE, title)));
        passage.source().ifPresent(source -> document.add(new StringField(SOURCE, source, Field.Store.YES)));
        if (!passage.metadata().isEmpty()) {
            document.add(new StoredField(METADATA, json(passage)));
        }
        document.add(new BinaryDocValuesField(TOKENS, new BytesRef(Varints.write(tokens))));
        document.add(new KnnFloatVectorField(KEY, key, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT));
        if (value.length > 0) {
            document.add(new BinaryDocValuesField(VALUE, new BytesRef(Fp16.bytes(value))));
        }
        return document;
    }

    private static String json(Passage passage) {
        try {
            String json = JSON.writeValueAsString(passage.metadata());
            utf8(passage, "metadata", json);
            return json;
        } catch (JsonProcessingException unwritable) {
            throw new Problem("passage '" + Shown.of(passage.id()) + "': its metadata cannot be written as JSON: "
                    + unwritable.getOriginalMessage(), unwritable);
        }
    }

    static Passage passage(Document stored) throws IOException {
        String metadata = stored.get(METADATA);
        return new Passage(stored.get(ID), stored.get(TEXT), Optional.ofNullable(stored.get(TITLE)),
                Optional.ofNullable(stored.get(SOURCE)),
                metadata == null ? Map.of() : JSON.readValue(metadata, new TypeReference<Map<String, Object>>() {}));
    }
}
