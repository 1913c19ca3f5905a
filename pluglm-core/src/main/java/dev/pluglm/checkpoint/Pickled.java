package dev.pluglm.checkpoint;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an unpickled checkpoint is made of. Besides the types here: Map for a dict, List for a list, String, Long,
 * BigInteger, Double, Boolean and byte[].
 */
sealed interface Pickled {

    enum None implements Pickled {
        NONE
    }

    /** A tuple or torch.Size. */
    record Tuple(List<Object> items) implements Pickled {}

    /**
     * A storage that the pickle names; its bytes lie outside the pickle.
     *
     * @param type the type of its numbers, or empty for one that is counted in bytes
     * @param count how many numbers (or bytes) it says it has
     */
    record Storage(Optional<DType> type, String key, long count) implements Pickled {
        int unit() {
            return type.map(DType::size).orElse(1);
        }
    }

    /** A tensor: a strided view into a storage; offset and strides count numbers, not bytes. Nothing is checked yet. */
    record View(Storage storage, DType type, long offset, List<Long> shape, List<Long> strides) implements Pickled {}

    /** A name that a checkpoint may hold. */
    record Name(PickledName name) implements Pickled {}

    /** What Python calls the type of a value. */
    static String kind(Object value) {
        return switch (value) {
            case None none -> "None";
            case Tuple tuple -> "a tuple";
            case Storage storage -> "a storage";
            case View view -> "a tensor";
            case Name name -> "the name " + name.name().fullName();
            case Map<?, ?> map -> "a dict";
            case List<?> list -> "a list";
            case String string -> "a str";
            case Long number -> "an int";
            case BigInteger number -> "a large int";
            case Double number -> "a float";
            case Boolean truth -> "a bool";
            case byte[] bytes -> "bytes";
            default -> "something else";
        };
    }
}
