package dev.pluglm.checkpoint;

import dev.pluglm.checkpoint.Pickled.View;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns views into storages into contiguous tensors; copies only those that are not contiguous, and each once. */
final class StridedViews {
    /** Copies that are accepted beyond the size of the file: position_ids may be expanded, gigabytes may not. */
    private static final long SLACK = 64L << 20;

    private final MappedFile file;
    private final Map<View, MemorySegment> copies = new HashMap<>();
    private long copied;

    StridedViews(MappedFile file) {
        this.file = file;
    }

    /** @param storage the bytes of the view's storage */
    StoredTensor tensor(String name, View view, MemorySegment storage) {
        long[] shape = array(view.shape());
        long[] strides = array(view.strides());
        int unit = view.type().size();
        long bytes = view.type().bytes(shape).orElse(-1);
        if (bytes < 0 || shape.length != strides.length) {
            throw file.problem("tensor %s has the shape %s and the strides %s, which no tensor can have",
                    Shown.quoted(name), view.shape(), view.strides());
        }
        checkRange(name, view, shape, strides, storage.byteSize() / unit);
        if (bytes == 0) {
            return new StoredTensor(view.type(), shape, storage.asSlice(0, 0));
        }
        if (isContiguous(shape, strides)) {
            return new StoredTensor(view.type(), shape, storage.asSlice(view.offset() * unit, bytes));
        }
        MemorySegment copy = copies.get(view);
        if (copy == null) {
            if (bytes > file.bytes().byteSize() + SLACK - copied) {
                throw file.problem("tensor %s of shape %s repeats its storage: %d bytes out of a file of %d",
                        Shown.quoted(name), view.shape(), bytes, file.bytes().byteSize());
            }
            copied += bytes;
            copy = file.arena().allocate(bytes, Long.BYTES);
            copy(storage, copy, view, shape, strides);
            copies.put(view, copy);
        }
        return new StoredTensor(view.type(), shape, copy.asReadOnly());
    }

    private void checkRange(String name, View view, long[] shape, long[] strides, long count) {
        boolean empty = Arrays.stream(shape).anyMatch(length -> length == 0);
        boolean inside = view.offset() >= 0 && view.offset() <= count;
        long last = view.offset();
        for (int i = 0; i < shape.length && inside; i++) {
            inside = strides[i] >= 0;
            if (inside && !empty && shape[i] > 1 && strides[i] > 0) {
                inside = shape[i] - 1 <= (count - 1 - last) / strides[i];
                last += inside ? (shape[i] - 1) * strides[i] : 0;
            }
        }
        if (!inside || !empty && last >= count) {
            throw file.problem("tensor %s (shape %s, strides %s, offset %d) "
                    + "reaches outside of its storage of %d numbers", Shown.quoted(name), view.shape(),
                    view.strides(), view.offset(), count);
        }
    }

    private static boolean isContiguous(long[] shape, long[] strides) {
        long expected = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            if (shape[i] != 1 && strides[i] != expected) {
                return false;
            }
            expected *= shape[i];
        }
        return true;
    }

    private static void copy(MemorySegment from, MemorySegment to, View view, long[] shape, long[] strides) {
        int unit = view.type().size();
        int inner = shape.length - 1;
        long run = strides[inner] == 1 ? shape[inner] : 1;
        long[] index = new long[shape.length];
        long source = view.offset();
        for (long target = 0; target < to.byteSize(); target += run * unit) {
            MemorySegment.copy(from, source * unit, to, target, run * unit);
            // The next index, like an odometer; a whole run is one turn of the innermost wheel.
            int wheel = run > 1 ? inner - 1 : inner;
            while (wheel >= 0) {
                source += strides[wheel];
                if (++index[wheel] < shape[wheel]) {
                    break;
                }
                source -= strides[wheel] * shape[wheel];
                index[wheel--] = 0;
            }
        }
    }

    private static long[] array(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }
}
