package dev.pluglm.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.disk.PendingFile;
import dev.pluglm.memory.Entry;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.StoreView;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/** Writes a memory as {@link MemoryArrays}. */
public final class MemoryArraysWriter {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final StoreView view;
    private final int length;
    private final DType type;

    private MemoryArraysWriter(StoreView view) {
        this.view = view;
        int longest = 1;
        int largest = 0;
        for (int row : (Iterable<Integer>) () -> view.rows(0).iterator()) {
            int[] tokens = view.tokens(new int[] {row})[0];
            longest = Math.max(longest, tokens.length);
            largest = Math.max(largest, Arrays.stream(tokens).max().orElse(0));
        }
        length = longest;
        type = largest <= Short.MAX_VALUE ? DType.I16 : DType.I32;
    }

    /**
     * Writes all passages of a memory: keys and values in fp16, token ids as int16 where they fit and else as int32,
     * padded with 0 to the longest passage.
     *
     * @param name what the memory is called
     * @param folder must not exist, or be empty; appears whole or not at all
     * @param progress told how many passages are written
     */
    public static void write(String name, StoreView view, Path folder, LongConsumer progress) {
        MemoryArraysWriter writer = new MemoryArraysWriter(view);
        AtomicFiles.createDirectory(folder, target -> {
            writer.writeEntries(target, progress);
            ObjectNode about = ConfigJson.object();
            about.put("name", name).put("passages", view.size()).put("key_size", view.keySize())
                    .put("value_size", view.valueSize());
            view.encoderFingerprint().ifPresent(encoder -> about.put("encoder", encoder));
            AtomicFiles.write(target.resolve(MemoryArrays.ABOUT), ConfigJson.bytes(about));
        });
    }

    private void writeEntries(Path folder, LongConsumer progress) {
        try (Npy.Writer keys = Npy.writer(
                        folder.resolve(MemoryArrays.KEYS), DType.F16, view.size(), view.keySize());
                Npy.Writer values = Npy.writer(
                        folder.resolve(MemoryArrays.VALUES), DType.F16, view.size(), view.valueSize());
                Npy.Writer documents = Npy.writer(folder.resolve(MemoryArrays.DOCUMENTS), type, view.size(), length);
                PendingFile texts = new PendingFile(folder.resolve(MemoryArrays.TEXTS))) {
            long done = 0;
            for (Iterator<Entry> entries = view.entries().iterator(); entries.hasNext();) {
                Entry entry = entries.next();
                keys.append(entry.encoded().key());
                values.append(entry.encoded().value());
                documents.append(row(entry.encoded().tokens()));
                texts.write(ByteBuffer.wrap(line(entry.passage())));
                progress.accept(++done);
            }
            keys.commit();
            if (view.valueSize() > 0) {
                values.commit();
            }
            documents.commit();
            texts.commit();
        }
    }

    private MemorySegment row(int[] tokens) {
        int[] padded = Arrays.copyOf(tokens, length);
        if (type == DType.I32) {
            return MemorySegment.ofArray(padded);
        }
        short[] small = new short[length];
        for (int i = 0; i < length; i++) {
            small[i] = (short) padded[i];
        }
        return MemorySegment.ofArray(small);
    }

    private static byte[] line(Passage passage) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", passage.id());
        passage.title().ifPresent(title -> fields.put("title", title));
        fields.put("text", passage.text());
        passage.source().ifPresent(source -> fields.put("source", source));
        passage.metadata().forEach(fields::putIfAbsent);
        try {
            return (JSON.writeValueAsString(fields) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was read from JSON can be written as JSON", e);
        }
    }
}
