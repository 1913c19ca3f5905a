package dev.pluglm.cli;

import dev.pluglm.memory.Passage;

/** Passages in the cells of a table. */
final class Passages {
    /** Characters of a text in a table. */
    static final int WIDTH = 80;

    private static final int SOURCE_WIDTH = 40;

    private Passages() {}

    /** Title and text, at most so many characters. */
    static String text(Passage passage, int width) {
        if (passage.text().isBlank()) {
            return "(no text)";
        }
        String text = passage.title().map(title -> title + ": ").orElse("") + passage.text();
        return width == Integer.MAX_VALUE ? Plain.line(text) : Plain.shortened(text, width);
    }

    static String source(Passage passage) {
        return passage.source().map(source -> Plain.shortened(source, SOURCE_WIDTH)).orElse("-");
    }
}
