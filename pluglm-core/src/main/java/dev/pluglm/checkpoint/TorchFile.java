package dev.pluglm.checkpoint;

import dev.pluglm.checkpoint.Pickled.Storage;
import dev.pluglm.problem.Problem;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A state dict that torch.save wrote, in its zip format (since PyTorch 1.6) or the one before. The file is mapped;
 * tensors that share storage in the file share memory here, see {@link StoredTensor#isAliasOf}. Nothing that the file
 * names is executed.
 */
public final class TorchFile implements Weights {
    private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long LEGACY_PROTOCOL = 1001;
    private static final int MAX_BYTEORDER = 16;

    private final MappedFile file;
    private final String format;
    private final StateDict stateDict;
    private final Map<String, StoredTensor> tensors;

    private TorchFile(MappedFile file, String format, StateDict stateDict, Map<String, MemorySegment> storages) {
        this.file = file;
        this.format = format;
        this.stateDict = stateDict;
        StridedViews views = new StridedViews(file);
        Map<String, StoredTensor> named = new LinkedHashMap<>();
        stateDict.tensors().forEach((name, view) ->
                named.put(name, views.tensor(name, view, storages.get(view.storage().key()))));
        this.tensors = Collections.unmodifiableMap(named);
    }

    /**
     * Opens a checkpoint whose outermost object is a dict of tensors, or has one under a key such as model, state_dict
     * or module.
     *
     * @throws Problem if the file is missing or damaged, or names anything but tensors and plain values
     */
    public static TorchFile open(Path path) {
        return MappedFile.parse(path, TorchFile::read);
    }

    static TorchFile read(MappedFile file) {
        FileKind kind = FileKind.of(file.bytes());
        return switch (kind) {
            case TORCH_ZIP -> readZip(file);
            case TORCH_LEGACY -> readLegacy(file);
            default -> throw file.problem("%s, expected a PyTorch checkpoint", kind.description());
        };
    }

    @Override
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    /** The keys under which the state dict was nested, outermost first; empty if it was the file's own object. */
    public List<String> nestedUnder() {
        return List.copyOf(stateDict.path());
    }

    /** The names of what stood among the tensors and is none. */
    public List<String> skipped() {
        return List.copyOf(stateDict.skipped());
    }

    @Override
    public String format() {
        return format;
    }

    @Override
    public void close() {
        file.close();
    }

    private static TorchFile readZip(MappedFile file) {
        ZipEntries zip = new ZipEntries(file);
        List<String> pickles = zip.entries().keySet().stream()
                .filter(name -> name.matches("[^/]+/data\\.pkl"))
                .toList();
        if (pickles.size() != 1) {
            throw file.problem("is a zip with %d entries of which %d are called NAME/data.pkl, expected one as "
                    + "torch.save writes it", zip.entries().size(), pickles.size());
        }
        String root = pickles.getFirst().substring(0, pickles.getFirst().indexOf('/') + 1);
        ZipDirectory.Entry byteorder = zip.entries().get(root + "byteorder");
        if (byteorder != null) {
            byte[] order = new ByteCursor(file.path().toString(), zip.bytes(byteorder))
                    .array(byteorder.size(), MAX_BYTEORDER, "the byte order");
            if (!new String(order, StandardCharsets.ISO_8859_1).equals("little")) {
                throw file.problem("was saved on a machine whose byte order is %s, expected little",
                        Shown.quoted(new String(order, StandardCharsets.ISO_8859_1)));
            }
        }
        MemorySegment pickle = zip.bytes(zip.entries().get(pickles.getFirst()));
        ByteCursor in = new ByteCursor(file.path() + ": " + Shown.quoted(pickles.getFirst()), pickle);
        PickleCalls calls = new PickleCalls(in);
        StateDict stateDict = StateDict.find(file, new Unpickler(in, calls).load());
        Map<String, MemorySegment> storages = new HashMap<>();
        for (Pickled.View view : stateDict.tensors().values()) {
            storages.computeIfAbsent(view.storage().key(), key -> {
                ZipDirectory.Entry entry = zip.entries().get(root + "data/" + key);
                if (entry == null) {
                    throw file.problem("has no zip entry %s, which its pickle refers to",
                            Shown.quoted(root + "data/" + key));
                }
                checkSize(file, view.storage(), entry.size());
                return zip.bytes(entry);
            });
        }
        return new TorchFile(file, "PyTorch zip", stateDict, storages);
    }

    private static void checkSize(MappedFile file, Storage storage, long bytes) {
        if (storage.count() != bytes / storage.unit() || bytes % storage.unit() != 0) {
            throw file.problem("storage %s has %d bytes, expected %d numbers of %d bytes", Shown.quoted(storage.key()),
                    bytes, storage.count(), storage.unit());
        }
    }

    private static TorchFile readLegacy(MappedFile file) {
        ByteCursor in = new ByteCursor(file.path().toString(), file.bytes());
        PickleCalls calls = new PickleCalls(in);
        Object magic = new Unpickler(in, calls).load();
        Object protocol = new Unpickler(in, calls).load();
        Object system = new Unpickler(in, calls).load();
        if (!magic.equals(LEGACY_MAGIC) || !protocol.equals(LEGACY_PROTOCOL)) {
            throw file.problem("starts like a legacy PyTorch file but is not of its protocol %d", LEGACY_PROTOCOL);
        }
        if (!(system instanceof Map<?, ?> map) || !Boolean.TRUE.equals(map.get("little_endian"))) {
            throw file.problem("does not say that it was saved on a little-endian machine");
        }
        StateDict stateDict = StateDict.find(file, new Unpickler(in, calls).load());
        Object keys = new Unpickler(in, calls).load();
        // Only texts are compared: a list that contains itself has no hash.
        if (!(keys instanceof List<?> list) || list.size() != calls.storages().size()
                || !list.stream().allMatch(key -> key instanceof String name && calls.storages().containsKey(name))
                || list.stream().distinct().count() != list.size()) {
            throw file.problem("does not list exactly the storages that its pickle refers to");
        }
        Map<String, MemorySegment> storages = new HashMap<>();
        for (Object key : list) {
            Storage storage = calls.storages().get(key);
            long count = in.i64();
            if (count != storage.count() || count < 0 || count > in.remaining() / storage.unit()) {
                throw file.problem("storage %s has %d numbers of %d bytes and %d bytes are left in the file, expected "
                        + "%d numbers", Shown.quoted(storage.key()), count, storage.unit(), in.remaining(),
                        storage.count());
            }
            storages.put(storage.key(), in.slice(count * storage.unit()));
        }
        if (in.remaining() != 0) {
            throw file.problem("has %d bytes after its last storage", in.remaining());
        }
        return new TorchFile(file, "legacy PyTorch", stateDict, storages);
    }
}
