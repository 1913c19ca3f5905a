package dev.pluglm.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Weighs the possible answers of all windows of one text (SPEC 5.3). */
final class BestAnswers {

    private final TaskSettings settings;
    private final List<Span> spans = new ArrayList<>();
    private double nothing = Double.POSITIVE_INFINITY;

    BestAnswers(TaskSettings settings) {
        this.settings = settings;
    }

    private record Span(String text, double score) {}

    /** A possible answer; empty for "no answer". */
    record Weighed(String text, double probability) {}

    /**
     * The answer.
     *
     * @param text empty for "no answer"
     * @param noAnswerScore by how much "no answer" is better than the best answer
     * @param best the best ones with their probabilities among each other
     */
    record Chosen(String text, double noAnswerScore, List<Weighed> best) {}

    /**
     * Takes up the possible answers of a window.
     *
     * @param outputs {@code [length, 2]}: how likely each token is an answer's first, and its last
     */
    void add(TextWindows.Window window, float[] outputs, String text) {
        nothing = Math.min(nothing, (double) outputs[0] + outputs[1]);
        for (int first : best(window, outputs, 0)) {
            for (int last : best(window, outputs, 1)) {
                if (last >= first && last - first < settings.maxAnswerLength()) {
                    double score = (double) outputs[2 * (window.offset() + first)]
                            + outputs[2 * (window.offset() + last) + 1];
                    spans.add(new Span(text.substring(window.charStart()[first],
                            Math.max(window.charStart()[first], window.charEnd()[last])), score));
                }
            }
        }
    }

    private int[] best(TextWindows.Window window, float[] outputs, int which) {
        return IntStream.range(0, window.tokens()).boxed()
                .sorted(Comparator.comparingDouble(i -> -outputs[2 * (window.offset() + i) + which]))
                .limit(settings.nBestSize()).mapToInt(Integer::intValue).toArray();
    }

    /** The answer, when all windows are added. */
    Chosen choose() {
        List<Span> best = spans.stream().sorted(Comparator.comparingDouble(span -> -span.score()))
                .limit(settings.nBestSize()).toList();
        double noAnswerScore = best.isEmpty() ? 0 : nothing - best.getFirst().score();
        String answer = best.isEmpty()
                || settings.mayHaveNoAnswer() && noAnswerScore > settings.nullScoreDiffThreshold()
                        ? "" : best.getFirst().text();
        List<Span> weighed = new ArrayList<>(best);
        if (settings.mayHaveNoAnswer()) {
            weighed.add(new Span("", nothing));
            weighed.sort(Comparator.comparingDouble(span -> -span.score()));
        }
        double[] probabilities = Softmax.of(weighed.stream().mapToDouble(Span::score).toArray());
        return new Chosen(answer, noAnswerScore, IntStream.range(0, weighed.size())
                .mapToObj(i -> new Weighed(weighed.get(i).text(), probabilities[i])).toList());
    }
}
