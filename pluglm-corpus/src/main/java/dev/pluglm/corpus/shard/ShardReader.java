package dev.pluglm.corpus.shard;

import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Reads the samples of one shard, ours or NVIDIA's, a row group at a time. For one thread.
 *
 * <p>Columns that are not LDDL's are left alone; a missing column, one of another type, an empty cell or a damaged file
 * is a {@link Problem} that names the file (and the row).
 */
public final class ShardReader implements Iterator<Sample>, AutoCloseable {
    private final Path file;
    private final ParquetFileReader reader;
    private final MessageType schema;
    private final boolean masked;
    private final List<BlockMetaData> groups;
    private int groupsRead;
    private RecordReader<Group> rows;
    private long rowsLeftInGroup;
    private long row;

    /** @throws Problem if the file is missing, damaged, or no shard */
    public ShardReader(Path file) {
        this.file = file;
        if (!Files.isRegularFile(file)) {
            throw Problem.of("%s: no such file", file);
        }
        ParquetFileReader opened = null;
        try {
            ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                    .withCodecFactory(new Codecs()).build();
            opened = ParquetFileReader.open(new LocalInputFile(file), options);
            MessageType found = opened.getFileMetaData().getSchema();
            this.masked = found.containsField(ShardSchema.POSITIONS) || found.containsField(ShardSchema.LABELS);
            this.schema = wanted(found);
            this.groups = opened.getRowGroups();
            checkPlaces(groups, Files.size(file));
            opened.setRequestedSchema(schema);
            this.reader = opened;
        } catch (IOException | RuntimeException e) {
            closeQuietly(opened);
            throw e instanceof Problem problem ? problem : damaged(e);
        }
    }

    /** How many samples the file says it has. */
    public long size() {
        return reader.getRecordCount();
    }

    /** Whether the samples are masked already. */
    public boolean masked() {
        return masked;
    }

