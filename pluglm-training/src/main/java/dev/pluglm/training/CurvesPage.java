package dev.pluglm.training;

import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The curves of a run as one HTML page that needs nothing beside it. */
public final class CurvesPage {

    private CurvesPage() {}

    /** Draws loss, learning rate, gradient norm and tokens a second over the steps of a run. */
    public static void write(Path file, String title, List<MetricsLog.Line> lines) {
        new HtmlPage(title)
                .curve(curve("loss", lines, MetricsLog.Line::loss))
                .curve(curve("learning rate", lines, MetricsLog.Line::learning_rate))
                .curve(curve("gradient norm", lines, MetricsLog.Line::gradient_norm))
                .curve(curve("tokens a second", lines, MetricsLog.Line::tokens_per_second))
                .write(file);
    }

    /** One number over the steps of a run. */
    public static LineChart curve(String name, List<MetricsLog.Line> lines, ToDoubleFunction<MetricsLog.Line> of) {
        return new LineChart(name, "step", lines.stream()
                .map(line -> new LineChart.Point(line.step(), of.applyAsDouble(line))).toList());
    }
}
