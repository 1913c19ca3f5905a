package dev.pluglm.training;

import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.tensor.Torch;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorTensorHook;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/**
 * Processes that share a run over c10d, PyTorch's own way: they meet at a TCP store, then talk through Gloo on CPUs and
 * NCCL on GPUs.
 */
public final class ProcessGroup implements Ensemble {

    /** How long a process waits for the others to come, and for an answer of one that is at work. */
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    private final Rendezvous place;
    private final Device device;
    private final Store store;
    private final Backend backend;
    /** One for all sums: JavaCPP keeps only a few callbacks of a kind. */
    private final SumOfGradients sumOfGradients = new SumOfGradients();

    /**
     * Where processes meet.
     *
     * @param rank the number of this process, 0 to {@code count - 1}; the first one keeps the meeting place
     * @param count processes in all, at least 2
     * @param host name or address of the machine of the first process
     * @param port free there, 1 to 65535
     */
    public record Rendezvous(int rank, int count, String host, int port) {

        /** @throws Problem if a number is out of its range */
        public Rendezvous {
            if (count < 2 || rank < 0 || rank >= count) {
                throw Problem.of("process %d of %d: expected 2 processes or more, numbered from 0 to their count - 1",
                        rank, count);
            }
            if (port < 1 || port > 65_535) {
                throw Problem.of("port %d: expected 1 to 65535", port);
            }
        }
    }

    private ProcessGroup(Rendezvous place, Device device, Store store, Backend backend) {
        this.place = place;
        this.device = device;
        this.store = store;
        this.backend = backend;
    }

    /**
     * Meets the other processes; returns when all are there.
     *
     * @throws Problem if they do not come in time, or the first one cannot be reached
     */
    public static ProcessGroup join(Rendezvous place, Device device) {
        Torch.start();
        Milliseconds patience = kept(new Milliseconds(PATIENCE.toMillis()));
        try {
            TCPStoreOptions options = new TCPStoreOptions()
                    .port((short) place.port())
                    .isServer(place.rank() == 0)
                    .numWorkers(new SizeTPointer(1).put(place.count()))
                    .waitWorkers(true)
                    .timeout(patience);
            Store store = kept(new TCPStore(place.host(), options));
            Backend backend = device.is_cuda()
                    ? new ProcessGroupNCCL(store, place.rank(), place.count())
                    : new ProcessGroupGloo(store, place.rank(), place.count(), gloo(patience));
            ProcessGroup group = new ProcessGroup(place, device, store, kept(backend));
            group.sum(1.0);
            return group;
        } catch (RuntimeException e) {
            throw new Problem("process %d of %d could not meet the others at %s, port %d: %s".formatted(
                    place.rank(), place.count(), place.host(), place.port(), firstLine(e)), e);
        }
    }

    /** Outlives the scope that it may have been made in. */
    private static <P extends Pointer> P kept(P pointer) {
        pointer.retainReference();
        return pointer;
    }

    private static ProcessGroupGloo.Options gloo(Milliseconds patience) {
        ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(patience);
        options.devices().push_back(ProcessGroupGloo.createDefaultDevice());
        return options;
    }

    @Override
    public int rank() {
        return place.rank();
    }

    @Override
    public int count() {
        return place.count();
    }

    @Override
    public double sum(double mine) {
        try (Scope _ = Scope.open()) {
            Tensor number = Tensors.on(
                    device, torch.full(new long[] {1}, new Scalar(mine), new TensorOptions(ScalarType.Double)));
            reduce(number);
            return number.item_double();
        }
    }

    @Override
    public Tensor sum(Tensor mine) {
        Tensor total = withoutGradient(() -> {
            Tensor copy = mine.detach().contiguous().clone();
            reduce(copy);
            return copy;
        });
        if (!mine.requires_grad()) {
            return total;
        }
        // The value is the total; the gradient goes on to this process's share, summed over all processes.
        Tensor shared = mine.add(total.sub(mine.detach()));
        shared.register_hook(sumOfGradients);
        return shared;
    }

    /** The gradient of a sum: every process's loss depends on every process's share. */
    private final class SumOfGradients extends TensorTensorHook {
        @Override
        public TensorBase call(TensorBase gradient) {
            return withoutGradient(() -> {
                Tensor copy = new Tensor(gradient).contiguous().clone();
                reduce(copy);
                return copy;
            });
        }
    }

    @Override
    public void sumGradients(Collection<Tensor> weights) {
        try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
            List<Tensor> parts = new ArrayList<>();
            float[] present = new float[weights.size()];
            int number = 0;
            for (Tensor weight : weights) {
                boolean has = weight.grad().defined();
                present[number++] = has ? 1 : 0;
                parts.add(has ? weight.grad().reshape(-1) : torch.zeros_like(weight).reshape(-1));
            }
            parts.add(Tensors.on(device, Tensors.of(present, present.length)));
            Tensor all = torch.cat(new TensorVector(parts.toArray(Tensor[]::new)));
            reduce(all);
            scatter(all, weights);
        }
    }

    private static void scatter(Tensor all, Collection<Tensor> weights) {
        long at = all.numel() - weights.size();
        float[] present = Tensors.floats(all.narrow(0, at, weights.size()));
        at = 0;
        int number = 0;
        for (Tensor weight : weights) {
            Tensor sum = all.narrow(0, at, weight.numel()).view_as(weight);
            at += weight.numel();
            if (present[number++] > 0) {
                if (weight.grad().defined()) {
                    weight.grad().copy_(sum);
                } else {
                    weight.mutable_grad().put(sum.clone());
                }
            }
        }
    }

    @Override
    public void broadcast(Tensor tensor, int root) {
        try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
            Tensor there = Tensors.on(device, tensor.detach()).contiguous();
            BroadcastOptions options = new BroadcastOptions().rootRank(root).rootTensor(0);
            finish(() -> backend.broadcast(new TensorVector(there), options));
            if (rank() != root) {
                tensor.detach().copy_(there);
            }
        }
    }

    private void reduce(Tensor tensor) {
        finish(() -> backend.allreduce(new TensorVector(tensor)));
    }

    private void finish(Supplier<Work> start) {
        try {
            Work work = start.get();
            work._wait();
        } catch (RuntimeException e) {
            throw new Problem(("process %d lost another process of this run; every process stops here, and the run "
                    + "goes on from its last checkpoint when it is started again (%s)").formatted(rank(),
                    firstLine(e)), e);
        }
    }

    private static Tensor withoutGradient(Supplier<Tensor> computation) {
        return Scope.returning(() -> {
            try (NoGradGuard _ = new NoGradGuard()) {
                return computation.get();
            }
        });
    }

    private static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
    }

    @Override
    public void close() {
        backend.close();
        store.close();
    }
}
