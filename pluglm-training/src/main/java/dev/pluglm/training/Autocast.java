package dev.pluglm.training;

import dev.pluglm.tensor.Torch;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A block of code whose matrix products run in a shorter number format, while what is delicate (softmax, norms, losses)
 * stays in fp32. It holds for the thread that opened it and one kind of device; the end of the block brings back what
 * was before, so blocks may lie within each other.
 *
 * <p>Shortened weights are kept until the end of the block: end it before the weights change. The backward pass runs
 * after the end, as its number formats are settled.
 */
public final class Autocast implements AutoCloseable {

    private final Thread thread = Thread.currentThread();
    private final DeviceType device;
    private final boolean enabledBefore;
    private final ScalarType typeBefore;
    private boolean closed;

    private Autocast(DeviceType device) {
        this.device = device;
        this.enabledBefore = torch.is_autocast_enabled(device);
        this.typeBefore = torch.get_autocast_dtype(device);
    }

    /**
     * Opens a block; {@link MixedPrecision#NONE} is a block in fp32, also within one of another format.
     *
     * @param device where the computation runs: CPU or CUDA
     */
    public static Autocast open(Device device, MixedPrecision precision) {
        Torch.start();
        Autocast block = new Autocast(device.type());
        set(block.device, precision != MixedPrecision.NONE,
                precision == MixedPrecision.NONE ? block.typeBefore : precision.type());
        return block;
    }

    /** @throws IllegalStateException on another thread than the one that opened the block */
    @Override
    public void close() {
        if (thread != Thread.currentThread()) {
            throw new IllegalStateException("autocast was opened on thread %s, so it cannot end on thread %s"
                    .formatted(thread.getName(), Thread.currentThread().getName()));
        }
        if (!closed) {
            closed = true;
            set(device, enabledBefore, typeBefore);
        }
    }

    private static void set(DeviceType device, boolean enabled, ScalarType type) {
        torch.set_autocast_enabled(device, enabled);
        torch.set_autocast_dtype(device, type);
        // The cache knows weights by address only, not the format or gradient mode that they were shortened for.
        torch.clear_cache();
    }
}
