package dev.pluglm.pretraining;

import dev.pluglm.pretraining.TrainingSample.Span;
import dev.pluglm.text.Tokens;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds names, numbers and dates in a sentence by how they are written: words that begin with a capital letter other
 * than at the sentence's start, what has a digit, and what belongs together of these ({@code University of Oxford},
 * {@code J. K. Rowling}, {@code 12 March 1990}, {@code 1,234.5}). After Guu et al., "REALM", 2020, section 3.4, who use
 * a tagger and a regular expression.
 */
final class SalientSpans {
    /** What may stand between two parts of a name. */
    private static final Set<String> CONNECTORS = Set.of("of", "the", "de", "la", "le", "du", "des", "von", "van",
            "der", "den", "di", "da", "del", "al", "el", "bin", "ibn");

    /** Words that are no names where they begin with a capital letter, after a quotation mark or in a heading. */
    private static final Set<String> NO_NAMES = Set.of("The", "A", "An", "In", "It", "He", "She", "They", "We", "I",
            "You", "This", "That", "These", "Those", "But", "And", "Or", "As", "At", "On", "Of", "By", "For", "From",
            "His", "Her", "Its", "Their", "My", "Our", "Your", "If", "When", "While", "Although", "There", "To",
            "With", "No", "Not", "What", "Who", "How", "Why", "Where", "Is", "Are", "Was", "Were", "So", "Then");

    /** What is shortened inside of a name; the full stop after it does not end the name. */
    private static final Set<String> SHORTENED = Set.of("St", "Mt", "Ft", "Dr", "Mr", "Mrs", "Ms", "Prof", "Gen", "Jr");

    private static final Set<String> MONTHS = Set.of("January", "February", "March", "April", "May", "June", "July",
            "August", "September", "October", "November", "December");

    private enum Kind { OTHER, NAME, NUMBER, MONTH }

    /** The tokens of one word and what it looks like. */
    private record Word(int from, int to, int start, int end, String text, Kind kind) {}

    private SalientSpans() {}

    /**
     * @param sentence as it was written
     * @param tokens of the sentence, without {@code [CLS]} and {@code [SEP]}
     * @return in tokens, ascending
     */
    static List<Span> find(String sentence, Tokens tokens) {
        List<Word> words = words(sentence, tokens);
        List<Span> spans = new ArrayList<>();
        int at = 0;
        while (at < words.size()) {
            int last = words.get(at).kind() == Kind.OTHER ? -1 : lastOfSpan(words, at);
            // "May we ..." and "March saw ..." look the same.
            boolean onlyMonth = at == 0 && last == 0 && words.getFirst().kind() == Kind.MONTH;
            if (last >= at && !onlyMonth) {
                spans.add(new Span(words.get(at).from(), words.get(last).to()));
            }
            at = Math.max(last, at) + 1;
        }
        return spans;
    }

    private static List<Word> words(String sentence, Tokens tokens) {
        List<Word> words = new ArrayList<>();
        boolean started = false;
        int at = 0;
        while (at < tokens.length()) {
            int from = at++;
            while (at < tokens.length() && tokens.wordIds()[at] == tokens.wordIds()[from]) {
                at++;
            }
            int start = tokens.charStart()[from];
            int end = Math.max(start, tokens.charEnd()[at - 1]);
            String text = sentence.substring(start, end);
            Kind kind = kind(text);
            boolean name = kind == Kind.NAME || kind == Kind.MONTH;
            if (name && (NO_NAMES.contains(text) || !started && kind == Kind.NAME)) {
                kind = Kind.OTHER;
            }
            // A quotation mark or a bracket does not start a sentence.
            started |= text.codePoints().anyMatch(Character::isLetterOrDigit);
            words.add(new Word(from, at, start, end, text, kind));
        }
        return words;
    }

    private static Kind kind(String word) {
        if (word.codePoints().anyMatch(Character::isDigit)) {
            return Kind.NUMBER;
        }
        if (MONTHS.contains(word)) {
            return Kind.MONTH;
        }
        int first = word.isEmpty() ? 0 : word.codePointAt(0);
        return Character.isUpperCase(first) || Character.isTitleCase(first) ? Kind.NAME : Kind.OTHER;
    }

    private static int lastOfSpan(List<Word> words, int first) {
        int last = first;
        for (int next = follower(words, last); next > last; next = follower(words, last)) {
            last = next;
        }
        return last;
    }

    /** The next word of the same name, number or date; -1 if it ends here. */
    private static int follower(List<Word> words, int last) {
        Word word = words.get(last);
        if (last + 1 == words.size()) {
            return -1;
        }
        Word next = words.get(last + 1);
        if (next.kind() != Kind.OTHER) {
            boolean beforeMonth = last + 2 < words.size() && words.get(last + 2).kind() == Kind.MONTH;
            return goesWith(word, next, beforeMonth) ? last + 1 : -1;
        }
        if (last + 2 == words.size()) {
            return next.text().equals("%") && word.kind() == Kind.NUMBER ? last + 1 : -1;
        }
        Word second = words.get(last + 2);
        boolean together = next.start() == word.end() && second.start() == next.end();
        if (second.kind() != Kind.OTHER && together && joins(word, next.text(), second)) {
            return last + 2;
        }
        boolean initial = next.text().equals(".") && next.start() == word.end()
                && (word.text().codePointCount(0, word.text().length()) == 1 || SHORTENED.contains(word.text()));
        boolean dayAndYear = next.text().equals(",") && word.kind() == Kind.NUMBER && second.kind() == Kind.NUMBER
                && isYear(second.text()) && last > 0 && words.get(last - 1).kind() == Kind.MONTH;
        boolean name = word.kind() == Kind.NAME && second.kind() == Kind.NAME;
        if (dayAndYear || name && (initial || CONNECTORS.contains(next.text()))) {
            return last + 2;
        }
        boolean twoConnectors = word.kind() == Kind.NAME && last + 3 < words.size()
                && CONNECTORS.contains(next.text()) && CONNECTORS.contains(second.text())
                && words.get(last + 3).kind() == Kind.NAME;
        if (twoConnectors) {
            return last + 3;
        }
        return next.text().equals("%") && word.kind() == Kind.NUMBER ? last + 1 : -1;
    }

    /** Whether two words in a row are one: "Apollo 11", but neither "Paris 1990" nor "Paris 12 March". */
    private static boolean goesWith(Word word, Word next, boolean beforeMonth) {
        boolean touching = word.end() == next.start();
        return switch (next.kind()) {
            case NAME -> word.kind() == Kind.NAME || touching;
            case MONTH -> word.kind() == Kind.NUMBER || touching;
            case NUMBER -> word.kind() == Kind.MONTH || touching
                    || word.kind() == Kind.NAME && !isYear(next.text()) && !beforeMonth;
            case OTHER -> false;
        };
    }

    /** Marks that stand inside of numbers and names, without spaces around them. */
    private static boolean joins(Word word, String mark, Word second) {
        boolean numbers = word.kind() == Kind.NUMBER && second.kind() == Kind.NUMBER;
        return switch (mark) {
            case "-", "–", "/", ".", "&" -> true;
            case ",", ":" -> numbers;
            case "'", "’" -> word.kind() == Kind.NAME && second.kind() == Kind.NAME;
            default -> false;
        };
    }

    private static boolean isYear(String text) {
        return text.length() == 4 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
