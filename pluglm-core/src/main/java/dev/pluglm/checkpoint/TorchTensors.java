package dev.pluglm.checkpoint;

import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Stored tensors to tensors of libtorch, and back. */
public final class TorchTensors {

    private TorchTensors() {}

    /** An fp32 copy on the CPU of a stored floating tensor; it belongs to the enclosing {@link Scope}. */
    public static Tensor fp32(StoredTensor stored) {
        return Scope.returning(() -> plain(stored).to(ScalarType.Float));
    }

    /** An int64 copy on the CPU of a stored integer tensor; it belongs to the enclosing {@link Scope}. */
    public static Tensor int64(StoredTensor stored) {
        return Scope.returning(() -> plain(stored).to(ScalarType.Long));
    }

    private static Tensor plain(StoredTensor stored) {
        return Tensors.of(stored.data(), scalarType(stored.type()), stored.shape());
    }

    /** A view of an fp32 tensor on the CPU, valid while the tensor is; of others an fp32 copy, made in the scope. */
    public static StoredTensor stored(Tensor tensor) {
        Tensor plain = tensor.detach().to(new Device("cpu"), ScalarType.Float).contiguous();
        return new StoredTensor(DType.F32, Tensors.shape(plain), Tensors.bytes(plain));
    }

    private static ScalarType scalarType(DType type) {
        return switch (type) {
            case F64 -> ScalarType.Double;
            case F32 -> ScalarType.Float;
            case F16 -> ScalarType.Half;
            case BF16 -> ScalarType.BFloat16;
            case I64 -> ScalarType.Long;
            case I32 -> ScalarType.Int;
            case I16 -> ScalarType.Short;
            case I8 -> ScalarType.Char;
            case U8 -> ScalarType.Byte;
            case BOOL -> ScalarType.Bool;
            default -> throw Problem.of("numbers of type %s cannot be used as weights", type);
        };
    }
}
