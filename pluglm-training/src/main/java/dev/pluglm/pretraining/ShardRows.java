package dev.pluglm.pretraining;

import dev.pluglm.corpus.shard.Sample;
import dev.pluglm.corpus.shard.ShardDirectory.Shard;
import dev.pluglm.corpus.shard.ShardReader;
import dev.pluglm.problem.Problem;

import java.util.List;

/** Several shards as one stream of rows that is read forwards, with jumps; one file is open at a time. */
final class ShardRows implements AutoCloseable {
    private final List<Shard> shards;
    private final SampleEncoder encoder;
    private int file = -1;
    private long firstOfFile;
    private long firstOfNext;
    private long at;
    private ShardReader reader;

    ShardRows(List<Shard> shards, SampleEncoder encoder) {
        this.shards = shards;
        this.encoder = encoder;
    }

    /** Reads a row; each call names a later one than the call before. */
    TrainingSample read(long row) {
        while (row >= firstOfNext) {
            close();
            file++;
            firstOfFile = firstOfNext;
            firstOfNext += shards.get(file).rows();
        }
        if (reader == null) {
            reader = open(shards.get(file));
            at = firstOfFile;
        }
        reader.skip(row - at);
        Sample sample = reader.next();
        at = row + 1;
        return encoder.encode(sample, shards.get(file).path(), row - firstOfFile + 1);
    }

    private ShardReader open(Shard shard) {
        ShardReader opened = new ShardReader(shard.path());
        if (opened.size() != shard.rows() || opened.masked() != encoder.masked()) {
            opened.close();
            if (opened.size() != shard.rows()) {
                throw Problem.of("%s: has %d rows, it had %d when training started; put the old file back, or start "
                        + "anew", shard.path(), opened.size(), shard.rows());
            }
            throw Problem.of("%s: its samples are %smasked, those of the first shard %s; keep shards of one kind in a "
                    + "directory", shard.path(), opened.masked() ? "" : "not ", encoder.masked() ? "are" : "are not");
        }
        return opened;
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }
}
