package dev.pluglm.memory;

import dev.pluglm.problem.Problem;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What each commit of a memory says about itself.
 *
 * @param name what the memory is called
 * @param shape sizes, and the encoder that made keys and values
 * @param log the edits, ending with the one that made this commit
 */
record CommitData(String name, MemoryShape shape, EditLog log) {
    static final int FORMAT = 1;

    private static final String FORMAT_KEY = "pluglm.format";
    private static final String NAME = "name";
    private static final String KEY_SIZE = "key_size";
    private static final String VALUE_SIZE = "value_size";
    private static final String ENCODER = "encoder";
    private static final String STATE = "state";
    private static final String LOG = "log";

    CommitData with(EditLog newLog) {
        return new CommitData(name, shape, newLog);
    }

    /** These data for a memory that is encoded anew. */
    CommitData with(MemoryShape newShape) {
        return new CommitData(name, newShape, log);
    }

    Map<String, String> write() {
        Map<String, String> written = new HashMap<>();
        written.put(FORMAT_KEY, Integer.toString(FORMAT));
        written.put(NAME, name);
        written.put(KEY_SIZE, Integer.toString(shape.keySize()));
        written.put(VALUE_SIZE, Integer.toString(shape.valueSize()));
        shape.encoder().ifPresent(fingerprint -> written.put(ENCODER, fingerprint));
        written.put(STATE, Long.toString(log.last().state()));
        written.put(LOG, log.write());
        return written;
    }

    /** The state that a commit holds, without reading all the rest; 0 if it does not say. */
    static long state(Map<String, String> written) {
        String state = written.getOrDefault(STATE, "");
        return state.matches("\\d{1,18}") ? Long.parseLong(state) : 0;
    }

    static CommitData read(Path directory, Map<String, String> written) {
        String format = written.get(FORMAT_KEY);
        if (format == null) {
            throw Problem.of("%s: a Lucene index, but not a memory of PlugLM; create one with: pluglm memory create",
                    directory);
        }
        if (!format.equals(Integer.toString(FORMAT))) {
            throw Problem.of("%s: a memory of format version %s, expected %d; export it with the version of PlugLM"
                    + " that made it, then import it here", directory, format, FORMAT);
        }
        try {
            MemoryShape shape = new MemoryShape(Integer.parseInt(written.get(KEY_SIZE)),
                    Integer.parseInt(written.get(VALUE_SIZE)), Optional.ofNullable(written.get(ENCODER)));
            return new CommitData(Objects.requireNonNull(written.get(NAME)), shape, EditLog.read(written.get(LOG)));
        } catch (RuntimeException malformed) {
            throw new Problem(directory + ": the memory's own description is damaged (" + malformed.getMessage()
                    + "); restore the directory from a copy", malformed);
        }
    }
}
