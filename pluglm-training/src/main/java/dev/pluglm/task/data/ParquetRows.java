package dev.pluglm.task.data;

import dev.pluglm.corpus.shard.ParquetFile;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.Type;

/** The rows of a Parquet file, lists and groups as lists and maps. */
final class ParquetRows implements RowReader {

    private final Path file;
    private final ParquetFile rows;

    ParquetRows(Path file) {
        this.file = file;
        rows = new ParquetFile(file);
    }

    @Override
    public Optional<Row> next() {
        if (!rows.hasNext()) {
            return Optional.empty();
        }
        Group group = rows.next();
        try {
            return Optional.of(new Row(fields(group), new Place(file, "row", rows.row())));
        } catch (RuntimeException e) {
            throw rows.damaged(e);
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

    @Override
    public void close() {
        rows.close();
    }
}
