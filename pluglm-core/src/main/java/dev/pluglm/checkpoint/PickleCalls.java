package dev.pluglm.checkpoint;

import dev.pluglm.checkpoint.Pickled.Storage;
import dev.pluglm.checkpoint.Pickled.Tuple;
import dev.pluglm.checkpoint.Pickled.View;
import dev.pluglm.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Stands in for the few functions that a checkpoint's pickle calls, and for its references to storages. */
final class PickleCalls {
    private final ByteCursor in;
    private final Map<String, Storage> storages = new HashMap<>();

    PickleCalls(ByteCursor in) {
        this.in = in;
    }

    /** All storages that were named so far, by key. */
    Map<String, Storage> storages() {
        return storages;
    }

    Object call(Object called, Object argument) {
        if (!(argument instanceof Tuple(List<Object> arguments))) {
            throw in.problem("calls something with %s at byte %d, expected a tuple", Pickled.kind(argument),
                    in.position());
        }
        if (!(called instanceof Pickled.Name(PickledName.Callable function))) {
            throw in.problem("calls %s at byte %d, which cannot be called", Pickled.kind(called), in.position());
        }
        return switch (function) {
            case ORDERED_DICT -> {
                if (!arguments.isEmpty()) {
                    throw wrong(function, "no arguments");
                }
                yield new LinkedHashMap<>();
            }
            case SIZE -> {
                if (arguments.size() != 1 || !(arguments.getFirst() instanceof Tuple size)) {
                    throw wrong(function, "one tuple");
                }
                yield size;
            }
            case REBUILD_TENSOR, REBUILD_TENSOR_V2, REBUILD_TENSOR_V3 -> tensor(function, arguments);
            case REBUILD_PARAMETER -> {
                if (arguments.isEmpty() || !(arguments.getFirst() instanceof View tensor)) {
                    throw wrong(function, "a tensor first");
                }
                yield tensor;
            }
            case ENCODE -> {
                if (arguments.size() != 2 || !(arguments.getFirst() instanceof String text)
                        || !arguments.getLast().equals("latin1")) {
                    throw wrong(function, "a str and 'latin1'");
                }
                yield text.getBytes(StandardCharsets.ISO_8859_1);
            }
        };
    }

    private View tensor(PickledName.Callable function, List<Object> arguments) {
        int typeAt = 6;
        if (arguments.size() < (function == PickledName.Callable.REBUILD_TENSOR_V3 ? typeAt + 1 : 4)
                || !(arguments.get(0) instanceof Storage storage)
                || !(arguments.get(1) instanceof Long offset)
                || !(arguments.get(2) instanceof Tuple(List<Object> shape))
                || !(arguments.get(3) instanceof Tuple(List<Object> strides))) {
            throw wrong(function, "a storage, an offset, a shape and strides");
        }
        Optional<DType> type = storage.type();
        if (function == PickledName.Callable.REBUILD_TENSOR_V3) {
            if (!(arguments.get(typeAt) instanceof Pickled.Name(PickledName.TypeName named))) {
                throw wrong(function, "a type such as torch.float32");
            }
            type = Optional.of(named.type());
        }
        return new View(storage, type.orElseThrow(() -> wrong(function, "a storage with a type")), offset,
                longs(function, shape), longs(function, strides));
    }

    private List<Long> longs(PickledName.Callable function, List<Object> values) {
        List<Long> longs = new ArrayList<>();
        for (Object value : values) {
            if (!(value instanceof Long number) || longs.size() == DType.MAX_RANK) {
                throw wrong(function, "shape and strides of at most " + DType.MAX_RANK + " ints below 2^63");
            }
            longs.add(number);
        }
        return longs;
    }

    private Problem wrong(PickledName.Callable function, String expected) {
        return in.problem("calls %s at byte %d with other arguments than expected: %s", function.fullName(),
                in.position(), expected);
    }

    /** A storage by what torch.save writes: 'storage', its class, key, device and size, and in old files None. */
    Storage storage(Object reference) {
        if (!(reference instanceof Tuple(List<Object> parts))
                || parts.size() < 5
                || parts.size() > 6
                || !parts.get(0).equals("storage")
                || !(parts.get(1) instanceof Pickled.Name(PickledName.StorageClass storageClass))
                || !(parts.get(2) instanceof String key)
                || !(parts.get(4) instanceof Long count)
                || parts.size() == 6 && parts.get(5) != Pickled.None.NONE) {
            throw in.problem("has a reference before byte %d that is not one to a whole storage", in.position());
        }
        Storage storage = new Storage(storageClass.type(), key, count);
        Storage before = storages.putIfAbsent(key, storage);
        if (before != null && !before.equals(storage)) {
            throw in.problem("describes storage %s twice in different ways, the second time before byte %d",
                    Shown.quoted(key), in.position());
        }
        return storage;
    }
}
