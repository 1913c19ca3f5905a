package dev.pluglm.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

import org.apache.commons.text.StringEscapeUtils;

/** Lines of wikitext, free of inline markup already, to paragraphs: headings and lists of sources go. */
final class WikiParagraphs {
    /** Sections of links and sources: no prose in them. English; in other languages their lists stay. */
    private static final Set<String> BACK_MATTER = Set.of("references", "external links", "see also", "further reading",
            "notes", "footnotes", "bibliography", "sources", "citations", "works cited", "notes and references",
            "references and notes", "literature cited", "gallery");
    private static final Pattern SWITCH = Pattern.compile("__[A-Z]{3,}__");
    // Bounded repetitions: an unbounded one is quadratic or overflows the stack on a hostile page.
    private static final Pattern EMPTY_PARENTHESES = Pattern.compile(" ?\\((?:[\\s,;:/.–-]|or|and){0,40}\\)");
    private static final Pattern PARENTHESIS_START = Pattern.compile("\\([\\s,;:]{1,20}");
    private static final Pattern PARENTHESIS_END = Pattern.compile("[\\s,;:]{1,20}\\)");

    private final List<String> paragraphs = new ArrayList<>();
    private final StringBuilder paragraph = new StringBuilder();
    private int skippedLevel;

    private WikiParagraphs() {}

    static List<String> of(CharSequence text) {
        WikiParagraphs lines = new WikiParagraphs();
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || text.charAt(i) == '\n') {
                lines.line(text.subSequence(from, i).toString());
                from = i + 1;
            }
        }
        lines.end();
        return lines.paragraphs;
    }

    private void line(String raw) {
        String line = raw.strip();
        if (line.isEmpty()) {
            end();
            return;
        }
        switch (line.charAt(0)) {
            case '=' -> {
                end();
                if (!heading(line)) {
                    add(line);
                }
            }
            case '*', '#', ':', ';' -> {
                end();
                add(line.replaceFirst("^[*#:;]+\\s*", ""));
                end();
            }
            case '|', '!' -> end();
            case '-' -> {
                if (line.startsWith("----")) {
                    end();
                } else {
                    add(line);
                }
            }
            default -> add(line);
        }
    }

    private boolean heading(String line) {
        int level = 0;
        while (level < line.length() && line.charAt(level) == '=' && level < 6) {
            level++;
        }
        if (line.length() <= 2 * level || line.charAt(line.length() - 1) != '=') {
            return false;
        }
        int end = line.length();
        while (end > level && line.charAt(end - 1) == '=') {
            end--;
        }
        String title = line.substring(level, end).strip().toLowerCase(Locale.ROOT);
        if (skippedLevel == 0 || level <= skippedLevel) {
            skippedLevel = BACK_MATTER.contains(title) ? level : 0;
        }
        return true;
    }

    private void add(String line) {
        if (skippedLevel == 0) {
            paragraph.append(paragraph.isEmpty() ? "" : " ").append(line);
        }
    }

    private void end() {
        if (paragraph.isEmpty()) {
            return;
        }
        String text = tidy(paragraph.toString());
        paragraph.setLength(0);
        // What is left of a line that was nothing but markup: a stray bracket, a dash.
        if (text.codePoints().anyMatch(Character::isLetter)) {
            paragraphs.add(text);
        }
    }

    private static String tidy(String raw) {
        String text = raw;
        if (text.indexOf('&') >= 0) {
            text = unescaped(text);
        }
        if (text.contains("__")) {
            text = SWITCH.matcher(text).replaceAll("");
        }
        text = singleSpaces(text);
        if (text.indexOf('(') >= 0) {
            // Pronunciations and the like were templates: "Toronto (, ) is" reads "Toronto is".
            text = EMPTY_PARENTHESES.matcher(text).replaceAll("");
            text = PARENTHESIS_START.matcher(text).replaceAll("(");
            text = PARENTHESIS_END.matcher(text).replaceAll(")");
        }
        return text;
    }

    private static String unescaped(String text) {
        try {
            return StringEscapeUtils.unescapeHtml4(text);
        } catch (IllegalArgumentException e) {
            // A number beyond Unicode, like &#x7fffffff;: the library throws, a browser shows it as it stands.
            return text;
        }
    }

    private static String singleSpaces(String text) {
        StringBuilder tidy = new StringBuilder(text.length());
        boolean space = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c) || c == '\u00a0' || Character.isISOControl(c)) {
                if (!space) {
                    tidy.append(' ');
                }
                space = true;
            } else {
                if (space && !tidy.isEmpty() && (c == ',' || c == '.' && !digitFollows(text, i))) {
                    tidy.setLength(tidy.length() - 1);
                }
                // A formula went from between two commas.
                if (c != ',' || tidy.isEmpty() || tidy.charAt(tidy.length() - 1) != ',') {
                    tidy.append(c);
                }
                space = false;
            }
        }
        if (space && !tidy.isEmpty()) {
            tidy.setLength(tidy.length() - 1);
        }
        return tidy.toString();
    }

    private static boolean digitFollows(String text, int at) {
        return at + 1 < text.length() && Character.isLetterOrDigit(text.charAt(at + 1));
    }
}
