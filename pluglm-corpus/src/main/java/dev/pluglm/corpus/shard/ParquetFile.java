package dev.pluglm.corpus.shard;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

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

/** The rows of a Parquet file, of which a row group is in memory at a time. For one thread. */
public final class ParquetFile implements Iterator<Group>, AutoCloseable {
    private final Path file;
    private final ParquetFileReader reader;
    private final List<BlockMetaData> groups;
    private MessageType columns;
    private int groupsRead;
    private RecordReader<Group> rows;
    private long rowsLeftInGroup;
    private long row;

    /** @throws Problem if the file is missing or damaged */
    public ParquetFile(Path file) {
        this.file = file;
        if (!Files.isRegularFile(file)) {
            throw Problem.of("%s: no such file", file);
        }
        ParquetFileReader opened = null;
        try {
            ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                    .withCodecFactory(new Codecs()).build();
            opened = ParquetFileReader.open(new LocalInputFile(file), options);
            groups = opened.getRowGroups();
            checkPlaces(Files.size(file));
            columns = opened.getFileMetaData().getSchema();
            reader = opened;
        } catch (IOException | RuntimeException e) {
            closeQuietly(opened);
            throw e instanceof Problem problem ? problem : damaged(e);
        }
    }

    /** The columns that rows have. */
    public MessageType columns() {
        return columns;
    }

    /** Leaves out all other columns, before any row is read. */
    public void readOnly(MessageType some) {
        reader.setRequestedSchema(some);
        columns = some;
    }

    /** How many rows the file says it has. */
    public long size() {
        return reader.getRecordCount();
    }

    /** The number of the row that was read last, from 1. */
    public long row() {
        return row;
    }

    /** @throws Problem if the file is damaged */
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
                rows = new ColumnIOFactory().getColumnIO(columns).getRecordReader(group,
                        new GroupRecordConverter(columns));
            }
            return true;
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
    }

    /** @throws Problem if the file is damaged */
    @Override
    public Group next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no row left in " + file);
        }
        try {
            Group group = rows.read();
            row++;
            rowsLeftInGroup--;
            return group;
        } catch (RuntimeException e) {
            throw damaged(e);
        }
    }

    /**
     * Leaves out rows; row groups that lie among them are not read.
     *
     * @param count 0 .. as many as are left
     * @throws Problem if the file is damaged
     */
    public void skip(long count) {
        long left = count;
        while (left > 0) {
            if (rowsLeftInGroup == 0 && groupsRead < groups.size() && groups.get(groupsRead).getRowCount() <= left) {
                long rowsOfGroup = groups.get(groupsRead).getRowCount();
                skipGroup();
                groupsRead++;
                row += rowsOfGroup;
                left -= rowsOfGroup;
            } else if (hasNext()) {
                next();
                left--;
            } else {
                throw new NoSuchElementException("%d rows fewer than were to be left out of %s".formatted(left, file));
            }
        }
    }

    private void skipGroup() {
        try {
            reader.skipNextRowGroup();
        } catch (RuntimeException e) {
            throw damaged(e);
        }
    }

    /** A footer that lies about where columns lie would have the library allocate what it claims. */
    private void checkPlaces(long fileSize) {
        for (BlockMetaData group : groups) {
            for (ColumnChunkMetaData column : group.getColumns()) {
                long start = column.getStartingPos();
                long size = column.getTotalSize();
                if (start < 4 || size < 0 || size > fileSize || start > fileSize - size || group.getRowCount() < 0) {
                    throw Problem.of("%s: the column %s is said to lie at bytes %d to %d of %d; the file is damaged",
                            file, Shown.of(column.getPath().toDotString()), start, start + size, fileSize);
                }
            }
        }
    }

    /** What to tell of a file whose content makes no sense. */
    public Problem damaged(Exception e) {
        return new Problem("%s%s: is no readable Parquet file: %s; make or fetch it again".formatted(file,
                row == 0 ? "" : ", after row " + row, Shown.of(Shown.reason(e))), e);
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
