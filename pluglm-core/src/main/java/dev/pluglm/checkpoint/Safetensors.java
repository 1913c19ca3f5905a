package dev.pluglm.checkpoint;

import dev.pluglm.disk.PendingFile;
import dev.pluglm.problem.Problem;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A file in the <a href="https://github.com/huggingface/safetensors">safetensors</a> format: the length of a JSON
 * header, the header, the tensors without gaps. Reading maps the file and copies nothing.
 */
public final class Safetensors implements Weights {
    /** The longest header that the format allows. */
    static final int MAX_HEADER = 100_000_000;

    private final MappedFile file;
    private final Map<String, StoredTensor> tensors;
    private final Map<String, String> metadata;

    private Safetensors(MappedFile file, Map<String, StoredTensor> tensors, Map<String, String> metadata) {
        this.file = file;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /** @throws Problem if the file is missing, or anything in it is not as the format says */
    public static Safetensors open(Path path) {
        return MappedFile.parse(path, Safetensors::read);
    }

    /** Opens a file that is the entry {@code name} of a zip; its content is unpacked in memory. */
    static Safetensors openZipped(Path zip, String name) {
        return MappedFile.parse(zip, packed -> {
            ZipEntries content = new ZipEntries(packed);
            ZipDirectory.Entry entry = content.entries().get(name);
            if (entry == null) {
                throw packed.problem("has no entry %s", Shown.quoted(name));
            }
            return read(new MappedFile(zip, content.bytes(entry), packed.arena()));
        });
    }

    /** Moves a file into a zip, under its name there. The same file gives the same zip. */
    static void zip(Path file, Path zip) throws IOException {
        ZipEntry entry = new ZipEntry(file.getFileName().toString());
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        try (PendingFile pending = new PendingFile(zip)) {
            try (ZipOutputStream out = new ZipOutputStream(new BufferedOutputStream(pending.stream(), 1 << 16))) {
                // Weights hardly repeat: what there is to gain, fewer bits for common numbers, every level gains.
                out.setLevel(Deflater.BEST_SPEED);
                out.putNextEntry(entry);
                Files.copy(file, out);
            }
            pending.commit();
        }
        Files.delete(file);
    }

    @Override
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    /** The free text that the header carries, often {@code format=pt}; empty if none. */
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public String format() {
        return "safetensors";
    }

    @Override
    public void close() {
        file.close();
    }

    static Safetensors read(MappedFile file) {
        ByteCursor in = new ByteCursor(file.path().toString(), file.bytes());
        long length = in.i64();
        if (length < 2 || length > MAX_HEADER || length > in.remaining()) {
            throw file.problem("says that its header takes %s bytes; %d bytes follow and at most %d are allowed, "
                    + "so it is cut short or not safetensors", Long.toUnsignedString(length), in.remaining(),
                    MAX_HEADER);
        }
        SafetensorsHeader header = SafetensorsHeader.parse(file, in.array(length, MAX_HEADER, "the header"));
        MemorySegment data = in.slice(in.remaining());
        checkLayout(file, header, data.byteSize());
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        header.entries().forEach((name, entry) -> tensors.put(name,
                new StoredTensor(entry.type(), entry.shape(),
                        data.asSlice(entry.begin(), entry.end() - entry.begin()))));
        return new Safetensors(file, tensors, header.metadata());
    }

    private static void checkLayout(MappedFile file, SafetensorsHeader header, long size) {
        List<Map.Entry<String, SafetensorsHeader.Entry>> ordered = header.entries().entrySet().stream()
                .sorted(Comparator.comparing(e -> e.getValue(),
                        Comparator.comparingLong(SafetensorsHeader.Entry::begin)
                                .thenComparingLong(SafetensorsHeader.Entry::end)))
                .toList();
        long end = 0;
        for (Map.Entry<String, SafetensorsHeader.Entry> named : ordered) {
            SafetensorsHeader.Entry entry = named.getValue();
            String name = Shown.quoted(named.getKey());
            if (entry.begin() < 0 || entry.end() < entry.begin() || entry.end() > size) {
                throw file.problem("tensor %s lies at bytes %d to %d, the file has %d bytes of data", name,
                        entry.begin(), entry.end(), size);
            }
            if (entry.begin() != end) {
                throw file.problem("tensor %s starts at byte %d of the data, expected %d: "
                        + "tensors overlap or leave a hole", name, entry.begin(), end);
            }
            long expected = entry.type().bytes(entry.shape()).orElse(-1);
            if (entry.end() - entry.begin() != expected) {
                throw file.problem("tensor %s takes %d bytes, expected %s for %s %s", name, entry.end() - entry.begin(),
                        expected < 0 ? "fewer than 2^63" : String.valueOf(expected), entry.type(),
                        Arrays.toString(entry.shape()));
            }
            end = entry.end();
        }
        if (end != size) {
            throw file.problem("has %d bytes of data, its header describes %d", size, end);
        }
    }

    /** Writes tensors without metadata; see {@link #write(Path, Map, Map)}. */
    public static void write(Path path, Map<String, StoredTensor> tensors) {
        write(path, tensors, Map.of());
    }

    /**
     * Writes tensors, beside the target first. The same content gives the same bytes: wider types come first (so that
     * every tensor is aligned), otherwise the order is the map's; metadata is sorted by key.
     *
     * @throws Problem if the file cannot be written; what was there before is then unchanged
     */
    public static void write(Path path, Map<String, StoredTensor> tensors, Map<String, String> metadata) {
        SafetensorsHeader.write(path, tensors, metadata);
    }
}
