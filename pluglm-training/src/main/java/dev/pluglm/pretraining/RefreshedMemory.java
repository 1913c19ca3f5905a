package dev.pluglm.pretraining;

import dev.pluglm.checkpoint.DType;
import dev.pluglm.checkpoint.Npy;
import dev.pluglm.checkpoint.Safetensors;
import dev.pluglm.checkpoint.StoredTensor;
import dev.pluglm.checkpoint.TorchTensors;
import dev.pluglm.checkpoint.Weights;
import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.model.Memory;
import dev.pluglm.model.MemoryEncoder;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.training.Ensemble;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * The passages that a model in training looks into: their tokens, and fp16 keys that are made anew now and then, since
 * training moves the encoder on (paper, section 3.4; SPEC 3 "Memory refresh"). Values are never stored: what is found
 * is encoded with gradients.
 */
final class RefreshedMemory implements AutoCloseable {
    private static final String KEYS = "keys.npy";
    private static final String ENCODER = "refresh.safetensors";

    private final String name;
    private final int[][] tokens;
    private final int keySize;
    private final int tokensAtOnce;
    private Optional<ArrayMemory> memory = Optional.empty();
    private short[] keys = {};
    /** Where the present keys lie on disk already, so that another checkpoint can share them. */
    private Optional<Path> saved = Optional.empty();
    private Optional<Pending> pending = Optional.empty();

    /**
     * A memory without keys; {@link #refresh} makes them.
     *
     * @param tokens of each passage, with special tokens, unpadded
     * @param tokensAtOnce how many tokens, padding included, are encoded at once
     */
    RefreshedMemory(String name, int[][] tokens, int keySize, int tokensAtOnce) {
        if (tokens.length == 0) {
            throw Problem.of("%s: holds no passages, so there is nothing to look up", name);
        }
        this.name = name;
        this.tokens = tokens;
        this.keySize = keySize;
        this.tokensAtOnce = tokensAtOnce;
    }

    /** Of each passage, with special tokens, unpadded. */
    int[][] tokens() {
        return tokens;
    }

    int size() {
        return tokens.length;
    }

    /** The passages with the keys of the last refresh. */
    Memory.View view() {
        return memory.orElseThrow(() -> new IllegalStateException("the memory has no keys yet")).view();
    }

    /**
     * Makes all keys anew. Every process encodes an equal share of the passages and gets the keys of the others.
     *
     * @param encoder whose weights must not change meanwhile
     * @param progress is told how many passages are done
     */
    void refresh(MemoryEncoder encoder, Ensemble ensemble, LongConsumer progress) {
        use(exchanged(encoded(encoder, ensemble, progress), ensemble));
    }

    /** This process's share of the keys, in an array with room for all. */
    private short[] encoded(MemoryEncoder encoder, Ensemble ensemble, LongConsumer progress) {
        short[] made = new short[Math.multiplyExact(tokens.length, keySize)];
        int share = Math.ceilDiv(tokens.length, ensemble.count());
        int from = Math.min(tokens.length, ensemble.rank() * share);
        encode(encoder, from, Math.min(tokens.length, from + share), made, progress);
        return made;
    }

    private short[] exchanged(short[] made, Ensemble ensemble) {
        int share = Math.ceilDiv(tokens.length, ensemble.count());
        for (int rank = 0; rank < ensemble.count() && ensemble.count() > 1; rank++) {
            exchange(made, Math.min(tokens.length, rank * share), share, rank, ensemble);
        }
        return made;
    }

    /**
     * Begins to make all keys anew in the background, with a copy of the encoder; {@link #finish} takes them into use.
     * A refresh that was begun and not finished is finished first.
     */
    void begin(MemoryEncoder encoder, Ensemble ensemble) {
        if (pending.isPresent()) {
            finish(ensemble);
        }
        beginWith(encoder.copy(), ensemble);
    }

    private void beginWith(MemoryEncoder snapshot, Ensemble ensemble) {
        FutureTask<short[]> task = new FutureTask<>(() -> encoded(snapshot, ensemble, done -> {}));
        Thread.ofPlatform().daemon().name("memory refresh").start(task);
        pending = Optional.of(new Pending(snapshot, task));
    }

    /** Waits for the keys that are made in the background, if any, and searches these from now on. */
    void finish(Ensemble ensemble) {
        if (pending.isEmpty()) {
            return;
        }
        try (MemoryEncoder _ = pending.get().snapshot()) {
            use(exchanged(pending.get().keys().get(), ensemble));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem("interrupted during the refresh of the memory", e);
        } catch (ExecutionException e) {
            throw new Problem("the refresh of the memory failed: " + e.getCause().getMessage(), e.getCause());
        } finally {
            pending = Optional.empty();
        }
    }

