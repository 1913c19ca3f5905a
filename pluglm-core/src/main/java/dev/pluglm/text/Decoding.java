package dev.pluglm.text;

import java.util.regex.Pattern;

/** Joins word pieces into text that reads well. */
final class Decoding {

    private static final Pattern BEFORE_CLOSING = Pattern.compile(" ([.,!?;:%)\\]}])");
    private static final Pattern AFTER_OPENING = Pattern.compile("([(\\[{]) ");
    private static final Pattern APOSTROPHE = Pattern.compile("(?<=\\p{L}) ' (?=(?:s|t|m|d|re|ve|ll)\\b)");

    private Decoding() {}

    static String decode(Vocabulary vocabulary, int[] ids) {
        StringBuilder joined = new StringBuilder();
        for (int id : ids) {
            if (vocabulary.isSpecial(id)) {
                continue;
            }
            String token = vocabulary.token(id);
            if (token.startsWith("##") && token.length() > 2) {
                joined.append(token, 2, token.length());
            } else {
                joined.append(joined.isEmpty() ? "" : " ").append(token);
            }
        }
        String text = BEFORE_CLOSING.matcher(joined).replaceAll("$1");
        text = AFTER_OPENING.matcher(text).replaceAll("$1");
        return APOSTROPHE.matcher(text).replaceAll("'");
    }
}
