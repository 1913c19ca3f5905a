package dev.pluglm.text;

import dev.pluglm.problem.Problem;

/** Which text of a pair gives way when both together are too long; {@code [CLS]} and {@code [SEP]} never do. */
public enum Truncation {

    /** The longer text is cut until both are equally long, then both are. */
    LONGEST_FIRST {
        @Override
        Lengths cut(int first, int second, int room) {
            int shorter = Math.min(first, second);
            if (shorter > room / 2) {
                // An odd token goes to the longer text, or to the second of two equals.
                int less = room / 2;
                int more = room - less;
                return first > second ? new Lengths(more, less) : new Lengths(less, more);
            }
            return first > second ? new Lengths(room - second, second) : new Lengths(first, room - first);
        }
    },

    /** Only the first text is cut. */
    FIRST {
        @Override
        Lengths cut(int first, int second, int room) {
            refuse("second", second, room);
            return new Lengths(room - second, second);
        }
    },

    /** Only the second text is cut, for instance the passage that a question is asked about. */
    SECOND {
        @Override
        Lengths cut(int first, int second, int room) {
            refuse("first", first, room);
            return new Lengths(first, room - first);
        }
    };

    /** How many tokens of each text stay. */
    record Lengths(int first, int second) {}

    abstract Lengths cut(int first, int second, int room);

    /** The lengths that fit into {@code room} tokens together. */
    final Lengths fit(int first, int second, int room) {
        return (long) first + second <= room ? new Lengths(first, second) : cut(first, second, room);
    }

    private static void refuse(String which, int length, int room) {
        if (length > room) {
            throw Problem.of("the %s text of a pair has %d tokens, but there is room for %d in all and it is not to be "
                    + "cut; shorten it or allow longer sequences", which, length, room);
        }
    }
}
