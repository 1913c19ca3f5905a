package dev.pluglm.corpus.shard;

import dev.pluglm.problem.Problem;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.LongConsumer;

/**
 * Deals the samples of files of any size out to shards whose sizes differ by at most one, one file open at a time.
 *
 * <p>NVIDIA's loader insists that some shards are larger by exactly one. Where a bin's samples would fill its shards
 * evenly, one sample is left out, so that they train there too; that loader ignores the surplus samples anyway.
 */
public final class Balancer {
    private Balancer() {}

    /**
     * What was written.
     *
     * @param samples in all shards
     * @param leftOut samples that were left out so that shards differ by one
     */
    public record Result(long samples, long leftOut) {}

    /**
     * Writes shards and their count file.
     *
     * @param from files of any size, as {@link ShardDirectory} finds them
     * @param into an existing directory
     * @param shards how many for each bin
     * @param progress told now and then how many samples are written
     * @throws Problem if a bin has fewer samples than shards, a file is damaged, or the disk is full
     */
    public static Result balance(ShardDirectory from, Path into, int shards, LongConsumer progress) {
        long samples = 0;
        long leftOut = 0;
        Map<String, Long> counts = new HashMap<>();
        for (List<ShardDirectory.Shard> bin : from.bins()) {
            long rows = bin.stream().mapToLong(ShardDirectory.Shard::rows).sum();
            if (rows < shards) {
                throw Problem.of("%d samples%s cannot fill %d shards; make fewer shards or %s", rows,
                        bin.getFirst().bin().isPresent() ? " of bin " + bin.getFirst().bin().getAsInt() : "", shards,
                        bin.getFirst().bin().isPresent() ? "wider bins" : "use a larger corpus");
            }
            long written = shards > 1 && rows % shards == 0 && rows > shards ? rows - 1 : rows;
            long before = samples;
            deal(bin, written, into, shards, counts, done -> progress.accept(before + done));
            samples += written;
            leftOut += rows - written;
        }
        ShardDirectory.writeCounts(into, counts);
        return new Result(samples, leftOut);
    }

    private static void deal(List<ShardDirectory.Shard> bin, long rows, Path into, int shards,
            Map<String, Long> counts, LongConsumer progress) {
        long done = 0;
        OptionalInt id = bin.getFirst().bin();
        try (Rows in = new Rows(bin)) {
            for (int i = 0; i < shards; i++) {
                String name = new ShardName(true, i, id).toString();
                long share = rows / shards + (i < rows % shards ? 1 : 0);
                try (ShardWriter out = new ShardWriter(into.resolve(name), in.masked(), id)) {
                    for (long row = 0; row < share; row++) {
                        out.write(in.next());
                        if (++done % 1024 == 0) {
                            progress.accept(done);
                        }
                    }
                }
                counts.put(name, share);
            }
        }
    }

    /** The rows of files one after the other. */
    private static final class Rows implements Iterator<Sample>, AutoCloseable {
        private final Iterator<ShardDirectory.Shard> files;
        private final boolean masked;
        private Path path;
        private ShardReader reader;

        Rows(List<ShardDirectory.Shard> files) {
            List<ShardDirectory.Shard> all = new ArrayList<>(files);
            this.files = all.iterator();
            this.path = this.files.next().path();
            this.reader = new ShardReader(path);
            this.masked = reader.masked();
        }

        boolean masked() {
            return masked;
        }

        @Override
        public boolean hasNext() {
            while (!reader.hasNext()) {
                if (!files.hasNext()) {
                    return false;
                }
                reader.close();
                path = files.next().path();
                reader = new ShardReader(path);
                if (reader.masked() != masked) {
                    throw Problem.of("%s: is %smasked, the files before it are not so; shards are all masked or none",
                            path,
                            masked ? "not " : "");
                }
            }
            return true;
        }

        @Override
        public Sample next() {
            if (!hasNext()) {
                throw Problem.of("%s: has fewer samples than its footer says; it is damaged", path);
            }
            return reader.next();
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
