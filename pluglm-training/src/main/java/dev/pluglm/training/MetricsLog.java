package dev.pluglm.training;

import dev.pluglm.problem.Problem;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A run as JSON lines, one an update: {@code {"step":1,"loss":10.3,"learning_rate":...}}. A run that goes on appends;
 * where a step comes twice, the later line counts.
 */
public final class MetricsLog implements TrainingRun.Watcher, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final BufferedWriter out;
    private final long every;

    /**
     * Begins or goes on with a log.
     *
     * @param every one line for so many updates, at least 1
     */
    public MetricsLog(Path file, long every) {
        if (every < 1) {
            throw Problem.of("logging_steps is %d; expected 1 or more updates a line", every);
        }
        this.file = file;
        this.every = every;
        try {
            out = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    @Override
    public void step(Trainer.Report report) {
        if (report.update() % every == 0 || report.skipped()) {
            line(new Line(report.update(), report.loss(), report.learningRate(), report.gradientNorm(),
                    report.tokens() / report.seconds(), report.scale(), report.skipped()));
        }
    }

    /**
     * A line of the log.
     *
     * @param step the update, from 1
     * @param loss mean over its batch
     * @param learning_rate it was made with
     * @param gradient_norm before clipping
     * @param tokens_per_second of all processes
     * @param loss_scale in fp16, else 1
     * @param skipped whether fp16 overflowed
     */
    public record Line(
            long step,
            double loss,
            double learning_rate,
            double gradient_norm,
            double tokens_per_second,
            double loss_scale,
            boolean skipped) {}

    private void line(Line line) {
        try {
            out.write(JSON.writeValueAsString(line));
            out.newLine();
            out.flush();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** The lines of a log by step, the last one of each; a half-written last line is left out. */
    public static List<Line> read(Path file) {
        TreeMap<Long, Line> lines = new TreeMap<>();
        try (Stream<String> all = Files.lines(file)) {
            all.forEach(text -> {
                try {
                    JsonNode json = JSON.readTree(text);
                    Line line = JSON.treeToValue(json, Line.class);
                    if (!line.skipped()) {
                        lines.put(line.step(), line);
                    }
                } catch (JacksonException e) {
                    // The process was killed while it wrote.
                }
            });
        } catch (IOException e) {
            throw new Problem(file + ": cannot be read: " + e.getMessage(), e);
        }
        return List.copyOf(lines.values());
    }

    private Problem unwritable(IOException e) {
        return new Problem(file + ": could not be written: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }
}