    @Override
    public boolean hasNext() {
        try {
            while (rowsLeftInGroup == 0) {
                PageReadStore group = reader.readNextRowGroup();
                if (group == null) {
                    return false;
                }
                groupsRead++;
                rowsLeftInGroup = group.getRowCount();
                rows = new ColumnIOFactory().getColumnIO(schema).getRecordReader(group,
                        new GroupRecordConverter(schema));
            }
            return true;
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
    }

    @Override
    public Sample next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no sample left in " + file);
        }
        try {
            Group group = rows.read();
            row++;
            rowsLeftInGroup--;
            return sample(group);
        } catch (RuntimeException e) {
            throw e instanceof Problem problem ? problem : damaged(e);
        }
    }

    /**
     * Leaves out samples; row groups that lie among them are not read.
     *
     * @param samples 0 .. as many as are left
     * @throws Problem if the file is damaged
     */
    public void skip(long samples) {
        long left = samples;
        try {
            while (left > 0) {
                if (rowsLeftInGroup == 0 && groupsRead < groups.size()
                        && groups.get(groupsRead).getRowCount() <= left) {
                    long rowsOfGroup = groups.get(groupsRead).getRowCount();
                    reader.skipNextRowGroup();
                    groupsRead++;
                    row += rowsOfGroup;
                    left -= rowsOfGroup;
                } else if (hasNext()) {
                    rows.read();
                    row++;
                    rowsLeftInGroup--;
                    left--;
                } else {
                    throw new NoSuchElementException("%d samples fewer than were to be left out of %s".formatted(left,
                            file));
                }
            }
        } catch (NoSuchElementException | Problem e) {
            throw e;
        } catch (RuntimeException e) {
            throw damaged(e);
        }
    }

    private Sample sample(Group group) {
        List<String> a = words(string(group, ShardSchema.A));
        List<String> b = words(string(group, ShardSchema.B));
        check(group, ShardSchema.RANDOM_NEXT);
        check(group, ShardSchema.NUM_TOKENS);
        int tokens = group.getInteger(ShardSchema.NUM_TOKENS, 0);
        if (tokens != a.size() + b.size() + 3) {
            throw Problem.of("%s, row %d: num_tokens is %d, but A has %d pieces and B %d (with 3 special ones: %d)",
                    file, row, tokens, a.size(), b.size(), a.size() + b.size() + 3);
        }
        Optional<Sample.Mask> mask = masked ? Optional.of(mask(group, tokens)) : Optional.empty();
        return new Sample(a, b, group.getBoolean(ShardSchema.RANDOM_NEXT, 0), tokens, mask);
    }

    private Sample.Mask mask(Group group, int tokens) {
        check(group, ShardSchema.POSITIONS);
        List<Integer> positions;
        try {
            positions = NpyPositions.read(group.getBinary(ShardSchema.POSITIONS, 0).getBytes());
        } catch (IllegalArgumentException e) {
            throw new Problem("%s, row %d: masked_lm_positions %s".formatted(file, row, e.getMessage()), e);
        }
        List<String> labels = words(string(group, ShardSchema.LABELS));
        if (labels.size() != positions.size()) {
            throw Problem.of("%s, row %d: %d masked positions, but %d labels", file, row, positions.size(),
                    labels.size());
        }
        positions.stream().filter(position -> position >= tokens).findAny().ifPresent(position -> {
            throw Problem.of("%s, row %d: position %d is masked in a sample of %d tokens", file, row, position, tokens);
        });
        return new Sample.Mask(positions, labels);
    }

    private String string(Group group, String column) {
        check(group, column);
        return group.getString(column, 0);
    }

    private void check(Group group, String column) {
        if (group.getFieldRepetitionCount(column) == 0) {
            throw Problem.of("%s, row %d: the column %s is empty", file, row, column);
        }
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split(" +"));
    }

    private MessageType wanted(MessageType found) {
        List<Type> columns = ShardSchema.of(masked, false).getFields().stream().map(expected -> {
            if (!found.containsField(expected.getName())) {
                throw Problem.of("%s: has no column %s, it has %s; expected a shard of LDDL", file, expected.getName(),
                        found.getFields().stream().map(Type::getName).limit(12).toList());
            }
            Type column = found.getType(expected.getName());
            boolean same = column.isPrimitive() && !column.isRepetition(Type.Repetition.REPEATED)
                    && column.asPrimitiveType().getPrimitiveTypeName()
                            == expected.asPrimitiveType().getPrimitiveTypeName();
            if (!same) {
                throw Problem.of("%s: the column is '%s', expected '%s'; it is no shard of LDDL", file,
                        String.valueOf(column).lines().findFirst().orElse(""), expected);
            }
            return column;
        }).toList();
        return new MessageType(found.getName(), columns);
    }

    /** A footer that lies about where columns lie would have the library allocate what it claims. */
    private void checkPlaces(List<BlockMetaData> groups, long fileSize) {
        for (BlockMetaData group : groups) {
            for (ColumnChunkMetaData column : group.getColumns()) {
                long start = column.getStartingPos();
                long size = column.getTotalSize();
                if (start < 4 || size < 0 || size > fileSize || start > fileSize - size || group.getRowCount() < 0) {
                    throw Problem.of("%s: the column %s is said to lie at bytes %d to %d of %d; the file is damaged",
                            file,
                            column.getPath().toDotString(), start, start + size, fileSize);
                }
            }
        }
    }

    private Problem damaged(Exception e) {
        String reason = e.getMessage() == null ? e.getClass().getSimpleName()
                : e.getMessage().lines().findFirst().orElse("");
        return new Problem("%s%s: is no readable Parquet file: %s; make or fetch it again".formatted(file,
                row == 0 ? "" : ", after row " + row, reason), e);
    }

    private static void closeQuietly(ParquetFileReader reader) {
        if (reader != null) {
            try {
                reader.close();
            } catch (IOException e) {
                // Open for reading only: nothing can be lost.
            }
        }
    }

    @Override
    public void close() {
        closeQuietly(reader);
    }
}
