package dev.pluglm.corpus.job;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.luben.zstd.ZstdOutputStream;

import dev.pluglm.corpus.Document;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/** Writes documents or passages, one JSON object a line. */
final class JsonLines implements AutoCloseable {
    private final JsonMapper json = JsonMapper.builder().build();
    private final OutputStream out;
    private long lines;

    /** @param name the name that says how to pack, not that of the file while it is unfinished */
    JsonLines(Path file, String name) throws IOException {
        OutputStream raw = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        out = name.endsWith(".gz") ? new GZIPOutputStream(raw) : name.endsWith(".zst") ? new ZstdOutputStream(raw)
                : raw;
    }

    /** A document with its metadata beside its other fields. */
    void write(Document document) throws IOException {
        Map<String, Object> fields = fields(document.id(), document, document.text());
        new TreeMap<>(document.metadata()).forEach(fields::putIfAbsent);
        write(fields);
    }

    /** A passage with its metadata in a field of that name. */
    void write(Document document, int number, String text) throws IOException {
        Map<String, Object> fields = fields(document.id() + "#" + number, document, text);
        fields.put("metadata", new TreeMap<>(document.metadata()));
        write(fields);
    }

    long lines() {
        return lines;
    }

    private static Map<String, Object> fields(String id, Document document, String text) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", id);
        document.title().ifPresent(title -> fields.put("title", title));
        fields.put("text", text);
        fields.put("source", document.source());
        return fields;
    }

    private void write(Map<String, Object> fields) throws IOException {
        out.write(json.writeValueAsString(fields).getBytes(StandardCharsets.UTF_8));
        out.write('\n');
        lines++;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
