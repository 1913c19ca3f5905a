package dev.pluglm.corpus.job;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.luben.zstd.ZstdOutputStream;

import dev.pluglm.corpus.Document;
import dev.pluglm.disk.PendingFile;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/** Writes documents or passages, one JSON object a line, to a file that appears when it is committed. */
final class JsonLines implements AutoCloseable {
    private final JsonMapper json = JsonMapper.builder().build();
    private final PendingFile file;
    private final OutputStream out;
    private long lines;

    /** @param target packed where its name ends in .gz or .zst */
    JsonLines(Path target) throws IOException {
        file = new PendingFile(target);
        try {
            String name = target.toString();
            OutputStream raw = new BufferedOutputStream(file.stream(), 1 << 16);
            out = name.endsWith(".gz") ? new GZIPOutputStream(raw, 1 << 16)
                    : name.endsWith(".zst") ? new ZstdOutputStream(raw) : raw;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** A document: what {@code memory create} and {@link dev.pluglm.corpus.Format#JSON_LINES} read. */
    void write(Document document) throws IOException {
        write(document, document.id(), document.text());
    }

    /** A part of a document, with its title, source and metadata. */
    void write(Document document, String id, String text) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", id);
        document.title().ifPresent(title -> fields.put("title", title));
        fields.put("text", text);
        fields.put("source", document.source());
        new TreeMap<>(document.metadata()).forEach(fields::putIfAbsent);
        out.write(json.writeValueAsString(fields).getBytes(StandardCharsets.UTF_8));
        out.write('\n');
        lines++;
    }

    long lines() {
        return lines;
    }

    void commit() throws IOException {
        out.close();
        file.commit();
    }

    @Override
    public void close() {
        file.close();
    }
}
