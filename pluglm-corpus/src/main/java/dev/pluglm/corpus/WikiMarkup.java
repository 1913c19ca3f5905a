package dev.pluglm.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Wikitext to the text that a reader of the article sees, in one pass over the characters.
 *
 * <p>References, tables, images, comments, formulas and nearly all templates go; links and the few templates that stand
 * in the middle of sentences ({@link WikiTemplates}) become their text; {@link WikiParagraphs} makes paragraphs of
 * the lines. Our own, because the libraries that we measured on a real dump (Sweble 4.0.1, Bliki 3.1.0, WikiClean 1.2,
 * JWPL 2.0.0) read 1.5 to 4.5 MB of XML a second on one core, and the best of them is quadratic on hostile pages. This
 * one is linear: a stack of at most {@value #DEEPEST} open constructs, each remembering where its output began.
 */
final class WikiMarkup {
    /** Stands in the output between the parts of an open link or template. */
    static final char PART = '\u0001';

    private static final int DEEPEST = 60;
    private static final int LONGEST_TAG = 2000;
    /** MediaWiki's limit is 255 bytes. */
    private static final int LONGEST_TITLE = 256;
    /** Elements whose content is no prose. */
    private static final Set<String> DROPPED = Set.of("ref", "math", "chem", "ce", "gallery", "source", "pre", "table",
            "syntaxhighlight", "timeline", "score", "hiero", "imagemap", "templatestyles", "graph", "mapframe", "style",
            "includeonly", "categorytree", "inputbox", "references", "script");
    private static final Set<String> LINE_TAGS = Set.of("p", "li", "ol", "ul", "hr", "div", "blockquote", "poem", "tr",
            "dd", "dt", "dl", "center");

    /**
     * An article without its markup.
     *
     * @param paragraphs in order, none blank; headings are not among them
     * @param disambiguation whether a template says that the page lists meanings of its title
     * @param redirect whether the text only points to another page
     */
    record Clean(List<String> paragraphs, boolean disambiguation, boolean redirect) {}

    private enum Kind { TEMPLATE, LINK, WEB_LINK, TABLE }

    private record Open(Kind kind, int outputStart) {}

    private final String in;
    private final Set<String> hiddenNamespaces;
    private final StringBuilder out;
    private final List<Open> open = new ArrayList<>();
    private final ClosingTags closingTags;
    private int at;
    private int tooDeep;
    private int nextWebLinkEnd = -1;
    private boolean disambiguation;

    private WikiMarkup(String in, Set<String> hiddenNamespaces) {
        this.in = in;
        this.hiddenNamespaces = hiddenNamespaces;
        this.out = new StringBuilder(in.length() / 2 + 16);
        this.closingTags = new ClosingTags(in);
    }

    /**
     * Cleans a page.
     *
     * @param hiddenNamespaces in lower case: links into these show nothing (images, categories)
     */
    static Clean clean(String wikitext, Set<String> hiddenNamespaces) {
        if (wikitext.stripLeading().regionMatches(true, 0, "#redirect", 0, 9)) {
            return new Clean(List.of(), false, true);
        }
        WikiMarkup markup = new WikiMarkup(wikitext, hiddenNamespaces);
        markup.scan();
        return new Clean(WikiParagraphs.of(markup.out), markup.disambiguation, false);
    }

    private void scan() {
        int plainFrom = 0;
        while (at < in.length()) {
            char c = in.charAt(at);
            if (!special(c)) {
                at++;
                continue;
            }
            out.append(in, plainFrom, at);
            int before = at;
            switch (c) {
                case '{' -> braces();
                case '}' -> closingBraces();
                case '[' -> brackets();
                case ']' -> closingBrackets();
                case '<' -> tag();
                case '\'' -> quotes();
                case '|' -> bar();
                case '\n' -> newline();
                default -> at++;
            }
            plainFrom = at;
            if (at <= before) {
                throw new IllegalStateException("no progress at character " + at);
            }
        }
        out.append(in, Math.min(plainFrom, in.length()), in.length());
        for (int i = 0; i < out.length(); i++) {
            if (out.charAt(i) == PART) {
                out.setCharAt(i, ' ');
            }
        }
    }

    private static boolean special(char c) {
        return switch (c) {
            case '{', '}', '[', ']', '<', '\'', '|', '\n', PART -> true;
            default -> false;
        };
    }

    private void braces() {
        if (in.startsWith("{{", at)) {
            push(Kind.TEMPLATE);
            at += 2;
        } else if (in.startsWith("{|", at) && atLineStart()) {
            push(Kind.TABLE);
            at += 2;
        } else {
            out.append('{');
            at++;
        }
    }

    private void closingBraces() {
        if (!in.startsWith("}}", at)) {
            out.append('}');
            at++;
            return;
        }
        at += 2;
        if (tooDeep > 0) {
            tooDeep--;
        } else {
            closeTemplate();
        }
    }

    private void closeTemplate() {
        Optional<String> text = close(Kind.TEMPLATE, false);
        if (text.isPresent()) {
            String content = text.get();
            disambiguation |= WikiTemplates.marksDisambiguation(content);
            out.append(WikiTemplates.text(content));
        }
    }

    private void brackets() {
        if (in.startsWith("[[", at)) {
            push(Kind.LINK);
            at += 2;
        } else if (webLink(at + 1) && webLinkEnd() >= 0) {
            push(Kind.WEB_LINK);
            at++;
            while (at < in.length() && in.charAt(at) != ' ' && in.charAt(at) != ']' && in.charAt(at) != '\n') {
                at++;
            }
        } else {
            out.append('[');
            at++;
        }
    }

    private boolean webLink(int from) {
        return in.startsWith("http", from) || in.startsWith("//", from) || in.startsWith("ftp:", from)
                || in.startsWith("mailto:", from) || in.startsWith("news:", from);
    }

    private int webLinkEnd() {
        if (nextWebLinkEnd < at) {
            int found = in.indexOf(']', at);
            nextWebLinkEnd = found < 0 ? Integer.MAX_VALUE : found;
        }
        return nextWebLinkEnd == Integer.MAX_VALUE ? -1 : nextWebLinkEnd;
    }

    private void closingBrackets() {
        if (top(Kind.WEB_LINK)) {
            close(Kind.WEB_LINK, true).ifPresent(label -> out.append(label.strip()));
            at++;
        } else if (in.startsWith("]]", at)) {
            at += 2;
            if (tooDeep > 0) {
                tooDeep--;
            } else {
                close(Kind.LINK, true).ifPresent(link -> out.append(linkText(link)));
            }
        } else {
            out.append(']');
            at++;
        }
    }

    private String linkText(String link) {
        int bar = link.indexOf(PART);
        String target = bar < 0 ? link : link.substring(0, bar);
        if (target.startsWith(":")) {
            return bar < 0 ? target.substring(1) : label(link, bar);
        }
        int colon = target.indexOf(':');
        if (colon > 0) {
            String namespace = target.substring(0, colon).strip();
            if (hiddenNamespaces.contains(namespace.toLowerCase(Locale.ROOT))
                    || bar < 0 && namespace.matches("[a-z]{2,3}|simple|[a-z]{2,3}-[a-z-]+")) {
                return "";
            }
        }
        if (bar < 0) {
            return target;
        }
        String label = label(link, bar);
        return label.isEmpty() && target.length() < LONGEST_TITLE ? target.replaceFirst("\\s*\\([^)]*\\)$", "") : label;
    }

    private static String label(String link, int bar) {
        return link.substring(bar + 1).replace(PART, '|');
    }

    private void tag() {
        if (in.startsWith("<!--", at)) {
            int end = in.indexOf("-->", at + 4);
            at = end < 0 ? in.length() : end + 3;
            return;
        }
        int nameStart = in.startsWith("</", at) ? at + 2 : at + 1;
        int nameEnd = nameStart;
        while (nameEnd < in.length() && nameEnd - nameStart < 20 && Character.isLetterOrDigit(in.charAt(nameEnd))) {
            nameEnd++;
        }
        int end = nameEnd == nameStart ? -1 : tagEnd(nameEnd);
        if (end < 0) {
            out.append('<');
            at++;
            return;
        }
        String name = in.substring(nameStart, nameEnd).toLowerCase(Locale.ROOT);
        boolean opens = nameStart == at + 1 && in.charAt(end - 1) != '/';
        at = end + 1;
        if (opens && name.equals("nowiki")) {
            int close = closingTags.find(name, at);
            out.append(in, at, Math.max(close, at));
            at = close < 0 ? at : closingTags.after(close);
        } else if (opens && DROPPED.contains(name)) {
            int close = closingTags.find(name, at);
            at = close < 0 ? at : closingTags.after(close);
        } else if (name.equals("br")) {
            out.append(' ');
        } else if (LINE_TAGS.contains(name)) {
            out.append("\n\n");
        }
    }

    private int tagEnd(int from) {
        for (int i = from; i < in.length() && i - from < LONGEST_TAG; i++) {
            char c = in.charAt(i);
            if (c == '>') {
                return i;
            }
            if (c == '<') {
                return -1;
            }
        }
        return -1;
    }

    private void quotes() {
        int end = at;
        while (end < in.length() && in.charAt(end) == '\'') {
            end++;
        }
        if (end - at == 1 || end - at == 4) {
            out.append('\'');
        }
        at = end;
    }

    private void bar() {
        if (in.startsWith("|}", at) && atLineStart() && !(in.startsWith("|}}", at) && top(Kind.TEMPLATE))) {
            at += 2;
            if (tooDeep > 0) {
                tooDeep--;
            } else {
                close(Kind.TABLE, true);
            }
        } else {
            out.append(open.isEmpty() || top(Kind.TABLE) ? '|' : PART);
            at++;
        }
    }

    private void newline() {
        if (top(Kind.WEB_LINK) || top(Kind.LINK) && in.startsWith("\n\n", at)) {
            // Not a link after all: what was read stays as it is.
            open.removeLast();
        }
        out.append('\n');
        at++;
    }

    private boolean atLineStart() {
        int i = at - 1;
        while (i >= 0 && at - i < 20 && (in.charAt(i) == ' ' || in.charAt(i) == ':' || in.charAt(i) == '\t')) {
            i--;
        }
        return i < 0 || in.charAt(i) == '\n' || in.charAt(i) == '>';
    }

    private void push(Kind kind) {
        if (open.size() == DEEPEST) {
            tooDeep++;
        } else {
            open.add(new Open(kind, out.length()));
        }
    }

    private boolean top(Kind kind) {
        return !open.isEmpty() && open.getLast().kind() == kind;
    }

    /** Takes the nearest open construct of a kind, and what it put out, off; templates wall their inside off. */
    private Optional<String> close(Kind kind, boolean withinTemplate) {
        for (int i = open.size() - 1; i >= 0; i--) {
            Open candidate = open.get(i);
            if (candidate.kind() == kind) {
                open.subList(i, open.size()).clear();
                String content = kind == Kind.TABLE ? "" : out.substring(candidate.outputStart());
                out.setLength(candidate.outputStart());
                return Optional.of(content);
            }
            if (withinTemplate && candidate.kind() == Kind.TEMPLATE) {
                break;
            }
        }
        return Optional.empty();
    }
}