    /** A refresh that goes on in the background, with the encoder as it was when that began. */
    private record Pending(MemoryEncoder snapshot, FutureTask<short[]> keys) {}

    /** Encodes passages of like length together. */
    private void encode(MemoryEncoder encoder, int from, int to, short[] made, LongConsumer progress) {
        Integer[] rows = IntStream.range(from, to).boxed()
                .sorted(Comparator.comparingInt(row -> tokens[row].length)).toArray(Integer[]::new);
        int start = 0;
        while (start < rows.length) {
            int end = start + 1;
            while (end < rows.length && (long) (end + 1 - start) * tokens[rows[end]].length <= tokensAtOnce) {
                end++;
            }
            Integer[] batch = Arrays.copyOfRange(rows, start, end);
            float[] encoded = encoder.encode(Arrays.stream(batch).map(row -> tokens[row]).toArray(int[][]::new)).keys();
            for (int i = 0; i < batch.length; i++) {
                for (int j = 0; j < keySize; j++) {
                    made[batch[i] * keySize + j] = Float.floatToFloat16(encoded[i * keySize + j]);
                }
            }
            start = end;
            progress.accept(end);
        }
    }

    private void exchange(short[] made, int from, int share, int rank, Ensemble ensemble) {
        int count = (Math.min(tokens.length, from + share) - from) * keySize;
        if (count == 0) {
            return;
        }
        try (Scope _ = Scope.open()) {
            MemorySegment part = MemorySegment.ofArray(made).asSlice((long) from * keySize * Short.BYTES,
                    (long) count * Short.BYTES);
            Tensor tensor = Tensors.of(part, ScalarType.Half, count);
            ensemble.broadcast(tensor, rank);
            part.copyFrom(Tensors.bytes(tensor));
        }
    }

    private void use(short[] fresh) {
        keys = fresh;
        saved = Optional.empty();
        Vectors vectors = Vectors.fp16(fresh, keySize);
        if (memory.isPresent()) {
            memory.get().replaceKeys(vectors);
        } else {
            memory = Optional.of(ArrayMemory.builder(name, vectors).tokens(tokens).build());
        }
    }

    /**
     * Writes the keys into a checkpoint, and the encoder of a refresh that is under way; keys that an earlier checkpoint
     * holds are not written twice.
     */
    void save(Path directory) throws IOException {
        pending.ifPresent(it -> saveEncoder(it.snapshot(), directory.resolve(ENCODER)));
        Path file = directory.resolve(KEYS);
        if (saved.isPresent() && Files.exists(saved.get())) {
            try {
                Files.createLink(file, saved.get());
                return;
            } catch (IOException | UnsupportedOperationException e) {
                // No links on this disk: a copy of its own.
            }
        }
        Npy.write(file, new StoredTensor(DType.F16, new long[] {tokens.length, keySize}, MemorySegment.ofArray(keys)));
    }

    private static void saveEncoder(MemoryEncoder encoder, Path file) {
        try (Scope _ = Scope.open()) {
            Map<String, StoredTensor> stored = new LinkedHashMap<>();
            encoder.tensors().forEach((name, tensor) -> stored.put(name, TorchTensors.stored(tensor)));
            Safetensors.write(file, stored);
        }
    }

    /** Tells where the checkpoint is whose keys were written last. */
    void savedIn(Path checkpoint) {
        saved = Optional.of(checkpoint.resolve(KEYS));
    }

    /** Takes up the keys of a checkpoint, and begins again the refresh that was under way. */
    void restore(Path checkpoint, MemoryEncoder likeThis, Ensemble ensemble) {
        Path encoder = checkpoint.resolve(ENCODER);
        if (Files.exists(encoder)) {
            try (Weights weights = Safetensors.open(encoder); Scope _ = Scope.open()) {
                beginWith(likeThis.with(name -> Optional.ofNullable(weights.tensors().get(name))
                        .map(TorchTensors::fp32)), ensemble);
            }
        }
        Path file = checkpoint.resolve(KEYS);
        try (Npy array = Npy.open(file)) {
            StoredTensor tensor = array.tensor();
            if (tensor.type() != DType.F16 || !Arrays.equals(tensor.shape(), new long[] {tokens.length, keySize})) {
                throw Problem.of("%s: holds %s; expected F16 [%d, %d], a key for each passage of %s", file, tensor,
                        tokens.length, keySize, name);
            }
            use(tensor.data().toArray(ValueLayout.JAVA_SHORT_UNALIGNED));
        }
        savedIn(checkpoint);
    }

    @Override
    public void close() {
        pending.ifPresent(it -> {
            it.keys().cancel(true);
            it.snapshot().close();
        });
        memory.ifPresent(ArrayMemory::close);
    }
}
