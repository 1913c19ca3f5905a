package dev.pluglm.training;

import dev.pluglm.disk.AtomicFiles;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The curves of a run as one HTML page that needs nothing beside it. */
public final class CurvesPage {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 240;
    private static final int MARGIN = 60;
    /** More points than this cannot be told apart. */
    private static final int POINTS = 1000;

    private CurvesPage() {}

    /** Draws loss, learning rate, gradient norm and tokens a second over the steps of a run. */
    public static void write(Path file, String title, List<MetricsLog.Line> lines) {
        StringBuilder page = new StringBuilder();
        page.append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>").append(escaped(title))
                .append("</title><style>body{font:14px sans-serif;margin:2em}svg{display:block;margin-bottom:1.5em}"
                        + "polyline{fill:none;stroke:#2563eb;stroke-width:1.5}line{stroke:#bbb}"
                        + "text{font:11px sans-serif;fill:#444}</style><h1>")
                .append(escaped(title)).append("</h1>\n");
        page.append(curve("loss", lines, MetricsLog.Line::loss));
        page.append(curve("learning rate", lines, MetricsLog.Line::learning_rate));
        page.append(curve("gradient norm", lines, MetricsLog.Line::gradient_norm));
        page.append(curve("tokens a second", lines, MetricsLog.Line::tokens_per_second));
        AtomicFiles.write(file, page.append("</html>\n").toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String curve(String name, List<MetricsLog.Line> lines, ToDoubleFunction<MetricsLog.Line> of) {
        List<MetricsLog.Line> drawn = thinned(lines.stream().filter(it -> Double.isFinite(of.applyAsDouble(it)))
                .toList());
        if (drawn.isEmpty()) {
            return "";
        }
        double low = drawn.stream().mapToDouble(of).min().orElseThrow();
        double high = drawn.stream().mapToDouble(of).max().orElseThrow();
        long first = drawn.getFirst().step();
        long last = drawn.getLast().step();
        StringBuilder points = new StringBuilder();
        for (MetricsLog.Line line : drawn) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ",
                    MARGIN + share(line.step(), first, last) * (WIDTH - MARGIN),
                    (1 - share(of.applyAsDouble(line), low, high)) * HEIGHT));
        }
        return String.format(Locale.ROOT, "<h2>%s</h2><svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">"
                        + "<line x1=\"%d\" y1=\"0\" x2=\"%d\" y2=\"%d\"/><line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>"
                        + "<text x=\"0\" y=\"11\">%.5g</text><text x=\"0\" y=\"%d\">%.5g</text>"
                        + "<text x=\"%d\" y=\"%d\">step %d</text><text x=\"%d\" y=\"%d\">step %d</text>"
                        + "<polyline points=\"%s\"/></svg>%n",
                name, WIDTH + 60, HEIGHT + 20, name,
                MARGIN, MARGIN, HEIGHT, MARGIN, HEIGHT, WIDTH, HEIGHT,
                high, HEIGHT, low,
                MARGIN, HEIGHT + 15, first, WIDTH - 30, HEIGHT + 15, last,
                points.toString().strip());
    }

    /** Where a number lies between two, 0 to 1. */
    private static double share(double number, double low, double high) {
        return high > low ? (number - low) / (high - low) : 0.5;
    }

    private static List<MetricsLog.Line> thinned(List<MetricsLog.Line> lines) {
        int step = Math.max(1, Math.ceilDiv(lines.size(), POINTS));
        return IntStream.range(0, lines.size())
                .filter(i -> i % step == 0 || i == lines.size() - 1).mapToObj(lines::get).toList();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
