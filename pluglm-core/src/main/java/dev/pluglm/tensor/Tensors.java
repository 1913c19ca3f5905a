package dev.pluglm.tensor;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Tensors from Java data and back. */
public final class Tensors {

    static {
        Torch.start();
    }

    private Tensors() {}

    /** An int64 tensor on the CPU that holds a copy of {@code data}. */
    public static Tensor of(long[] data, long... shape) {
        Tensor tensor = empty(ScalarType.Long, shape);
        bytes(tensor).copyFrom(MemorySegment.ofArray(data));
        return tensor;
    }

    /** An fp32 tensor on the CPU that holds a copy of {@code data}. */
    public static Tensor of(float[] data, long... shape) {
        Tensor tensor = empty(ScalarType.Float, shape);
        bytes(tensor).copyFrom(MemorySegment.ofArray(data));
        return tensor;
    }

    /** A tensor on the CPU that holds a copy of {@code data}, the bytes of contiguous elements of {@code type}. */
    public static Tensor of(MemorySegment data, ScalarType type, long... shape) {
        Tensor tensor = empty(type, shape);
        bytes(tensor).copyFrom(data);
        return tensor;
    }

    /** The bytes of a contiguous tensor on the CPU, valid while the tensor is. */
    public static MemorySegment bytes(Tensor tensor) {
        long size = tensor.nbytes();
        // An empty tensor has no address.
        return size == 0 ? MemorySegment.NULL : MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(size);
    }

    /** The numbers of a tensor of any floating type and device, in row-major order. */
    public static float[] floats(Tensor tensor) {
        try (Scope _ = Scope.open()) {
            Tensor plain = onCpu(tensor, ScalarType.Float);
            return bytes(plain).toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    /** The numbers of an integer tensor on any device, in row-major order. */
    public static long[] longs(Tensor tensor) {
        try (Scope _ = Scope.open()) {
            Tensor plain = onCpu(tensor, ScalarType.Long);
            return bytes(plain).toArray(ValueLayout.JAVA_LONG);
        }
    }

    /** The sizes of a tensor. */
    public static long[] shape(Tensor tensor) {
        long[] shape = new long[Math.toIntExact(tensor.dim())];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = tensor.size(i);
        }
        return shape;
    }

    /** A tensor of equal numbers on the CPU. */
    public static Tensor full(double number, long... shape) {
        return torch.full(shape, new Scalar(number), options(ScalarType.Float));
    }

    /** The same numbers on another device; the same tensor where it lies there already. */
    public static Tensor on(Device device, Tensor tensor) {
        return tensor.to(device, tensor.scalar_type(), false, false, new MemoryFormatOptional());
    }

    private static Tensor onCpu(Tensor tensor, ScalarType type) {
        return tensor.detach().to(new Device("cpu"), type).contiguous();
    }

    private static Tensor empty(ScalarType type, long... shape) {
        return torch.empty(shape, options(type), new MemoryFormatOptional());
    }

    private static TensorOptions options(ScalarType type) {
        return new TensorOptions(type);
    }
}
