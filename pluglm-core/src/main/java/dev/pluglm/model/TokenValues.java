package dev.pluglm.model;

import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The values of passages' tokens for predictions: made from token ids by the encoder of the model's memories, the latest
 * ones kept.
 *
 * <p>Each passage is encoded by itself, so that its values depend on nothing but its tokens and the encoder's weights, to
 * the last bit: not on what is found beside it, nor on what is kept. What is kept is known by its tokens, whichever row
 * of whichever memory they are in, and is let go when the weights change; so it cannot be out of date.
 *
 * <p>Safe for use by several threads.
 */
final class TokenValues {

    private final PlugLMConfig config;
    private final long most;
    private final Map<Tokens, float[]> latest = new LinkedHashMap<>(16, 0.75f, true);
    private Optional<Made> made = Optional.empty();
    private long kept;

    /** By which encoder, at which state of its weights. */
    private record Made(Retriever encoder, long version) {}

    private record Tokens(int[] ids) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Tokens tokens && Arrays.equals(ids, tokens.ids);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(ids);
        }
    }

    /**
     * Keeps what fits into a quarter of the memory that Java may use: with 6 GB, at the size of BERT-base, 8,000 passages
     * of 64 tokens.
     */
    TokenValues(PlugLMConfig config) {
        this(config, Runtime.getRuntime().maxMemory() / 4 / Float.BYTES);
    }

    /** @param most numbers that are kept */
    TokenValues(PlugLMConfig config, long most) {
        this.config = config;
        this.most = most;
    }

    /**
     * The values of passages, on the CPU.
     *
     * @param version of the encoder's weights
     */
    PassageValues of(int[][] passages, Retriever encoder, long version) {
        int slots = Math.max(1, Arrays.stream(passages).mapToInt(p -> p.length).max().orElse(0));
        long hidden = config.hiddenSize();
        Tensor values = Tensors.full(0, passages.length, slots, hidden);
        MemorySegment numbers = Tensors.bytes(values);
        float[] real = new float[passages.length * slots];
        Made now = new Made(encoder, version);
        for (int i = 0; i < passages.length; i++) {
            MemorySegment own = MemorySegment.ofArray(of(passages[i], now));
            MemorySegment.copy(own, 0, numbers, i * slots * hidden * Float.BYTES, own.byteSize());
            for (int j = 0; j < passages[i].length; j++) {
                real[i * slots + j] = passages[i][j] == config.padTokenId() ? 0 : 1;
            }
        }
        return new PassageValues(values, Tensors.of(real, passages.length, slots));
    }

    /** {@code [tokens * hidden]}. */
    private float[] of(int[] ids, Made now) {
        if (ids.length == 0) {
            return new float[0];
        }
        Tokens tokens = new Tokens(ids);
        synchronized (this) {
            float[] known = made.equals(Optional.of(now)) ? latest.get(tokens) : null;
            if (known != null) {
                return known;
            }
        }
        float[] values = Scope.withoutGradients(
                () -> Tensors.floats(now.encoder().encode(new int[][] {ids}, false).values().values()));
        keep(tokens, values, now);
        return values;
    }

    private synchronized void keep(Tokens tokens, float[] values, Made by) {
        if (!made.equals(Optional.of(by))) {
            latest.clear();
            kept = 0;
            made = Optional.of(by);
        }
        if (latest.put(tokens, values) == null) {
            kept += values.length;
        }
        for (Iterator<float[]> oldest = latest.values().iterator(); kept > most && oldest.hasNext();) {
            kept -= oldest.next().length;
            oldest.remove();
        }
    }

    /** How many numbers are kept. */
    synchronized long kept() {
        return kept;
    }
}
