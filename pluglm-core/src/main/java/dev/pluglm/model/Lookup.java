package dev.pluglm.model;

import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * From queries to keys and values: searches the memory, then fetches what is stored or encodes anew what was found
 * (SPEC 1.2 steps 3 and 4).
 *
 * <p>A memory stores no values of single tokens. Where a pass takes values as stored, these are made by the encoder that
 * the memory was made with, without gradients: the one that the model carries, or else its own.
 */
final class Lookup {
    private final Optional<Retriever> live;
    private final Supplier<Optional<Retriever>> carried;
    private final TokenValues tokenValues;
    private final PlugLMConfig config;
    private final Device device;

    /**
     * Prepares lookups.
     *
     * @param live makes keys and values with gradients, where the model has what it takes
     * @param carried what the model's memories are made with, where that is a thing of its own
     */
    Lookup(Optional<Retriever> live, Supplier<Optional<Retriever>> carried, PlugLMConfig config, Device device) {
        this.live = live;
        this.carried = carried;
        this.tokenValues = new TokenValues(config);
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
        Optional<Retriever.Encoded> encoded = rows.length == 0 || pass.storedKeys() && pass.storedValues()
                ? Optional.empty()
                : Optional.of(live().encode(memory.tokens(rows), pass.training()));
        Tensor keys = encoded.filter(_ -> !pass.storedKeys())
                .map(Retriever.Encoded::keys)
                .orElseGet(() -> matrix(memory.keys(rows), rows.length, config.querySize()));
        PassageValues values = encoded.filter(_ -> !pass.storedValues())
                .map(Retriever.Encoded::values)
                .orElseGet(() -> values(rows, pass));
        return new Knowledge(
                hits,
                torch.index_select(keys, 0, index).view(batch, k, config.querySize()),
                values,
                index,
                onDevice(Tensors.of(real, batch, k)));
    }

    /** What the memory holds of these rows, or what its encoder makes of their tokens. */
    private PassageValues values(int[] rows, Pass pass) {
        Memory.View memory = pass.memory();
        if (rows.length == 0) {
            return PassageValues.pooled(matrix(new float[0], 0, config.hiddenSize()));
        }
        return switch (config.valueType()) {
            case POOLED -> {
                requireFit("values", memory.valueSize(), config.hiddenSize(), memory);
                yield PassageValues.pooled(matrix(memory.values(rows), rows.length, config.hiddenSize()));
            }
            case TOKENS -> {
                Retriever reader = reader();
                OptionalLong version = pass.training() ? OptionalLong.empty() : reader.version();
                yield version.isPresent()
                        ? tokenValues.of(memory.tokens(rows), reader, version.getAsLong()).on(device)
                        : together(memory.tokens(rows), reader);
            }
        };
    }

    /** What training reads is not worth keeping: it finds other passages, or has other weights, at every step. */
    private static PassageValues together(int[][] tokens, Retriever reader) {
        try (NoGradGuard _ = new NoGradGuard()) {
            return reader.encode(tokens, false).values();
        }
    }

    /** What the model's memories are made with. */
    private Retriever reader() {
        return carried.get()
                .or(() -> live.filter(own -> own.valueProjection.isPresent()))
                .orElseThrow(() -> new Problem("this model reads the tokens of passages, but has fixed values and no"
                        + " memory encoder to make them with; start from a model that carries one"));
    }

    private Retriever live() {
        return live.orElseThrow(() -> new Problem(
                "this model has fixed keys and values and no document encoder of its own to encode passages with"));
    }

    private Tensor matrix(float[] numbers, int rows, int columns) {
        return onDevice(Tensors.of(numbers, rows, columns));
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
