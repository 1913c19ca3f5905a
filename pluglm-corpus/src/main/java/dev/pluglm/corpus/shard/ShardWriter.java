package dev.pluglm.corpus.shard;

import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.OptionalInt;

import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;

/** Writes samples to one Parquet file in LDDL's schema. The same samples give the same bytes. For one thread. */
final class ShardWriter implements AutoCloseable {
    private static final long ROW_GROUP_BYTES = 32L << 20;

    private final Path file;
    private final ParquetWriter<Sample> writer;
    private long rows;

    /** @param bin the bin that every row carries; without one there is no such column */
    ShardWriter(Path file, boolean masked, OptionalInt bin) {
        this.file = file;
        try {
            Files.deleteIfExists(file);
            writer = new Builder(new LocalOutputFile(file), ShardSchema.of(masked, bin.isPresent()), bin)
                    .withConf(new PlainParquetConfiguration()).withCodecFactory(new Codecs())
                    .withCompressionCodec(CompressionCodecName.SNAPPY).withDictionaryEncoding(false)
                    .withRowGroupSize(ROW_GROUP_BYTES).build();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    void write(Sample sample) {
        try {
            writer.write(sample);
            rows++;
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    long rows() {
        return rows;
    }

    /** Finishes the file and forces it to the disk. */
    @Override
    public void close() {
        try {
            writer.close();
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private Problem unwritable(IOException e) {
        return new Problem("%s: cannot be written: %s; look for room on the disk and the right to write there"
                .formatted(file, e.getMessage()), e);
    }

    private static final class Builder extends ParquetWriter.Builder<Sample, Builder> {
        private final MessageType schema;
        private final OptionalInt bin;

        Builder(OutputFile file, MessageType schema, OptionalInt bin) {
            super(file);
            this.schema = schema;
            this.bin = bin;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // The library still wants this one implemented.
        protected WriteSupport<Sample> getWriteSupport(Configuration configuration) {
            return new Rows(schema, bin);
        }

        @Override
        protected WriteSupport<Sample> getWriteSupport(ParquetConfiguration configuration) {
            return new Rows(schema, bin);
        }
    }

    private static final class Rows extends WriteSupport<Sample> {
        private final MessageType schema;
        private final OptionalInt bin;
        private RecordConsumer out;

        Rows(MessageType schema, OptionalInt bin) {
            this.schema = schema;
            this.bin = bin;
        }

        @Override
        @SuppressWarnings("deprecation") // As above.
        public WriteContext init(Configuration configuration) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public WriteContext init(ParquetConfiguration configuration) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            out = consumer;
        }

        @Override
        public void write(Sample sample) {
            out.startMessage();
            value(ShardSchema.A, () -> out.addBinary(Binary.fromString(String.join(" ", sample.a()))));
            value(ShardSchema.B, () -> out.addBinary(Binary.fromString(String.join(" ", sample.b()))));
            value(ShardSchema.RANDOM_NEXT, () -> out.addBoolean(sample.randomNext()));
            value(ShardSchema.NUM_TOKENS, () -> out.addInteger(sample.numTokens()));
            sample.mask().ifPresent(mask -> {
                byte[] positions = NpyPositions.write(mask.positions());
                value(ShardSchema.POSITIONS, () -> out.addBinary(Binary.fromConstantByteArray(positions)));
                value(ShardSchema.LABELS, () -> out.addBinary(Binary.fromString(String.join(" ", mask.labels()))));
            });
            bin.ifPresent(id -> value(ShardSchema.BIN, () -> out.addLong(id)));
            out.endMessage();
        }

        private void value(String column, Runnable add) {
            int index = schema.getFieldIndex(column);
            out.startField(column, index);
            add.run();
            out.endField(column, index);
        }
    }
}
