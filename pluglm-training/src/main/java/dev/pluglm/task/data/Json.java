package dev.pluglm.task.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** How JSON is read here: strictly, within bounds, and numbers as they are written: they are to be written again. */
final class Json {

    /** Bytes of a line, or of an entry of a larger document, at most. */
    static final int LONGEST_ENTRY = 16 << 20;

    private static final int DEEPEST_NESTING = 64;
    private static final int MOST_TOKENS = 1 << 20;

    private Json() {}

    /** For one line at a time. */
    static JsonMapper lines() {
        return mapper(constraints().maxTokenCount(MOST_TOKENS).build());
    }

    /** For documents of any length. */
    static JsonMapper documents() {
        return mapper(constraints().build());
    }

    private static StreamReadConstraints.Builder constraints() {
        return StreamReadConstraints.builder().maxNestingDepth(DEEPEST_NESTING).maxStringLength(LONGEST_ENTRY);
    }

    private static JsonMapper mapper(StreamReadConstraints constraints) {
        return JsonMapper.builder(JsonFactory.builder().streamReadConstraints(constraints)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION).build())
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    }
}
