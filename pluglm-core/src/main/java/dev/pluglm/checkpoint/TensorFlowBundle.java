package dev.pluglm.checkpoint;

import dev.pluglm.problem.Problem;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A TensorFlow checkpoint of version 2: PREFIX.index, a table of what lies where, and PREFIX.data-00000-of-00001, the
 * numbers. The data is mapped; all checksums are verified when it is opened.
 */
public final class TensorFlowBundle implements Weights {
    private static final int STRING = 7;

    private final MappedFile data;
    private final Map<String, StoredTensor> tensors;
    private final List<String> skipped;

    private TensorFlowBundle(MappedFile data, Map<String, StoredTensor> tensors, List<String> skipped) {
        this.data = data;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.skipped = List.copyOf(skipped);
    }

    /**
     * Opens a bundle by the path that its files have in common, such as {@code variables/variables}.
     *
     * @throws Problem if a file is missing or damaged, the index is compressed, or there are several data files
     */
    public static TensorFlowBundle open(Path prefix) {
        Path index = prefix.resolveSibling(prefix.getFileName() + ".index");
        Path data = prefix.resolveSibling(prefix.getFileName() + ".data-00000-of-00001");
        Map<String, BundleEntry> entries;
        try (MappedFile file = MappedFile.open(index)) {
            entries = readIndex(file);
        }
        if (!Files.exists(data)) {
            throw Problem.of("%s: there is no such file, which the index %s describes", data, index);
        }
        return MappedFile.parse(data, file -> read(index, file, entries));
    }

    @Override
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    /** The names of entries that are text and not numbers, such as the object graph. */
    public List<String> skipped() {
        return skipped;
    }

    @Override
    public String format() {
        return "TensorFlow checkpoint";
    }

    @Override
    public void close() {
        data.close();
    }

    static Map<String, BundleEntry> readIndex(MappedFile file) {
        Map<String, byte[]> table = new LinkedHashMap<>(LevelDbTable.read(file));
        byte[] header = table.remove("");
        if (header == null) {
            throw file.problem("has no header entry, so it is not the index of a TensorFlow checkpoint");
        }
        String place = file.path() + ": its header entry";
        long[] shardsAndOrder = BundleEntry.parseHeader(new ByteCursor(place, MemorySegment.ofArray(header)), place);
        if (shardsAndOrder[0] != 1 || shardsAndOrder[1] != 0) {
            throw file.problem("describes %s data files with byte order %s, expected one that is little-endian (0)",
                    Long.toUnsignedString(shardsAndOrder[0]), Long.toUnsignedString(shardsAndOrder[1]));
        }
        Map<String, BundleEntry> entries = new LinkedHashMap<>();
        table.forEach((name, value) -> {
            String where = file.path() + ": entry " + Shown.quoted(name);
            entries.put(name, BundleEntry.parse(new ByteCursor(where, MemorySegment.ofArray(value)), where));
        });
        return entries;
    }

    static TensorFlowBundle read(Path index, MappedFile file, Map<String, BundleEntry> entries) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        List<String> skipped = new ArrayList<>();
        entries.forEach((name, entry) -> {
            if (entry.type() == STRING) {
                skipped.add(name);
            } else {
                tensors.put(name, tensor(index, file, "tensor " + Shown.quoted(name), entry));
            }
        });
        return new TensorFlowBundle(file, tensors, skipped);
    }

    private static StoredTensor tensor(Path index, MappedFile file, String name, BundleEntry entry) {
        DType type = DType.ofTensorFlow(entry.type()).orElseThrow(() ->
                Problem.of("%s: %s has TensorFlow's type number %d, which is not read here", index, name,
                        entry.type()));
        if (entry.sliced() || entry.shard() != 0) {
            throw Problem.of("%s: %s is cut into parts or lies in data file %d, expected whole in file 0", index, name,
                    entry.shard());
        }
        long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
        long expected = type.bytes(shape).orElse(-1);
        if (expected < 0 || entry.size() != expected) {
            throw Problem.of("%s: %s takes %d bytes, expected %d for %s %s", index, name, entry.size(), expected, type,
                    entry.shape());
        }
        long size = file.bytes().byteSize();
        if (entry.offset() < 0 || entry.size() > size || entry.offset() > size - entry.size()) {
            throw file.problem("%s takes %d bytes from byte %d, the file has %d", name, entry.size(), entry.offset(),
                    size);
        }
        MemorySegment bytes = file.bytes().asSlice(entry.offset(), entry.size());
        if (LevelDbTable.maskedCrc(bytes) != entry.crc()) {
            throw file.problem("%s does not match its checksum: the file is damaged", name);
        }
        return new StoredTensor(type, shape, bytes);
    }
}
