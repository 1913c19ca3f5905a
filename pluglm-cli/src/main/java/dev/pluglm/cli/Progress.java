package dev.pluglm.cli;

import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

import java.io.PrintWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * How far a long task is: on a terminal a bar with rate and time left, elsewhere a line now and then, and nothing for a
 * task that is over soon.
 */
final class Progress implements AutoCloseable {
    /** Set by the launcher, which can ask; 0 where stderr is no terminal. */
    private static final int COLUMNS = Integer.getInteger("pluglm.columns", 0);
    private static final int WIDEST = 100;
    private static final long LARGE = 100_000_000;
    private static final Duration FIRST_LINE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(30);
    private static final Duration BETWEEN_MESSAGES = Duration.ofMillis(200);

    private final String task;
    private final String unit;
    private final long unitSize;
    private final OptionalLong total;
    private final PrintWriter err;
    private final boolean silent;
    private final Optional<ProgressBar> bar;
    private final int width;
    private final long started = System.nanoTime();
    private long nextLine;
    /** Where it began to count: a task that goes on does not begin at 0. */
    private long first = -1;

    private Progress(String task, String unit, long unitSize, OptionalLong total, boolean silent, PrintWriter err,
            int columns) {
        this.task = task;
        this.unit = unit;
        this.unitSize = unitSize;
        this.total = total;
        this.err = err;
        this.silent = silent;
        width = Math.min(WIDEST, columns - 1);
        bar = silent || columns < 20 ? Optional.empty() : Optional.of(bar());
        nextLine = started + (bar.isPresent() ? BETWEEN_MESSAGES : FIRST_LINE).toNanos();
    }

    /**
     * Begins to show a task.
     *
     * @param unit what is counted, in the plural
     * @param total how many there are, where that is known
     */
    static Progress start(String task, String unit, OptionalLong total, boolean silent, PrintWriter err) {
        return new Progress(task, unit, 1, total, silent, err, COLUMNS);
    }

    /** Begins to show a task of so many bytes, in kB or, where these are many, MB. */
    static Progress ofBytes(String task, long total, boolean silent, PrintWriter err) {
        boolean large = total >= LARGE;
        return new Progress(task, large ? "MB" : "kB", large ? 1_000_000 : 1000, OptionalLong.of(total), silent, err,
                COLUMNS);
    }

    private ProgressBar bar() {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setUnit(" " + unit, unitSize)
                .setInitialMax(total.orElse(-1))
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .showSpeed(new DecimalFormat("0.#", DecimalFormatSymbols.getInstance(Locale.ROOT)))
                .setConsumer(new DelegatingProgressBarConsumer(this::show, width))
                .build();
    }

    private void show(String line) {
        // A line that has become shorter must cover the one before.
        err.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
        err.flush();
    }

    /** Tells that so many are done. */
    void to(long done) {
        to(done, () -> "");
    }

    /** Tells that so many are done, and something more about them, such as {@code 2 bad records}. */
    void to(long done, Supplier<String> more) {
        bar.ifPresent(it -> it.stepTo(done));
        first = first < 0 ? done : first;
        long now = System.nanoTime();
        if (now < nextLine) {
            return;
        }
        if (bar.isPresent()) {
            nextLine = now + BETWEEN_MESSAGES.toNanos();
            bar.get().setExtraMessage(" " + more.get());
        } else if (!silent) {
            nextLine = now + BETWEEN_LINES.toNanos();
            String told = more.get();
            err.println(line(done, Duration.ofNanos(now - started)) + (told.isEmpty() ? "" : ", " + told));
            err.flush();
        }
    }

    /** Such as {@code encoding: 12,000 of 48,000 passages, 812 a second, 0:44 left}. */
    private String line(long done, Duration elapsed) {
        double rate = (done - first) * 1e3 / Math.max(1, elapsed.toMillis());
        StringBuilder line = new StringBuilder(task).append(": ").append(amount(done));
        total.ifPresent(it -> line.append(" of ").append(amount(it)));
        line.append(' ').append(unit).append(", ").append(rate >= 1 || rate == 0
                ? amount(Math.round(rate)) + " a second"
                : String.format(Locale.ROOT, "%.1f seconds each", 1 / rate));
        if (total.isPresent() && rate > 0) {
            long seconds = Math.max(0, Math.round((total.getAsLong() - done) / rate));
            line.append(", %d:%02d left".formatted(seconds / 60, seconds % 60));
        }
        return line.toString();
    }

    private String amount(long count) {
        return unitSize == 1 ? Console.count(count) : Console.count(Math.round((double) count / unitSize));
    }

    /** Takes the bar off the terminal again. */
    @Override
    public void close() {
        bar.ifPresent(it -> {
            it.close();
            show("");
            err.print("\r");
            err.flush();
        });
    }
}
