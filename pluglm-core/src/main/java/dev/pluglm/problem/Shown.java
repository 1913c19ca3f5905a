package dev.pluglm.problem;

/** Makes what a file says fit to stand in a message: short, one line, nothing that moves a terminal's cursor. */
public final class Shown {

    private static final int LONGEST = 100;

    private Shown() {}

    /** At most {@value #LONGEST} characters of a text, with a question mark for whatever is not plain. */
    public static String of(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> shown.appendCodePoint(isPlain(c) ? c : '?'));
        return shown + (text.codePointCount(0, text.length()) > LONGEST ? "..." : "");
    }

    /** What went wrong: the first line of a message, or the kind of error where there is none. Not made plain. */
    public static String reason(Throwable e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage().lines().findFirst().orElse("");
    }

    /** Whether a character stands for itself: it is no control, line end, half character, or unassigned. */
    public static boolean isPlain(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE,
                    Character.FORMAT, Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
