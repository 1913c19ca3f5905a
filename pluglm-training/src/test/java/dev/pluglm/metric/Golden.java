package dev.pluglm.metric;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Numbers that the reference libraries computed. */
final class Golden {

    static final double TOLERANCE = 1e-9;

    private Golden() {}

    static JsonNode read(String name) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/metrics/" + name)) {
            return new JsonMapper().readTree(in);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The cases of a list, of which there is at least one. */
    static List<JsonNode> cases(JsonNode list) {
        assertFalse(list.isEmpty(), "the golden file has no cases");
        return list.valueStream().toList();
    }

    static int[] ints(JsonNode list) {
        return list.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    static double[] doubles(JsonNode list) {
        return list.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }

    static boolean[][] booleans(JsonNode rows) {
        return rows.valueStream().map(Golden::flags).toArray(boolean[][]::new);
    }

    private static boolean[] flags(JsonNode row) {
        boolean[] flags = new boolean[row.size()];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = row.get(i).intValue() == 1;
        }
        return flags;
    }

    static List<List<String>> words(JsonNode lines) {
        return lines.valueStream().map(line -> List.of(line.textValue().split(" "))).toList();
    }

    static List<String> strings(JsonNode list) {
        return list.valueStream().map(JsonNode::textValue).toList();
    }
}
