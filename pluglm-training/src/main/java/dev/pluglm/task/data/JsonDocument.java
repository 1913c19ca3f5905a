package dev.pluglm.task.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.pluglm.disk.PackedFile;
import dev.pluglm.problem.JsonReason;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** A file that is one JSON object of any size, walked through token by token; only single entries are in memory. */
final class JsonDocument implements AutoCloseable {

    private static final JsonMapper JSON = Json.documents();
    private static final TypeReference<LinkedHashMap<String, Object>> OBJECT = new TypeReference<>() {};

    private final Path file;
    private final Bounded in;
    private final JsonParser parser;

    private JsonDocument(Path file, Bounded in, JsonParser parser) {
        this.file = file;
        this.in = in;
        this.parser = parser;
    }

    static JsonDocument open(Path file) {
        RowReader.requireFile(file);
        try {
            Bounded in = new Bounded(PackedFile.open(file));
            return new JsonDocument(file, in, JSON.createParser(in));
        } catch (IOException e) {
            throw new Problem("%s: cannot be read (%s)".formatted(file, Shown.reason(e)), e);
        }
    }

    /** The next token; to be called inside the object only. */
    JsonToken next() {
        try {
            in.startEntry();
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw place().problem("the file is empty or ends too early; copy or fetch it again");
            }
            return token;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** The next token, which has to be this one. */
    void expect(JsonToken wanted, String what) {
        JsonToken token = next();
        if (token != wanted) {
            throw place().problem("%s is not %s", what, wanted == JsonToken.START_ARRAY ? "a list" : "an object");
        }
    }

    /** The name of the field that was read last. */
    String name() {
        try {
            return parser.currentName();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** The value that was read last, if it is a string, number or boolean; else an empty text. */
    String text() {
        try {
            return parser.currentToken().isScalarValue() ? parser.getText() : "";
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** Reads on to the end of the object that has just begun. */
    Row object() {
        Place place = place();
        try {
            in.startEntry();
            return new Row(JSON.readValue(parser, OBJECT), place);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** Reads on to the end of the object or list, if one has just begun. */
    void skip() {
        try {
            int depth = parser.currentToken().isStructStart() ? 1 : 0;
            while (depth > 0) {
                JsonToken token = next();
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            }
            parser.finishToken();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** Makes sure that nothing comes behind the object. */
    void requireEnd() {
        try {
            in.startEntry();
            if (parser.nextToken() != null) {
                throw place().problem("something stands behind the end of the JSON object; remove it");
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** Where the token stands that was read last. */
    Place place() {
        return Place.line(file, Math.max(1, parser.currentTokenLocation().getLineNr()));
    }

    private Problem broken(IOException e) {
        Place here = Place.line(file, Math.max(1, parser.currentLocation().getLineNr()));
        return switch (e) {
            case TooLong it -> new Problem(("%s: an entry longer than %d bytes; is this the right file?")
                    .formatted(here, Json.LONGEST_ENTRY), it);
            case JsonProcessingException it -> new Problem("%s, column %d: not JSON in UTF-8 (%s); mend the file, or "
                    .formatted(here, Math.max(1, parser.currentLocation().getColumnNr()), JsonReason.of(it))
                    + "copy or fetch it again", it);
            default -> new Problem("%s: cannot be read (%s)".formatted(here, Shown.reason(e)), e);
        };
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            // Open for reading only: nothing can be lost.
        }
    }

    private static final class TooLong extends IOException {}

    /** Refuses to give more bytes than an entry may have. */
    private static final class Bounded extends FilterInputStream {
        private long given;

        Bounded(InputStream in) {
            super(in);
        }

        void startEntry() {
            given = 0;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int some = super.read(into, offset, length);
            given += Math.max(0, some);
            if (given > Json.LONGEST_ENTRY) {
                throw new TooLong();
            }
            return some;
        }
    }
}
