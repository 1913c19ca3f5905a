package dev.pluglm.tensor;

import dev.pluglm.problem.Problem;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Start-up of libtorch, the tensor engine. */
public final class Torch {

    private static final String RESOURCES = "/org/bytedeco/pytorch/";

    private Torch() {}

    /**
     * Loads libtorch; must run before the first tensor. Further calls do nothing.
     *
     * @throws Problem if there is no libtorch for this system on the class path
     */
    public static void start() {
        Started.load();
    }

    /**
     * The device of that name.
     *
     * @param name {@code cpu}, {@code cuda} or {@code cuda:N}
     * @throws Problem if this libtorch cannot use it
     */
    public static Device device(String name) {
        start();
        if (name.equals("cpu")) {
            return new Device("cpu");
        }
        if (!name.matches("cuda(:\\d{1,3})?")) {
            throw Problem.of("device '%s' is not known; use cpu, cuda or cuda:N", name);
        }
        if (!torch.cuda_is_available()) {
            throw Problem.of(
                    "device '%s' was asked for, but this libtorch sees no GPU; "
                            + "build with -Pcuda on a machine with an NVIDIA driver and CUDA 13, or use --device cpu",
                    name);
        }
        int number = name.equals("cuda") ? 0 : Integer.parseInt(name.substring("cuda:".length()));
        int present = torch.cuda_device_count();
        if (number >= present) {
            throw Problem.of("device '%s' was asked for, but the GPUs here are cuda:0 to cuda:%d", name, present - 1);
        }
        return new Device("cuda:" + number);
    }

    /** Sets how many threads one operation may use. */
    public static void threads(int count) {
        start();
        torch.set_num_threads(count);
        // OpenBLAS, which computes the fp32 matrix products, keeps threads of its own.
        openblas_nolapack.blas_set_num_threads(count);
    }

    /** How many threads one operation may use. */
    public static int threads() {
        start();
        return torch.get_num_threads();
    }

    /** Loads once, on first use; the JVM makes other threads wait for it. */
    private static final class Started {

        static {
            unpackAllLibraries();
            try {
                Loader.load(torch.class);
            } catch (UnsatisfiedLinkError e) {
                throw new Problem("libtorch could not be loaded on " + Loader.getPlatform() + ": " + e.getMessage(), e);
            }
        }

        static void load() {
            // The work is done by the static initialiser.
        }

        /**
         * Loading one library makes the system look for those that it needs, and on a machine with a libtorch of its
         * own it finds the wrong ones unless ours all lie beside each other by then.
         */
        private static void unpackAllLibraries() {
            boolean found = false;
            for (String suffix : new String[] {"", "-gpu"}) {
                String folder = RESOURCES + Loader.getPlatform() + suffix + "/";
                try {
                    found |= Torch.class.getResource(folder) != null && Loader.cacheResources(folder).length > 0;
                } catch (IOException e) {
                    throw new UncheckedIOException("libtorch could not be unpacked into " + cacheFolder(), e);
                }
            }
            if (!found) {
                throw Problem.of("there is no libtorch for %s on the class path", Loader.getPlatform());
            }
        }

        private static String cacheFolder() {
            return System.getProperty("org.bytedeco.javacpp.cachedir", "~/.javacpp/cache");
        }
    }
}
