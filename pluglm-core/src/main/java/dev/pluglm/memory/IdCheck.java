package dev.pluglm.memory;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.BytesRefHash;

import java.io.IOException;
import java.util.OptionalInt;

/**
 * Refuses passages whose id comes twice in the input of one edit, or does not fit what the memory holds. Keeps the ids
 * seen so far, packed (their bytes and about ten more each): the only thing of an edit that grows with its input.
 */
final class IdCheck {
    private final StoreView memory;
    private final IdLookup present;
    private final boolean expected;
    private final boolean textNeeded;
    private final BytesRefHash seen = new BytesRefHash();

    /** @param expected whether passages replace others, so that their ids must be there already */
    IdCheck(StoreView memory, boolean expected, boolean textNeeded) throws IOException {
        this.memory = memory;
        this.present = new IdLookup(memory.reader());
        this.expected = expected;
        this.textNeeded = textNeeded;
    }

    void check(Passage passage) {
        PassageDocument.check(passage, textNeeded);
        String id = passage.id();
        int order = seen.add(new BytesRef(id));
        if (order < 0) {
            // The hash numbers what it is given from 0, and answers with -(number + 1) the second time.
            throw Problem.of("id '%s' comes twice in the input: passage %d%s repeats passage %d; ids must be unique",
                    Shown.of(id), seen.size() + 1, from(passage), -order);
        }
        OptionalInt row = LuceneIndex.call(memory.path(), () -> present.row(id));
        if (row.isPresent() && !expected) {
            throw Problem.of("id '%s' of passage %d%s is already in the memory '%s' (row %d%s); use replace to change"
                    + " it", Shown.of(id), seen.size(), from(passage), memory.data().name(), row.getAsInt(),
                    from(memory.passage(row.getAsInt())));
        }
        if (row.isEmpty() && expected) {
            throw Problem.of("there is no passage with id '%s' in the memory '%s'; use add for new passages",
                    Shown.of(id), memory.data().name());
        }
    }

    private static String from(Passage passage) {
        return passage.source().map(source -> " of " + Shown.of(source)).orElse("");
    }
}
