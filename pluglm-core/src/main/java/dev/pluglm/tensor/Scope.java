package dev.pluglm.tensor;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

import java.util.function.Supplier;

/**
 * Native memory that ends with a block of code.
 *
 * <p>Every tensor that Java makes holds native memory until it is closed. A scope closes all that were made on its
 * thread while it was the innermost one; {@link #returning} lets one result out.
 */
public final class Scope implements AutoCloseable {

    private final PointerScope tensors = new PointerScope();

    private Scope() {}

    /** Opens a scope on this thread; close it on this thread. */
    public static Scope open() {
        Torch.start();
        return new Scope();
    }

    @Override
    public void close() {
        tensors.close();
    }

    /**
     * Runs a computation in a scope of its own and hands its result to the enclosing scope; without one, the caller
     * must close it.
     */
    public static Tensor returning(Supplier<Tensor> computation) {
        PointerScope enclosing = PointerScope.getInnerScope();
        try (PointerScope _ = new PointerScope()) {
            Tensor result = computation.get();
            if (enclosing == null) {
                result.retainReference();
            } else {
                enclosing.attach(result);
            }
            return result;
        }
    }

    /** Lets a tensor outlive every scope: the caller must close it. */
    public static Tensor keep(Tensor tensor) {
        tensor.retainReference();
        return tensor;
    }

    /** Runs a computation that needs no gradients, in a scope of its own. */
    public static <T> T withoutGradients(Supplier<T> computation) {
        Torch.start();
        try (PointerScope _ = new PointerScope(); NoGradGuard _ = new NoGradGuard()) {
            return computation.get();
        }
    }
}
