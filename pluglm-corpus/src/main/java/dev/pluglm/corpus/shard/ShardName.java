package dev.pluglm.corpus.shard;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a file in LDDL's directories: {@code shard-3.parquet} or {@code shard-3.parquet_7} with a bin, and
 * {@code part.3.parquet} before balancing (SPEC 4).
 */
record ShardName(boolean balanced, int index, OptionalInt bin) {
    private static final Pattern NAME = Pattern.compile("(part\\.|shard-)(\\d{1,9})\\.parquet(?:_(\\d{1,9}))?");

    static Optional<ShardName> of(String fileName) {
        Matcher matcher = NAME.matcher(fileName);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        OptionalInt bin = matcher.group(3) == null ? OptionalInt.empty()
                : OptionalInt.of(Integer.parseInt(matcher.group(3)));
        return Optional.of(new ShardName(matcher.group(1).startsWith("shard"), Integer.parseInt(matcher.group(2)),
                bin));
    }

    @Override
    public String toString() {
        return (balanced ? "shard-" : "part.") + index + ".parquet" + (bin.isPresent() ? "_" + bin.getAsInt() : "");
    }
}
