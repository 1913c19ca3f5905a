package dev.pluglm.checkpoint;

import dev.pluglm.problem.Problem;

import java.util.Collection;
import java.util.Locale;

/** In which numbers a checkpoint keeps its weights; whichever it is, loading gives fp32. */
public enum WeightFormat {
    /** As they were computed. */
    FP32,
    /** Half the size. */
    FP16,
    /** A quarter of the size: int8 matrices with a scale for each row, vectors in fp16. */
    INT8;

    /**
     * The format of that name, in lower or upper case.
     *
     * @throws Problem if there is none
     */
    public static WeightFormat of(String name) {
        for (WeightFormat format : values()) {
            if (format.toString().equalsIgnoreCase(name)) {
                return format;
            }
        }
        throw Problem.of("weight format '%s' is not known; use fp32, fp16 or int8", name);
    }

    static WeightFormat of(Collection<StoredTensor> tensors) {
        if (tensors.stream().anyMatch(tensor -> tensor.type() == DType.I8)) {
            return INT8;
        }
        return tensors.stream().anyMatch(tensor -> tensor.type() == DType.F16) ? FP16 : FP32;
    }

    /** Such as {@code int8}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
