package dev.pluglm.training;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.problem.Shown;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** An HTML page that needs nothing beside it, and runs nothing. Whatever it is given is shown as it is written. */
public final class HtmlPage {

    private final StringBuilder page = new StringBuilder();

    /** A page that begins with its title. */
    public HtmlPage(String title) {
        page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
                        + " style-src 'unsafe-inline'\"/>\n<title>").append(escaped(title)).append("</title>\n")
                .append("<style>body{font:14px sans-serif;margin:2em;max-width:70em}"
                        + "svg{display:block;margin-bottom:1.5em}"
                        + "polyline{fill:none;stroke:#2563eb;stroke-width:1.5}circle{fill:#2563eb}line{stroke:#bbb}"
                        + "text{font:11px sans-serif;fill:#444}table{border-collapse:collapse;margin-bottom:1.5em}"
                        + "td,th{border:1px solid #ddd;padding:.25em .6em;text-align:left;vertical-align:top;"
                        + "overflow-wrap:anywhere}td.n{text-align:right;white-space:nowrap}th{background:#f5f5f5}"
                        + "h2{margin-top:1.5em}</style>\n</head>\n<body>\n<h1>")
                .append(escaped(title)).append("</h1>\n");
    }

    /** Begins a section. */
    public HtmlPage heading(String text) {
        page.append("<h2>").append(escaped(text)).append("</h2>\n");
        return this;
    }

    /** Begins a part of a section. */
    public HtmlPage smallHeading(String text) {
        page.append("<h3>").append(escaped(text)).append("</h3>\n");
        return this;
    }

    /** A paragraph. */
    public HtmlPage text(String text) {
        page.append("<p>").append(escaped(text)).append("</p>\n");
        return this;
    }

    /**
     * A table.
     *
     * @param rows cells as {@link Object#toString} has them; numbers stand to the right, those that are not whole with
     *     four digits
     */
    public HtmlPage table(List<String> header, List<? extends List<?>> rows) {
        page.append("<table>\n<tr>");
        header.forEach(name -> page.append("<th>").append(escaped(name)).append("</th>"));
        page.append("</tr>\n");
        for (List<?> row : rows) {
            page.append("<tr>");
            row.forEach(cell -> page.append(cell instanceof Number ? "<td class=\"n\">" : "<td>")
                    .append(escaped(shown(cell))).append("</td>"));
            page.append("</tr>\n");
        }
        page.append("</table>\n");
        return this;
    }

    /** How a table shows a value. */
    public static String shown(Object value) {
        return value instanceof Double number ? String.format(Locale.ROOT, "%.4f", number) : String.valueOf(value);
    }

    /** A curve; nothing where there are no points. */
    public HtmlPage curve(LineChart curve) {
        page.append(curve.svg());
        return this;
    }

    /** Writes the page, in UTF-8. */
    public void write(Path file) {
        AtomicFiles.write(file, (page + "</body>\n</html>\n").getBytes(StandardCharsets.UTF_8));
    }

    /** A text as it stands between tags or in quotes; what is no character of a text becomes a question mark. */
    public static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                case '\n', '\t' -> escaped.append(' ');
                default -> escaped.appendCodePoint(Shown.isPlain(c) ? c : '?');
            }
        });
        return escaped.toString();
    }
}
