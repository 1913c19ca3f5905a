package dev.pluglm.cli;

import dev.pluglm.problem.Shown;

/** Text of any origin, made fit for a line on a terminal: nothing in it can move the cursor or end the line. */
final class Plain {
    private Plain() {}

    /** The text on one line: white space becomes one space, everything unprintable a question mark. */
    static String line(String text) {
        StringBuilder line = new StringBuilder(text.length());
        boolean space = false;
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            int c = text.codePointAt(at);
            if (Character.isWhitespace(c)) {
                space = true;
                continue;
            }
            if (space && !line.isEmpty()) {
                line.append(' ');
            }
            space = false;
            line.appendCodePoint(Shown.isPlain(c) ? c : '?');
        }
        return line.toString();
    }

    /** As {@link #line}, and at most so many characters, with an ellipsis in place of the rest. */
    static String shortened(String text, int length) {
        // A line never gets longer than its text, so a long text need not be looked at whole; runs of spaces shrink it.
        String line = line(text.length() > 16 * length ? text.substring(0, 16 * length) + "." : text);
        if (line.codePointCount(0, line.length()) <= length) {
            return line;
        }
        return line.substring(0, line.offsetByCodePoints(0, length - 1)).stripTrailing() + "…";
    }
}
