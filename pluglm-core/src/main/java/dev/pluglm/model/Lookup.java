package dev.pluglm.model;

import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

import java.util.Arrays;
import java.util.Optional;

/**
 * From queries to keys and values: searches the memory, then fetches what is stored or encodes anew what was found
 * (SPEC 1.2 steps 3 and 4).
 */
final class Lookup {
    private final Optional<Retriever> live;
    private final PlugLMConfig config;
    private final Device device;

    /**
     * Prepares lookups.
     *
     * @param live makes keys and values with gradients, where the model has what it takes
     */
    Lookup(Optional<Retriever> live, PlugLMConfig config, Device device) {
        this.live = live;
        this.config = config;
        this.device = device;
    }

    /** Finds the passages nearest to each query, {@code [batch, query]}. */
    Knowledge find(Tensor queries, Pass pass) {
        Memory.View memory = pass.memory();
        int batch = Math.toIntExact(queries.size(0));
        requireFit("keys", memory.keySize(), config.querySize(), memory);
        Memory.Hits hits = memory.search(Tensors.floats(queries), batch, config.memoryK());
        int k = Arrays.stream(hits.counts()).max().orElse(0);
        int[] places = new int[batch * k]; // rows of all places; where nothing was found any row that was, and it does not count
        float[] real = new float[batch * k];
        int found = firstFound(hits);
        for (int b = 0; b < batch; b++) {
            for (int j = 0; j < k; j++) {
                boolean filled = j < hits.counts()[b];
                places[b * k + j] = filled ? hits.row(b, j) : found;
                real[b * k + j] = filled ? 1 : 0;
            }
        }
        // Passages that several sequences found are fetched and encoded once.
        int[] rows = Arrays.stream(places).distinct().sorted().toArray();
        Tensor index = onDevice(Tensors.of(indexOf(places, rows), (long) batch * k));
        Tensor[] pair = fetch(rows, memory, pass);
        return new Knowledge(
                hits,
                spread(pair[0], index, batch, k, config.querySize()),
                spread(pair[1], index, batch, k, config.hiddenSize()),
                onDevice(Tensors.of(real, batch, k)));
    }

    /** Keys {@code [rows, query]} and values {@code [rows, hidden]}. */
    private Tensor[] fetch(int[] rows, Memory.View memory, Pass pass) {
        boolean encode = rows.length > 0 && !(pass.storedKeys() && pass.storedValues());
        Tensor encoded = encode ? encode(memory.tokens(rows), pass.training()) : null;
        Tensor keys = encode && !pass.storedKeys() ? live().keys(encoded) : stored(memory.keys(rows), rows.length);
        Tensor values;
        if (encode && !pass.storedValues()) {
            values = live().values(encoded);
        } else {
            requireFit("values", memory.valueSize(), config.hiddenSize(), memory);
            values = stored(memory.values(rows), rows.length);
        }
        return new Tensor[] {keys, values};
    }

    private Tensor encode(int[][] tokens, boolean training) {
        Tensor ids = onDevice(TokenBatch.ids(tokens, config.padTokenId()));
        Mask mask = Mask.of(ids.ne(new Scalar(config.padTokenId())));
        return live().documentEncoder.forward(ids, mask, training);
    }

    private Retriever live() {
        return live.orElseThrow(() -> new Problem(
                "this model has fixed keys and values and no document encoder of its own to encode passages with"));
    }

    private Tensor stored(float[] numbers, int rows) {
        return onDevice(Tensors.of(numbers, rows, rows == 0 ? 0 : numbers.length / rows));
    }

    private static Tensor spread(Tensor rows, Tensor index, int batch, int k, int size) {
        if (k == 0) {
            return torch.zeros(batch, 0, size).to(rows.device(), rows.scalar_type());
        }
        return torch.index_select(rows, 0, index).view(batch, k, size);
    }

    private static long[] indexOf(int[] places, int[] sortedRows) {
        return Arrays.stream(places).mapToLong(row -> Arrays.binarySearch(sortedRows, row)).toArray();
    }

    private static int firstFound(Memory.Hits hits) {
        for (int q = 0; q < hits.queries(); q++) {
            if (hits.counts()[q] > 0) {
                return hits.row(q, 0);
            }
        }
        return 0;
    }

    private static void requireFit(String what, int found, int expected, Memory.View memory) {
        if (memory.size() > 0 && found != expected) {
            throw Problem.of(
                    "the memory holds %s of size %d, but the model expects %d: it was made with another model",
                    what, found, expected);
        }
    }

    private Tensor onDevice(Tensor tensor) {
        return Tensors.on(device, tensor);
    }
}
