package dev.pluglm.memory;

import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * One edit of a memory, as its log shows it. It says what was done and to how many passages, never to which: so that
 * nothing of a removed passage stays in the log.
 *
 * @param number counts up from 1, the creation
 * @param time when it was made
 * @param operation what was done
 * @param added passages added, or written anew
 * @param removed passages removed, or overwritten
 * @param passages passages in the memory after the edit
 * @param undone the edit that this one undid
 */
public record Edit(
        long number, Instant time, Operation operation, int added, int removed, int passages, OptionalLong undone) {

    /** What an edit does. */
    public enum Operation {
        CREATE, ADD, REPLACE, REMOVE, REENCODE, UNDO, PURGE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
