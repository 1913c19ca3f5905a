package dev.pluglm.memory;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.BytesRefHash;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The ids that a reading has given, and where: about 30 bytes for each beside its own length. */
final class SeenIds {

    private static final int LONGEST_ID = 1000;
    private static final int FILE_SHIFT = 40;

    private final BytesRefHash ids = new BytesRefHash();
    private final List<Path> files;
    private long[] places = new long[1024];

    SeenIds(List<Path> files) {
        this.files = files;
    }

    /** Refuses an id that is no good or was given before. */
    void add(String id, int file, long line) {
        String place = place(file, line);
        if (id.isBlank()) {
            throw Problem.of("%s: an empty \"id\"; give one, or leave it out to have one made", place);
        }
        if (id.length() > LONGEST_ID) {
            throw Problem.of("%s: an id of %d characters; expected at most %d", place, id.length(), LONGEST_ID);
        }
        if (!id.codePoints().allMatch(Shown::isPlain)) {
            throw Problem.of("%s: id '%s' has control characters; ids are printed, remove them", place, Shown.of(id));
        }
        int number = ids.add(new BytesRef(id));
        if (number < 0) {
            long earlier = places[-number - 1];
            throw Problem.of("%s: id '%s' was given already at %s; ids are unique, change one", place, Shown.of(id),
                    place((int) (earlier >>> FILE_SHIFT), earlier & (1L << FILE_SHIFT) - 1));
        }
        if (number == places.length) {
            places = Arrays.copyOf(places, number * 2);
        }
        places[number] = (long) file << FILE_SHIFT | line;
    }

    private String place(int file, long line) {
        return "%s, line %d".formatted(files.get(file), line);
    }
}
