package dev.pluglm.checkpoint;

/** Text out of a file, made fit for one line of a message. */
final class Shown {
    private static final int LIMIT = 80;

    private Shown() {}

    /** In quotes, at most {@value #LIMIT} characters, with everything unprintable escaped. */
    static String quoted(String text) {
        StringBuilder shown = new StringBuilder("'");
        text.codePoints().limit(LIMIT).forEach(point -> {
            if (Character.isISOControl(point) || !Character.isDefined(point)
                    || Character.getType(point) == Character.SURROGATE
                    || Character.getType(point) == Character.LINE_SEPARATOR
                    || Character.getType(point) == Character.FORMAT) {
                shown.append(String.format("\\u%04x", point));
            } else {
                shown.appendCodePoint(point);
            }
        });
        return shown.append(text.codePoints().count() > LIMIT ? "...'" : "'").toString();
    }
}
