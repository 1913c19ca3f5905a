package dev.pluglm.pretraining;

import dev.pluglm.corpus.shard.Sample;
import dev.pluglm.pretraining.TrainingSample.FixedMask;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;
import dev.pluglm.text.Vocabulary;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Turns a row of a shard into ids: {@code [CLS] a [SEP] b [SEP]}. */
final class SampleEncoder {
    private final Vocabulary vocabulary;
    private final int maxTokens;
    private final boolean masked;

    /** @param masked whether rows are expected to bring a mask along */
    SampleEncoder(Vocabulary vocabulary, int maxTokens, boolean masked) {
        this.vocabulary = vocabulary;
        this.maxTokens = maxTokens;
        this.masked = masked;
    }

    boolean masked() {
        return masked;
    }

    /** @throws Problem if the sample is too long, a piece is unknown or a mask cannot be; names shard and row */
    TrainingSample encode(Sample sample, Path shard, long row) {
        // A sample without b is [CLS] a [SEP] [SEP] in a shard as well: the masked positions count on it.
        int length = sample.a().size() + sample.b().size() + 3;
        if (length > maxTokens) {
            throw Problem.of("%s, row %d: has %d tokens, the model takes at most %d; make shards with a shorter "
                    + "target length", shard, row, length, maxTokens);
        }
        int[] ids = new int[length];
        int[] types = new int[length];
        int separator = sample.a().size() + 1;
        ids[0] = vocabulary.classification();
        put(sample.a(), ids, 1, shard, row);
        ids[separator] = vocabulary.separator();
        put(sample.b(), ids, separator + 1, shard, row);
        ids[length - 1] = vocabulary.separator();
        Arrays.fill(types, separator + 1, length, 1);
        Optional<FixedMask> mask = sample.mask().map(it -> mask(it, length, separator, shard, row));
        return new TrainingSample(ids, types, mask, List.of());
    }

    private void put(List<String> pieces, int[] ids, int from, Path shard, long row) {
        for (int i = 0; i < pieces.size(); i++) {
            ids[from + i] = id(pieces.get(i), shard, row);
        }
    }

    private int id(String piece, Path shard, long row) {
        return vocabulary.id(piece).orElseThrow(() -> Problem.of("%s, row %d: the piece '%s' is not in the vocabulary "
                + "of %d pieces; use the vocabulary that the shards were made with", shard, row, Shown.of(piece),
                vocabulary.size()));
    }

    private FixedMask mask(Sample.Mask mask, int length, int separator, Path shard, long row) {
        int[] order = IntStream.range(0, mask.positions().size()).boxed()
                .sorted(Comparator.comparing(mask.positions()::get)).mapToInt(i -> i).toArray();
        int[] positions = Arrays.stream(order).map(mask.positions()::get).toArray();
        for (int i = 0; i < positions.length; i++) {
            int position = positions[i];
            if (position == 0 || position == separator || position >= length - 1) {
                throw Problem.of("%s, row %d: position %d is masked, but is no place of a piece in %d tokens with "
                        + "[SEP] at %d; make the shard anew", shard, row, position, length, separator);
            }
            if (i > 0 && position == positions[i - 1]) {
                throw Problem.of("%s, row %d: position %d is masked twice; make the shard anew", shard, row, position);
            }
        }
        int[] labels = Arrays.stream(order).map(i -> id(mask.labels().get(i), shard, row)).toArray();
        return new FixedMask(positions, labels);
    }
}
