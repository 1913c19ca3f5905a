package dev.pluglm.metric;

import dev.pluglm.problem.Problem;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** The official scores of extractive question answering, SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018). */
public final class Squad {

    private Squad() {}

    /**
     * Scores where one may answer nothing.
     *
     * @param all over all questions, with the threshold that was asked for
     * @param hasAnswer over those that have an answer
     * @param noAnswer over those that have none
     * @param bestExact the best exact match that any threshold would have given
     * @param bestF1 the best F1 that any threshold would have given
     */
    public record Scores(AnswerScores all, AnswerScores hasAnswer, AnswerScores noAnswer, Best bestExact,
            Best bestF1) {}

    /**
     * The best that a threshold on the no-answer score can give.
     *
     * @param score in percent
     * @param threshold a higher no-answer score than this becomes "no answer"; 0 if answering nothing at all is best
     */
    public record Best(double score, double threshold) {}

    /**
     * SQuAD 1.1: every question has an answer, the best match over its answers counts.
     *
     * @throws Problem if there are no questions, or one without an answer
     */
    public static AnswerScores v1(List<AnsweredQuestion> questions) {
        Paired.check(questions.size(), questions.size());
        long without = questions.stream().filter(question -> !question.hasAnswer()).count();
        if (without > 0) {
            throw Problem.of("%d of %d questions have no right answer; score them as SQuAD 2.0", without,
                    questions.size());
        }
        double[] exact = questions.stream().mapToDouble(question -> question.answers().stream()
                .anyMatch(gold -> AnswerText.exact(gold, question.prediction())) ? 1 : 0).toArray();
        double[] f1 = questions.stream().mapToDouble(question -> question.answers().stream()
                .mapToDouble(gold -> AnswerText.f1(gold, question.prediction())).max().orElse(0)).toArray();
        return new AnswerScores(percent(exact), percent(f1), questions.size());
    }

    /**
     * SQuAD 2.0, with the predictions as they are.
     *
     * @throws Problem if there are no questions
     */
    public static Scores v2(List<AnsweredQuestion> questions) {
        return v2(questions, Double.POSITIVE_INFINITY);
    }

    /**
     * SQuAD 2.0. As the official scorer, except where several questions have the same no-answer score: a threshold
     * takes all of them or none here, so that the best score can be had and does not depend on their order.
     *
     * @param threshold a prediction with a higher no-answer score than this counts as "no answer"
     * @throws Problem if there are no questions, or a no-answer score is NaN
     */
    public static Scores v2(List<AnsweredQuestion> questions, double threshold) {
        Paired.check(questions.size(), questions.size());
        questions.stream().filter(question -> Double.isNaN(question.noAnswerScore())).findFirst().ifPresent(it -> {
            throw new Problem("a no-answer score is NaN; the model's outputs are no numbers, was its training stable?");
        });
        double[] exact = new double[questions.size()];
        double[] f1 = new double[questions.size()];
        for (int i = 0; i < questions.size(); i++) {
            AnsweredQuestion question = questions.get(i);
            List<String> golds = question.answers().stream().filter(it -> !AnswerText.normalized(it).isEmpty())
                    .toList();
            for (String gold : golds.isEmpty() ? List.of("") : golds) {
                boolean same = AnswerText.exact(gold, question.prediction());
                exact[i] = Math.max(exact[i], same ? 1 : 0);
                f1[i] = Math.max(f1[i], same ? 1 : AnswerText.f1(gold, question.prediction()));
            }
        }
        double[] exactThen = withThreshold(questions, exact, threshold);
        double[] f1Then = withThreshold(questions, f1, threshold);
        Predicate<AnsweredQuestion> has = AnsweredQuestion::hasAnswer;
        return new Scores(mean(questions, exactThen, f1Then, question -> true),
                mean(questions, exactThen, f1Then, has), mean(questions, exactThen, f1Then, has.negate()),
                best(questions, exact), best(questions, f1));
    }

    private static double[] withThreshold(List<AnsweredQuestion> questions, double[] scores, double threshold) {
        return IntStream.range(0, scores.length).mapToDouble(i -> questions.get(i).noAnswerScore() > threshold
                ? (questions.get(i).hasAnswer() ? 0 : 1) : scores[i]).toArray();
    }

    private static AnswerScores mean(List<AnsweredQuestion> questions, double[] exact, double[] f1,
            Predicate<AnsweredQuestion> wanted) {
        int[] of = IntStream.range(0, exact.length).filter(i -> wanted.test(questions.get(i))).toArray();
        return new AnswerScores(percent(Arrays.stream(of).mapToDouble(i -> exact[i]).toArray()),
                percent(Arrays.stream(of).mapToDouble(i -> f1[i]).toArray()), of.length);
    }

    /** Lowers the bar from "answer nothing" question by question, the surest first. */
    private static Best best(List<AnsweredQuestion> questions, double[] scores) {
        int[] surestFirst = IntStream.range(0, scores.length).boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> questions.get(i).noAnswerScore())
                        .thenComparingDouble(i -> scores[i]))
                .mapToInt(Integer::intValue).toArray();
        double sum = questions.stream().filter(question -> !question.hasAnswer()).count();
        double best = sum;
        double threshold = 0;
        for (int at = 0; at < surestFirst.length; at++) {
            AnsweredQuestion question = questions.get(surestFirst[at]);
            boolean wronglyAnswered = !question.hasAnswer() && !question.prediction().isEmpty();
            sum += question.hasAnswer() ? scores[surestFirst[at]] : wronglyAnswered ? -1 : 0;
            boolean lastOfEquals = at + 1 == surestFirst.length
                    || questions.get(surestFirst[at + 1]).noAnswerScore() != question.noAnswerScore();
            if (lastOfEquals && sum > best) {
                best = sum;
                threshold = question.noAnswerScore();
            }
        }
        return new Best(100 * best / scores.length, threshold);
    }

    private static double percent(double[] scores) {
        double[] ordered = scores.clone();
        Arrays.sort(ordered); // So that the sum's last digit does not depend on the order of the questions.
        return ordered.length == 0 ? 0 : 100 * Arrays.stream(ordered).sum() / ordered.length;
    }
}
