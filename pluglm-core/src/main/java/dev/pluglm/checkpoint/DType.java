package dev.pluglm.checkpoint;

import java.util.Optional;
import java.util.OptionalLong;

/** What one number of a stored tensor is, with its size and what each file format calls it. */
public enum DType {
    F64(8, "<f8", "DoubleStorage", "float64", 2),
    F32(4, "<f4", "FloatStorage", "float32", 1),
    F16(2, "<f2", "HalfStorage", "float16", 19),
    BF16(2, "", "BFloat16Storage", "bfloat16", 14),
    I64(8, "<i8", "LongStorage", "int64", 9),
    I32(4, "<i4", "IntStorage", "int32", 3),
    I16(2, "<i2", "ShortStorage", "int16", 5),
    I8(1, "|i1", "CharStorage", "int8", 6),
    U8(1, "|u1", "ByteStorage", "uint8", 4),
    BOOL(1, "|b1", "BoolStorage", "bool", 10);

    /** The largest number of dimensions that NumPy and PyTorch know. */
    static final int MAX_RANK = 64;

    private final int size;
    private final String npy;
    private final String torchStorage;
    private final String torch;
    private final int tensorFlow;

    DType(int size, String npy, String torchStorage, String torch, int tensorFlow) {
        this.size = size;
        this.npy = npy;
        this.torchStorage = torchStorage;
        this.torch = torch;
        this.tensorFlow = tensorFlow;
    }

    /** Bytes that one number takes. */
    public int size() {
        return size;
    }

    public boolean isFloating() {
        return this == F64 || this == F32 || this == F16 || this == BF16;
    }

    /** NumPy's type string, such as {@code <f4}; empty for BF16, which NumPy does not have. */
    public Optional<String> npy() {
        return npy.isEmpty() ? Optional.empty() : Optional.of(npy);
    }

    /** The number of bytes that a tensor of this shape takes, or empty if no tensor can have this shape. */
    public OptionalLong bytes(long... shape) {
        if (shape.length > MAX_RANK) {
            return OptionalLong.empty();
        }
        boolean empty = false;
        for (long length : shape) {
            if (length < 0) {
                return OptionalLong.empty();
            }
            empty |= length == 0;
        }
        if (empty) {
            return OptionalLong.of(0);
        }
        long bytes = size;
        for (long length : shape) {
            if (length > Long.MAX_VALUE / bytes) {
                return OptionalLong.empty();
            }
            bytes *= length;
        }
        return OptionalLong.of(bytes);
    }

    static Optional<DType> ofSafetensors(String name) {
        for (DType type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    static Optional<DType> ofNpy(String descr) {
        for (DType type : values()) {
            if (type.npy.equals(descr) && !descr.isEmpty()) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** By the name of PyTorch's typed storage class, such as {@code FloatStorage}. */
    static Optional<DType> ofTorchStorage(String name) {
        for (DType type : values()) {
            if (type.torchStorage.equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** By PyTorch's own name, such as {@code float32}. */
    static Optional<DType> ofTorch(String name) {
        for (DType type : values()) {
            if (type.torch.equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** By the number of TensorFlow's {@code DataType}. */
    static Optional<DType> ofTensorFlow(long number) {
        for (DType type : values()) {
            if (type.tensorFlow == number) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
