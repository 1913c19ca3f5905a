package dev.pluglm.checkpoint;

import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Tensor;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The weights of a checkpoint of ours by name, in whatever numbers they are stored.
 *
 * <ul>
 *   <li>A matrix {@code NAME} of I8 has a tensor {@code NAME.scale} beside it, F16 or F32, with a number for each row:
 *       its weights are the products. Everything else is of floating numbers.
 *   <li>A matrix that is the same as another is stored once. The metadata then say under its name what the other is
 *       called, as those do that the safetensors library writes for shared tensors.
 * </ul>
 */
final class StoredWeights {

    /** Ends the name of the scales of a tensor of I8. */
    static final String SCALE = ".scale";

    /** What the safetensors library tells of a file's origin: no name of a tensor. */
    private static final String LIBRARY = "format";
    /** So that 127 times the scale is finite. */
    private static final float LARGEST_SCALE = Float.MAX_VALUE / 127;

    private final String file;
    private final Map<String, StoredTensor> tensors;
    private final Map<String, String> sameAs;

    /**
     * Checks that what is stored has a meaning; whether it is what a model needs is not checked here.
     *
     * @param file for messages
     * @param sameAs the names of the tensors that others are the same as, by the others' names
     * @throws Problem if scales are missing, left over or no scales, or a tensor is said to be one that is not there
     */
    StoredWeights(String file, Map<String, StoredTensor> tensors, Map<String, String> sameAs) {
        this.file = file;
        this.tensors = tensors;
        this.sameAs = new HashMap<>(sameAs);
        this.sameAs.remove(LIBRARY);
        tensors.forEach(this::check);
        this.sameAs.forEach((name, other) -> {
            if (tensors.containsKey(name) || !tensors.containsKey(other)) {
                throw Problem.of("%s: says that tensor %s is the same as %s, but %s", file, Shown.quoted(name),
                        Shown.quoted(other), tensors.containsKey(name) ? "has both" : "has no such tensor");
            }
        });
    }

    static StoredWeights of(Safetensors weights, String file) {
        return new StoredWeights(file, weights.tensors(), weights.metadata());
    }

    private void check(String name, StoredTensor tensor) {
        if (tensor.type() == DType.I8) {
            checkScale(name, tensor);
        } else if (!tensor.type().isFloating()) {
            throw Problem.of("%s: tensor %s holds numbers of type %s; expected F32, F16, or I8 with scales", file,
                    Shown.quoted(name), tensor.type());
        } else if (name.endsWith(SCALE)) {
            StoredTensor scaled = tensors.get(name.substring(0, name.length() - SCALE.length()));
            if (scaled == null || scaled.type() != DType.I8) {
                throw Problem.of("%s: tensor %s holds scales, but there is no tensor of type I8 that they scale", file,
                        Shown.quoted(name));
            }
        }
    }

    private void checkScale(String name, StoredTensor tensor) {
        long[] shape = tensor.shape();
        if (shape.length != 2) {
            throw Problem.of("%s: tensor %s is %s; expected two dimensions, for only rows of matrices have scales",
                    file, Shown.quoted(name), tensor);
        }
        StoredTensor scale = tensors.get(name + SCALE);
        if (scale == null) {
            throw Problem.of("%s: tensor %s is %s, but its scales %s are missing; make the model again", file,
                    Shown.quoted(name), tensor, Shown.quoted(name + SCALE));
        }
        boolean typed = scale.type() == DType.F16 || scale.type() == DType.F32;
        if (!typed || !Arrays.equals(scale.shape(), new long[] {shape[0]})) {
            throw Problem.of("%s: tensor %s is %s; expected F16 or F32 [%d], a scale for each row", file,
                    Shown.quoted(name + SCALE), scale, shape[0]);
        }
        float[] scales = scale.floats();
        for (int row = 0; row < scales.length; row++) {
            if (!(scales[row] >= 0 && scales[row] <= LARGEST_SCALE)) {
                throw Problem.of("%s: tensor %s has the scale %s for row %d; expected 0 to %s", file,
                        Shown.quoted(name + SCALE), scales[row], row, LARGEST_SCALE);
            }
        }
    }

    /** The tensor of that name, an fp32 copy on the CPU that belongs to the enclosing {@link Scope}. */
    Optional<Tensor> get(String name) {
        String stored = sameAs.getOrDefault(name, name);
        return Optional.ofNullable(tensors.get(stored)).map(tensor -> tensor.type() == DType.I8
                ? scaled(tensor, tensors.get(stored + SCALE))
                : TorchTensors.fp32(tensor));
    }

    private static Tensor scaled(StoredTensor tensor, StoredTensor scale) {
        return Scope.returning(() -> TorchTensors.fp32(tensor).mul_(TorchTensors.fp32(scale).unsqueeze(1)));
    }

    /** Whether every weight is stored for itself, in fp32. */
    boolean isPlain() {
        return sameAs.isEmpty() && format() == WeightFormat.FP32;
    }

    /** Writes a file of safetensors. */
    void write(Path path) {
        Safetensors.write(path, tensors, sameAs);
    }

    WeightFormat format() {
        return WeightFormat.of(tensors.values());
    }
}
