package dev.pluglm.checkpoint;

import dev.pluglm.problem.Problem;
import java.nio.file.Path;
import java.util.Map;

/** Named tensors in an open file. The tensors are valid until {@link #close()}. */
public sealed interface Weights extends AutoCloseable permits Safetensors, TorchFile, TensorFlowBundle {

    /** The tensors by name, in the file's order; unmodifiable. */
    Map<String, StoredTensor> tensors();

    /** What the file is, in words, such as {@code safetensors}. */
    String format();

    /** Releases the file; no data of its tensors may be used afterwards. */
    @Override
    void close();

    /**
     * Opens a file of weights and recognises by its first bytes, not by its name, what it is: safetensors, or PyTorch's
     * zip or legacy format.
     *
     * @throws Problem with one line if it is none of these, or is damaged, or names what a checkpoint must not hold
     */
    static Weights open(Path path) {
        FileKind kind = FileKind.of(path);
        return switch (kind) {
            case SAFETENSORS -> Safetensors.open(path);
            case TORCH_ZIP, TORCH_LEGACY -> TorchFile.open(path);
            default -> throw Problem.of("%s: %s; expected safetensors or a PyTorch checkpoint (.pt, .bin)", path,
                    kind.description());
        };
    }
}
