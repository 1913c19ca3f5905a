package dev.pluglm.task.data;

import dev.pluglm.corpus.shard.Codecs;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

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
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** The rows of a Parquet file; a row group is in memory at a time. */
final class ParquetRows implements RowReader {

    private final Path file;
    private final ParquetFileReader reader;
    private final MessageType schema;
    private RecordReader<Group> group;
    private long leftInGroup;
    private long row;

    ParquetRows(Path file) {
        this.file = file;
        ParquetFileReader opened = null;
        try {
            ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                    .withCodecFactory(new Codecs()).build();
            opened = ParquetFileReader.open(new LocalInputFile(file), options);
            checkPlaces(opened.getRowGroups(), Files.size(file));
            this.schema = opened.getFileMetaData().getSchema();
            this.reader = opened;
        } catch (IOException | RuntimeException e) {
            closeQuietly(opened);
            throw e instanceof Problem problem ? problem : damaged(e);
        }
    }

    @Override
    public Optional<Row> next() {
        try {
            while (leftInGroup == 0) {
                PageReadStore pages = reader.readNextRowGroup();
                if (pages == null) {
                    return Optional.empty();
                }
                leftInGroup = pages.getRowCount();
                group = new ColumnIOFactory().getColumnIO(schema).getRecordReader(pages,
                        new GroupRecordConverter(schema));
            }
            leftInGroup--;
            row++;
            return Optional.of(new Row(fields(group.read()), new Place(file, "row", row)));
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
    }

    private static SequencedMap<String, Object> fields(Group group) {
        SequencedMap<String, Object> fields = new LinkedHashMap<>();
        for (Type type : group.getType().getFields()) {
            fields.put(type.getName(), field(group, type));
        }
        return fields;
    }

    private static Object field(Group group, Type type) {
        int count = group.getFieldRepetitionCount(type.getName());
        if (type.isRepetition(Type.Repetition.REPEATED)) {
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                values.add(value(group, type, i));
            }
            return values;
        }
        return count == 0 ? null : value(group, type, 0);
    }

    private static Object value(Group group, Type type, int i) {
        String name = type.getName();
        if (!type.isPrimitive()) {
            Group inner = group.getGroup(name, i);
            return type.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation
                    ? list(inner) : fields(inner);
        }
        return switch (type.asPrimitiveType().getPrimitiveTypeName()) {
            case BINARY -> group.getString(name, i);
            case BOOLEAN -> group.getBoolean(name, i);
            case INT32 -> group.getInteger(name, i);
            case INT64 -> group.getLong(name, i);
            case FLOAT -> group.getFloat(name, i);
            case DOUBLE -> group.getDouble(name, i);
            case INT96, FIXED_LEN_BYTE_ARRAY -> group.getValueToString(group.getType().getFieldIndex(name), i);
        };
    }

    /** Lists are written as a group around repeated groups of one element. */
    private static Object list(Group list) {
        GroupType type = list.getType();
        Type repeated = type.getType(0);
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
            if (repeated.isPrimitive() || repeated.asGroupType().getFieldCount() != 1) {
                values.add(value(list, repeated, i));
            } else {
                values.add(field(list.getGroup(0, i), repeated.asGroupType().getType(0)));
            }
        }
        return values;
    }

    /** A footer that lies about where columns lie would have the library allocate what it claims. */
    private void checkPlaces(List<BlockMetaData> groups, long fileSize) {
        for (BlockMetaData block : groups) {
            for (ColumnChunkMetaData column : block.getColumns()) {
                long start = column.getStartingPos();
                long size = column.getTotalSize();
                if (start < 4 || size < 0 || size > fileSize || start > fileSize - size || block.getRowCount() < 0) {
                    throw Problem.of("%s: the column %s is said to lie at bytes %d to %d of %d; the file is damaged",
                            file, Shown.of(column.getPath().toDotString()), start, start + size, fileSize);
                }
            }
        }
    }

    private Problem damaged(Exception e) {
        String reason = e.getMessage() == null ? e.getClass().getSimpleName()
                : Shown.of(e.getMessage().lines().findFirst().orElse(""));
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
