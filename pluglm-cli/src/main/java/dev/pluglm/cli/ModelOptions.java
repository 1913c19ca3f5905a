package dev.pluglm.cli;

import dev.pluglm.tensor.Torch;

import org.bytedeco.pytorch.Device;
import picocli.CommandLine.Option;

/** How a model computes. */
final class ModelOptions {
    @Option(names = "--threads", paramLabel = "N", description = "Threads to compute with; all processors if left out.")
    Integer threads;

    @Option(names = "--device", paramLabel = "D", defaultValue = "cpu",
            description = "Where to compute: cpu, cuda or cuda:N (default: cpu).")
    String device;

    /** Starts libtorch as asked for. */
    Device start() {
        if (threads != null) {
            if (threads < 1 || threads > 1024) {
                throw new BadUsage("--threads is " + threads + "; expected 1 to 1024");
            }
            Torch.threads(threads);
        }
        if (!device.matches("cpu|cuda(:\\d{1,3})?")) {
            throw new BadUsage("--device is '" + device + "'; expected cpu, cuda or cuda:N");
        }
        return Torch.device(device);
    }
}
