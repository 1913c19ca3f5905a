package dev.pluglm.corpus.shard;

import java.util.ArrayList;
import java.util.List;

import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** The columns of a shard, exactly as LDDL has pyarrow write them (SPEC 4); pyarrow's columns are optional. */
final class ShardSchema {
    static final String A = "A";
    static final String B = "B";
    static final String RANDOM_NEXT = "is_random_next";
    static final String NUM_TOKENS = "num_tokens";
    static final String POSITIONS = "masked_lm_positions";
    static final String LABELS = "masked_lm_labels";
    static final String BIN = "bin_id";

    private ShardSchema() {}

    static MessageType of(boolean masked, boolean binned) {
        List<Type> columns = new ArrayList<>(List.of(
                string(A),
                string(B),
                Types.optional(PrimitiveTypeName.BOOLEAN).named(RANDOM_NEXT),
                Types.optional(PrimitiveTypeName.INT32).as(LogicalTypeAnnotation.intType(16, false))
                        .named(NUM_TOKENS)));
        if (masked) {
            columns.add(Types.optional(PrimitiveTypeName.BINARY).named(POSITIONS));
            columns.add(string(LABELS));
        }
        if (binned) {
            columns.add(Types.optional(PrimitiveTypeName.INT64).named(BIN));
        }
        return new MessageType("schema", columns);
    }

    private static Type string(String name) {
        return Types.optional(PrimitiveTypeName.BINARY).as(LogicalTypeAnnotation.stringType()).named(name);
    }
}
