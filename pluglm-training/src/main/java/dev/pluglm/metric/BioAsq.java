package dev.pluglm.metric;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The official scores of BioASQ's factoid and yes/no questions (SPEC 5.4). */
public final class BioAsq {

    /** So many answers to a factoid question are looked at. */
    public static final int SUBMITTED = 5;

    private BioAsq() {}

    /**
     * A factoid question with its right answer and the submitted ones.
     *
     * @param synonyms ways to write the right answer; none is right if there are none
     * @param submitted predicted answers, the best first; those after the first {@value #SUBMITTED} do not count
     */
    public record Factoid(List<String> synonyms, List<String> submitted) {

        public Factoid {
            synonyms = List.copyOf(synonyms);
            submitted = List.copyOf(submitted);
        }

        /** The place of the first right answer, from 1; 0 if none is right. Case does not matter, all else does. */
        public int rank() {
            Set<String> right = synonyms.stream().map(it -> it.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
            for (int i = 0; i < Math.min(SUBMITTED, submitted.size()); i++) {
                if (right.contains(submitted.get(i).toLowerCase(Locale.ROOT))) {
                    return i + 1;
                }
            }
            return 0;
        }
    }

    /**
     * Scores of factoid questions, each in [0, 1].
     *
     * @param strict the share whose first answer is right
     * @param lenient the share with a right answer among the submitted
     * @param mrr the mean of one over the place of the first right answer
     */
    public record FactoidScores(double strict, double lenient, double mrr) {}

    /**
     * Scores of yes/no questions, each in [0, 1].
     *
     * @param accuracy the share of right answers
     * @param f1Yes the F1 of "yes"
     * @param f1No the F1 of "no"
     * @param macroF1 the mean of those two
     */
    public record YesNoScores(double accuracy, double f1Yes, double f1No, double macroF1) {}

    /**
     * A question with nothing submitted counts as wrong; the bundled evaluation passes over it instead.
     *
     * @throws dev.pluglm.problem.Problem if there are no questions
     */
    public static FactoidScores factoid(List<Factoid> questions) {
        int[] ranks = questions.stream().mapToInt(Factoid::rank).toArray();
        return new FactoidScores(Ranks.precisionAt(1, ranks), Ranks.precisionAt(SUBMITTED, ranks),
                Ranks.meanReciprocal(ranks));
    }

    /**
     * @param labels whether yes is right [questions]
     * @param predictions whether yes was predicted [questions]
     * @throws dev.pluglm.problem.Problem if there are no questions
     */
    public static YesNoScores yesNo(boolean[] labels, boolean[] predictions) {
        ConfusionMatrix matrix = ConfusionMatrix.of(2, classes(labels), classes(predictions));
        double yes = matrix.of(1).f1();
        double no = matrix.of(0).f1();
        return new YesNoScores(matrix.accuracy(), yes, no, (yes + no) / 2);
    }

    private static int[] classes(boolean[] yes) {
        int[] classes = new int[yes.length];
        for (int i = 0; i < yes.length; i++) {
            classes[i] = yes[i] ? 1 : 0;
        }
        return classes;
    }
}
