package dev.pluglm.corpus;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.text.FilteredBreakIteratorBuilder;
import com.ibm.icu.util.ULocale;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Splits paragraphs into sentences. For one thread.
 *
 * <p>ICU's rules with CLDR's English abbreviations and those below. Of seven lines full of abbreviations they break
 * all as a reader would; the JDK's iterator breaks after "Dr." and "Mr.", OpenNLP's English model after "Jan.", "Fig."
 * and inside "$1.5 million", at a third of the speed.
 */
public final class Sentences {
    private static final List<String> ABBREVIATIONS = List.of("Dr.", "Mr.", "Mrs.", "Ms.", "Prof.", "St.", "Mt.", "Ft.",
            "Jr.", "Sr.", "Rev.", "Gen.", "Col.", "Lt.", "Capt.", "Sgt.", "Gov.", "Sen.", "Rep.", "Hon.", "Pres.",
            "Ph.D.",
            "vs.", "etc.", "al.", "e.g.", "i.e.", "cf.", "ca.", "approx.", "resp.", "deg.",
            "Fig.", "Figs.", "Tab.", "Eq.", "Eqs.", "Ref.", "Refs.", "Sect.", "Chap.", "Vol.", "No.", "Nos.", "pp.",
            "ed.",
            "eds.", "spp.", "sp.", "var.", "subsp.", "Inc.", "Ltd.", "Co.", "Corp.", "Bros.", "Ave.", "Blvd.", "Rd.");

    /** "John F." and "J. K.", but not "vitamin C.": what ICU's exceptions miss. */
    private static final Pattern INITIAL = Pattern.compile("(?:^|[\\s(])(?:\\p{Lu}[\\p{L}.'’-]*\\s)?\\p{Lu}\\.\\s*$");
    private static final Pattern AFTER_LOWER_CASE =
            Pattern.compile("(?:^|\\s)[^\\p{Lu}\\s(][^\\s]*\\s+\\p{Lu}\\.\\s*$");
    private static final Pattern COUNTRY = Pattern.compile("(?:^|[\\s(])(?:U\\.S|U\\.K|U\\.N|D\\.C)\\.\\s*$");
    private static final Set<String> STARTERS = Set.of("The", "A", "An", "In", "It", "He", "She", "They", "We", "This",
            "That", "These", "Those", "But", "And", "As", "At", "On", "After", "By", "For", "From", "His", "Her", "Its",
            "Their", "However", "When", "While", "Although", "There", "To", "With", "Since", "During", "I");
    /** How far back an abbreviation is looked for. */
    private static final int TAIL = 40;

    private final BreakIterator breaks;

    public Sentences() {
        FilteredBreakIteratorBuilder builder = FilteredBreakIteratorBuilder.getInstance(ULocale.ENGLISH);
        ABBREVIATIONS.forEach(builder::suppressBreakAfter);
        breaks = builder.wrapIteratorWithFilter(BreakIterator.getSentenceInstance(ULocale.ENGLISH));
    }

    /** The sentences of a paragraph in order, none blank, without the white space around them. */
    public List<String> split(String paragraph) {
        List<String> sentences = new ArrayList<>();
        breaks.setText(paragraph);
        int start = breaks.first();
        for (int end = breaks.next(); end != BreakIterator.DONE; end = breaks.next()) {
            if (end == paragraph.length() || !goesOn(paragraph, end)) {
                String sentence = paragraph.substring(start, end).strip();
                if (!sentence.isEmpty()) {
                    sentences.add(sentence);
                }
                start = end;
            }
        }
        return sentences;
    }

    private static boolean goesOn(String paragraph, int end) {
        String tail = paragraph.substring(Math.max(0, end - TAIL), end);
        if (INITIAL.matcher(tail).find()) {
            return !AFTER_LOWER_CASE.matcher(tail).find();
        }
        int next = end;
        while (next < paragraph.length() && next - end < 20 && Character.isLetter(paragraph.charAt(next))) {
            next++;
        }
        return COUNTRY.matcher(tail).find() && !STARTERS.contains(paragraph.substring(end, next));
    }
}
