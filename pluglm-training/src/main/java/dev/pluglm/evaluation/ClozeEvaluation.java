package dev.pluglm.evaluation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;

import dev.pluglm.PlugLM;
import dev.pluglm.memory.PassageView;
import dev.pluglm.tensor.Tensors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * How well a model answers questions about facts with the memory that is plugged in, and what it found there (Petroni
 * et al. 2019, "Language models as knowledge bases?", the measures of LAMA).
 *
 * @param all over all questions
 * @param sets by data set
 * @param retrieval by memory layer and data set, from the bottom; empty without a memory
 * @param answers to each question, in their order
 */
public record ClozeEvaluation(ClozeScores all, Map<String, OfSet> sets, List<LayerRetrieval> retrieval,
        @JsonIgnore List<ClozeAnswer> answers) {

    public ClozeEvaluation {
        sets = Collections.unmodifiableMap(new LinkedHashMap<>(sets));
        retrieval = List.copyOf(retrieval);
        answers = List.copyOf(answers);
    }

    /** The mean over all relations of all sets of their P@1, in percent. */
    @JsonProperty
    public double meanOfRelations() {
        return sets.values().stream().flatMap(set -> set.relations().values().stream())
                .mapToDouble(each -> each.first().percent()).average().orElse(0);
    }

    /**
     * One data set.
     *
     * @param all over all its questions
     * @param relations by relation
     * @param retrieval by memory layer, from the bottom
     */
    public record OfSet(ClozeScores all, Map<String, ClozeScores> relations, List<LayerRetrieval> retrieval) {

        /** The mean over relations of their P@1, in percent: LAMA's figure. */
        @JsonProperty
        public double meanOfRelations() {
            return relations.values().stream().mapToDouble(each -> each.first().percent()).average().orElse(0);
        }
    }

    /**
     * Asks all questions.
     *
     * @param model with the memories that are to be looked into, or with none
     * @param batchSize questions at once; the results do not depend on it
     * @param progress told how many are answered
     */
    public static ClozeEvaluation measure(
            PlugLM model, Questions questions, int batchSize, LongConsumer progress) {
        return Prompts.inView(model, view -> {
            Tally[] tally = tally(model, questions, view, batchSize, progress);
            Map<String, Sum> sets = new TreeMap<>();
            Sum all = new Sum();
            Optional<RightPassages> passages = view.map(RightPassages::new);
            List<ClozeAnswer> answers = new ArrayList<>();
            for (int i = 0; i < tally.length; i++) {
                Fact fact = questions.questions().get(i).fact();
                answers.add(new ClozeAnswer(fact, tally[i].rank(), tally[i].guesses(),
                        passages.map(tally[i]::read).orElse(List.of())));
                all.add(fact, tally[i], passages);
                sets.computeIfAbsent(fact.set(), _ -> new Sum()).add(fact, tally[i], passages);
            }
            Map<String, OfSet> ofSets = new LinkedHashMap<>();
            sets.forEach((set, sum) -> ofSets.put(set, sum.ofSet()));
            return new ClozeEvaluation(all.scores, ofSets, all.ofSet().retrieval(), answers);
        });
    }

    /** How one question went. */
    private record Tally(int rank, List<ClozeAnswer.Guess> guesses, List<Found> found) {

        List<ClozeAnswer.Read> read(RightPassages passages) {
            return found.stream().map(layer -> new ClozeAnswer.Read(layer.layer(), IntStream.range(0,
                    layer.rows().length).mapToObj(j -> new ClozeAnswer.ReadPassage(passages.id(layer.rows()[j]),
                    layer.weights()[j])).toList())).toList();
        }
    }

    private static Tally[] tally(PlugLM model, Questions asked, Optional<PassageView> view, int batchSize,
            LongConsumer progress) {
        List<Question> questions = asked.questions();
        Tally[] tally = new Tally[questions.size()];
        List<Prompt> prompts = questions.stream().map(question -> question.prompts().getFirst()).toList();
        new Prompts(model, batchSize).ask(prompts, view,
                (i, logits, found) -> {
                    float[] numbers = Tensors.floats(logits);
                    tally[i] = new Tally(asked.candidates().rank(numbers, questions.get(i).answers()),
                            asked.candidates().guesses(numbers), view.isPresent() ? found : List.of());
                }, progress);
        return tally;
    }

    /** Scores that grow; questions are added in their order, so that sums do not depend on batches. */
    private static final class Sum {
        private ClozeScores scores = ClozeScores.NONE;
        private final Map<String, ClozeScores> relations = new TreeMap<>();
        private LayerRetrieval[] layers = {};

        void add(Fact fact, Tally tally, Optional<RightPassages> passages) {
            scores = scores.with(tally.rank());
            relations.merge(fact.relation(), ClozeScores.NONE.with(tally.rank()), (sum, _) -> sum.with(tally.rank()));
            passages.ifPresent(right -> {
                if (layers.length == 0) {
                    layers = tally.found().stream().map(found -> LayerRetrieval.none(found.layer()))
                            .toArray(LayerRetrieval[]::new);
                }
                RightPassages.Sought sought = RightPassages.Sought.of(fact);
                for (int layer = 0; layer < layers.length; layer++) {
                    layers[layer] = layers[layer].with(tally.found().get(layer), sought, right);
                }
            });
        }

        OfSet ofSet() {
            return new OfSet(scores, Collections.unmodifiableMap(relations), Arrays.asList(layers));
        }
    }
}
