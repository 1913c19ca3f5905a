package dev.pluglm.training;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A curve of numbers.
 *
 * @param name what is drawn
 * @param axis what it is drawn over, such as {@code step}
 * @param points in the order of the axis; those that are not finite are left out
 */
public record LineChart(String name, String axis, List<Point> points) {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 240;
    private static final int MARGIN = 60;
    /** More points than this cannot be told apart. */
    private static final int MOST = 1000;
    /** So few are marked each. */
    private static final int FEW = 50;

    /** A number at a place on the axis. */
    public record Point(long at, double value) {}

    public LineChart {
        points = points.stream().filter(it -> Double.isFinite(it.value())).toList();
    }

    /** As a part of an HTML page; empty if there is no point. */
    String svg() {
        List<Point> drawn = thinned();
        if (drawn.isEmpty()) {
            return "";
        }
        double low = drawn.stream().mapToDouble(Point::value).min().orElseThrow();
        double high = drawn.stream().mapToDouble(Point::value).max().orElseThrow();
        long first = drawn.getFirst().at();
        long last = drawn.getLast().at();
        StringBuilder line = new StringBuilder();
        StringBuilder marks = new StringBuilder();
        for (Point point : drawn) {
            double x = MARGIN + share(point.at(), first, last) * (WIDTH - MARGIN);
            double y = 5 + (1 - share(point.value(), low, high)) * (HEIGHT - 10);
            line.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
            if (drawn.size() <= FEW) {
                marks.append(String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>", x, y));
            }
        }
        String title = HtmlPage.escaped(name);
        String over = HtmlPage.escaped(axis);
        return String.format(Locale.ROOT, "<h3>%s</h3><svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">"
                        + "<line x1=\"%d\" y1=\"0\" x2=\"%d\" y2=\"%d\"/><line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>"
                        + "<text x=\"0\" y=\"11\">%.5g</text><text x=\"0\" y=\"%d\">%.5g</text>"
                        + "<text x=\"%d\" y=\"%d\">%s %d</text><text x=\"%d\" y=\"%d\">%s %d</text>"
                        + "<polyline points=\"%s\"/>%s</svg>%n",
                title, WIDTH + 60, HEIGHT + 20, title,
                MARGIN, MARGIN, HEIGHT, MARGIN, HEIGHT, WIDTH, HEIGHT,
                high, HEIGHT, low,
                MARGIN, HEIGHT + 15, over, first, WIDTH - 30, HEIGHT + 15, over, last,
                line.toString().strip(), marks);
    }

    /** Where a number lies between two, 0 to 1. */
    private static double share(double number, double low, double high) {
        return high > low ? (number - low) / (high - low) : 0.5;
    }

    private List<Point> thinned() {
        int step = Math.max(1, Math.ceilDiv(points.size(), MOST));
        return IntStream.range(0, points.size())
                .filter(i -> i % step == 0 || i == points.size() - 1).mapToObj(points::get).toList();
    }
}
