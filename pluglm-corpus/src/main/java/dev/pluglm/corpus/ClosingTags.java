package dev.pluglm.corpus;

import java.util.HashMap;
import java.util.Map;

/** Finds {@code </name} in any case; remembers what was found, so that many unclosed tags cost one search each name. */
final class ClosingTags {
    private final String in;
    private final Map<String, Integer> next = new HashMap<>();

    ClosingTags(String in) {
        this.in = in;
    }

    /** Where the first closing tag of this name at or after a place begins, -1 if there is none. */
    int find(String name, int from) {
        int known = next.getOrDefault(name, -1);
        if (known < from) {
            known = search(name, from);
            next.put(name, known);
        }
        return known == Integer.MAX_VALUE ? -1 : known;
    }

    /** The place after the closing tag that begins here. */
    int after(int close) {
        int end = in.indexOf('>', close);
        return end < 0 ? in.length() : end + 1;
    }

    private int search(String name, int from) {
        for (int i = in.indexOf("</", from); i >= 0; i = in.indexOf("</", i + 2)) {
            if (in.regionMatches(true, i + 2, name, 0, name.length())) {
                return i;
            }
        }
        return Integer.MAX_VALUE;
    }
}
