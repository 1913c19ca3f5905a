package dev.pluglm.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The templates of the English Wikipedia that carry words of a sentence. Every other template shows nothing. */
final class WikiTemplates {
    private static final Set<String> DISAMBIGUATION = Set.of("disambig", "disambiguation", "dab", "disamb", "hndis",
            "geodis", "numberdis", "mathdab", "schooldis", "hospitaldis", "airport disambiguation", "disambig cleanup",
            "letter–number combination disambiguation", "human name disambiguation", "place name disambiguation");
    private static final int LONGEST_NAME = 60;

    private WikiTemplates() {}

    static boolean marksDisambiguation(String content) {
        return DISAMBIGUATION.contains(name(content));
    }

    /** What a template shows; its parts are apart by {@link WikiMarkup#PART}, markup inside is cleaned already. */
    static String text(String content) {
        String name = name(content);
        return switch (name) {
            case "nowrap", "nobr", "small", "smaller", "big", "larger", "quote", "blockquote", "cquote", "quotation",
                "abbr", "em", "strong", "mvar", "math", "not a typo", "sic", "angbr", "angle bracket", "smallcaps",
                "sc",
                "lang-en", "visible anchor", "vanchor", "nihongo", "ill", "interlanguage link", "hanging indent" ->
                argument(content, 0);
            case "lang", "transl", "transliteration", "script", "color", "colored text", "tooltip link" ->
                    last(content);
            case "convert", "cvt" -> convert(content);
            case "as of" -> ("as of " + String.join(" ", arguments(content))).strip();
            case "formatnum", "val", "gaps", "number" -> String.join("", arguments(content));
            case "circa", "c.", "ca." -> "c. " + argument(content, 0);
            case "frac", "sfrac", "fraction" -> String.join("/", arguments(content));
            case "chem", "chem2", "sub", "sup" -> String.join("", arguments(content));
            case "birth date", "birth date and age", "death date", "start date", "dts" ->
                String.join("-", arguments(content));
            case "ndash", "spaced ndash", "snd", "spnd" -> " – ";
            case "mdash", "spaced mdash" -> " — ";
            case "'", "-'" -> "'";
            case "nbsp", "space", "·", "dot" -> " ";
            case "!" -> "|";
            default -> name.startsWith("lang-") ? last(content) : parserFunction(name);
        };
    }

    private static String parserFunction(String name) {
        return name.startsWith("formatnum:") ? name.substring("formatnum:".length()) : "";
    }

    private static String convert(String content) {
        List<String> arguments = arguments(content);
        return arguments.size() < 2 ? String.join("", arguments) : arguments.get(0) + " " + arguments.get(1);
    }

    private static String name(String content) {
        int end = content.indexOf(WikiMarkup.PART);
        int length = end < 0 ? content.length() : end;
        return length > LONGEST_NAME ? "" : content.substring(0, length).strip().replace('_', ' ')
                .toLowerCase(Locale.ROOT);
    }

    private static String argument(String content, int index) {
        List<String> arguments = arguments(content);
        return index < arguments.size() ? arguments.get(index) : "";
    }

    private static String last(String content) {
        List<String> arguments = arguments(content);
        return arguments.isEmpty() ? "" : arguments.getLast();
    }

    /** The arguments without a name, or with a number for one. */
    private static List<String> arguments(String content) {
        List<String> arguments = new ArrayList<>();
        int from = content.indexOf(WikiMarkup.PART) + 1;
        while (from > 0) {
            int end = content.indexOf(WikiMarkup.PART, from);
            String argument = content.substring(from, end < 0 ? content.length() : end);
            int equals = argument.indexOf('=');
            String name = equals < 0 ? "" : argument.substring(0, equals).strip();
            if (equals < 0 || !name.matches("[A-Za-z][\\w -]{0,30}")) {
                boolean numbered = name.matches("\\d{1,2}|text");
                arguments.add((numbered ? argument.substring(equals + 1) : argument).strip());
            } else if (name.equals("text")) {
                arguments.add(argument.substring(equals + 1).strip());
            }
            from = end + 1;
        }
        return arguments;
    }
}
