package dev.pluglm.text;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.text.FilteredBreakIteratorBuilder;
import com.ibm.icu.util.ULocale;

import java.util.List;

/**
 * Finds where sentences begin. ICU4J rather than the JDK's own java.text.BreakIterator: it knows the language's
 * abbreviations (from CLDR), so that "Dr. Smith" and "the U.S. Army" stay together, and follows current Unicode.
 */
final class Sentences {

    /** What CLDR's list lacks and encyclopaedias and abstracts are full of. */
    private static final List<String> MORE_ABBREVIATIONS = List.of("Dr.", "Mr.", "Mrs.", "Ms.", "Prof.", "St.", "Sr.",
            "Jr.", "vs.", "e.g.", "i.e.", "cf.", "ca.", "al.", "approx.", "No.", "Nos.", "Fig.", "Figs.", "fig.", "Eq.",
            "Ref.", "Refs.", "Vol.", "vol.", "pp.", "Gen.", "Gov.", "Sen.", "Rep.", "Lt.", "Sgt.", "Capt.", "Col.",
            "Rev.", "Hon.", "Mt.", "Ft.", "U.S.", "U.K.", "U.N.", "D.C.", "B.C.", "A.D.", "Inc.", "Ltd.", "Co.");

    // Kept as a pattern of which each use takes a copy, as an iterator belongs to one thread.
    private final BreakIterator pattern;

    Sentences() {
        ULocale language = ULocale.ENGLISH;
        FilteredBreakIteratorBuilder builder = FilteredBreakIteratorBuilder.getInstance(language);
        MORE_ABBREVIATIONS.forEach(builder::suppressBreakAfter);
        for (char initial = 'A'; initial <= 'Z'; initial++) { // "J. R. R. Tolkien"
            builder.suppressBreakAfter(initial + ".");
        }
        pattern = builder.wrapIteratorWithFilter(BreakIterator.getSentenceInstance(language));
    }

    /** Ready to give the starts of the sentences of a text with {@code next()}, last its length. */
    BreakIterator of(String text) {
        BreakIterator sentences = pattern.clone();
        sentences.setText(withoutLineEnds(text));
        return sentences;
    }

    /** A single line break is how a text was wrapped, not the end of a sentence; several are the end of a paragraph. */
    private static String withoutLineEnds(String text) {
        StringBuilder flowing = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            int end = at;
            int breaks = 0;
            while (end < text.length() && Character.isWhitespace(text.charAt(end))) {
                breaks += text.charAt(end) == '\n' ? 1 : 0;
                end++;
            }
            if (breaks == 1) {
                flowing.repeat(' ', end - at);
                at = end;
            } else {
                int next = Math.max(end, at + 1);
                flowing.append(text, at, next);
                at = next;
            }
        }
        return flowing.toString();
    }
}
