package dev.pluglm.memory;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * What an {@link ArrayMemory} holds at one moment; row {@code i} of everything belongs together.
 *
 * @param name of the memory
 * @param keys what is searched
 * @param values one for each key, if any
 * @param tokens one list for each key, if any
 * @param passages one for each key, if any
 * @param rows where the ids of the passages are; empty without passages, whose ids are then row numbers
 * @param encoder what made keys and values
 */
record ArrayContents(String name, SearchableKeys keys, Optional<Vectors> values, Optional<int[][]> tokens,
        Optional<List<Passage>> passages, Map<String, Integer> rows, Optional<String> encoder) {

    static ArrayContents of(String name, Vectors keys, Optional<Vectors> values, Optional<int[][]> tokens,
            Optional<List<Passage>> passages, Optional<String> encoder) {
        if (name.isBlank()) {
            throw new Problem("a memory needs a name that is not blank");
        }
        values.ifPresent(given -> checkCount(name, "values", given.rows(), keys.rows()));
        tokens.ifPresent(given -> checkCount(name, "lists of tokens", given.length, keys.rows()));
        passages.ifPresent(given -> checkCount(name, "passages", given.size(), keys.rows()));
        values.ifPresent(given -> given.checkFinite(shown(name) + ", values"));
        Map<String, Integer> rows = passages.map(given -> rows(name, given)).orElse(Map.of());
        return new ArrayContents(name, searchable(name, keys), values, tokens, passages, rows, encoder);
    }

    /** The same passages under other keys, whose encoder is not known. */
    ArrayContents with(Vectors newKeys) {
        checkCount(name, "new keys", newKeys.rows(), keys.rows());
        if (newKeys.size() != keys.keySize()) {
            throw Problem.of("%s: new keys of %d floats, expected %d as before", shown(name), newKeys.size(),
                    keys.keySize());
        }
        return new ArrayContents(name, searchable(name, newKeys), values, tokens, passages, rows, Optional.empty());
    }

    private static SearchableKeys searchable(String name, Vectors keys) {
        keys.checkFinite(shown(name) + ", keys");
        return SearchableKeys.of(keys);
    }

    private static void checkCount(String name, String what, int found, int expected) {
        if (found != expected) {
            throw Problem.of("%s: %d %s, expected %d, one for each key; give it files that belong together",
                    shown(name), found, what, expected);
        }
    }

    private static Map<String, Integer> rows(String name, List<Passage> passages) {
        Map<String, Integer> rows = HashMap.newHashMap(passages.size());
        for (int row = 0; row < passages.size(); row++) {
            Integer before = rows.put(passages.get(row).id(), row);
            if (before != null) {
                throw Problem.of("%s: rows %d and %d have the same id '%s'; ids must be unique", shown(name), before,
                        row, Shown.of(passages.get(row).id()));
            }
        }
        return rows;
    }

    private static String shown(String name) {
        return "memory '" + Shown.of(name) + "'";
    }

    int size() {
        return keys.rows();
    }

    Passage passage(int row) {
        return passages.map(given -> given.get(row)).orElseGet(() -> Passage.of(Integer.toString(row),
                tokens.map(ids -> shown(ids[row])).orElse("row " + row)));
    }

    private static String shown(int[] ids) {
        return Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" ", "[", "]"));
    }

    /** The row of an id. */
    OptionalInt row(String id) {
        if (passages.isPresent()) {
            Integer row = rows.get(id);
            return row == null ? OptionalInt.empty() : OptionalInt.of(row);
        }
        // Only the plain spelling of a number is an id: neither 07 nor +7 is.
        return id.matches("0|[1-9]\\d{0,8}") && Integer.parseInt(id) < size()
                ? OptionalInt.of(Integer.parseInt(id)) : OptionalInt.empty();
    }
}
