package dev.pluglm.corpus.shard;

import dev.pluglm.problem.Problem;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

import org.apache.parquet.example.data.Group;
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
    private final ParquetFile rows;
    private final boolean masked;

    /** @throws Problem if the file is missing, damaged, or no shard */
    public ShardReader(Path file) {
        this.file = file;
        rows = new ParquetFile(file);
        try {
            MessageType found = rows.columns();
            masked = found.containsField(ShardSchema.POSITIONS) || found.containsField(ShardSchema.LABELS);
            rows.readOnly(wanted(found));
        } catch (RuntimeException e) {
            rows.close();
            throw e instanceof Problem problem ? problem : rows.damaged(e);
        }
    }

    /** How many samples the file says it has. */
    public long size() {
        return rows.size();
    }

    /** Whether the samples are masked already. */
    public boolean masked() {
        return masked;
    }

    @Override
    public boolean hasNext() {
        return rows.hasNext();
    }

    @Override
    public Sample next() {
        Group group = rows.next();
        try {
            return sample(group);
        } catch (RuntimeException e) {
            throw e instanceof Problem problem ? problem : rows.damaged(e);
        }
    }

    /** See {@link ParquetFile#skip}. */
    public void skip(long samples) {
        rows.skip(samples);
    }

    private Sample sample(Group group) {
        List<String> a = words(string(group, ShardSchema.A));
        List<String> b = words(string(group, ShardSchema.B));
        check(group, ShardSchema.RANDOM_NEXT);
        check(group, ShardSchema.NUM_TOKENS);
        int tokens = group.getInteger(ShardSchema.NUM_TOKENS, 0);
        if (tokens != a.size() + b.size() + 3) {
            throw Problem.of("%s, row %d: num_tokens is %d, but A has %d pieces and B %d (with 3 special ones: %d)",
                    file, rows.row(), tokens, a.size(), b.size(), a.size() + b.size() + 3);
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
            throw new Problem("%s, row %d: masked_lm_positions %s".formatted(file, rows.row(), e.getMessage()), e);
        }
        List<String> labels = words(string(group, ShardSchema.LABELS));
        if (labels.size() != positions.size()) {
            throw Problem.of("%s, row %d: %d masked positions, but %d labels", file, rows.row(), positions.size(),
                    labels.size());
        }
        positions.stream().filter(position -> position >= tokens).findAny().ifPresent(position -> {
            throw Problem.of("%s, row %d: position %d is masked in a sample of %d tokens", file, rows.row(), position,
                    tokens);
        });
        return new Sample.Mask(positions, labels);
    }

    private String string(Group group, String column) {
        check(group, column);
        return group.getString(column, 0);
    }

    private void check(Group group, String column) {
        if (group.getFieldRepetitionCount(column) == 0) {
            throw Problem.of("%s, row %d: the column %s is empty", file, rows.row(), column);
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

    @Override
    public void close() {
        rows.close();
    }
}
