package dev.pluglm.metric;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Found entities against marked ones: one is right if its first word, its last word and its type are. As seqeval
 * counts.
 *
 * @param total the counts of all types together; its precision, recall and F1 are the micro averages
 * @param byType the counts of each type that was marked or found, by name
 * @param tokenAccuracy the share of words whose tag is right, letter by letter, in [0, 1]
 */
public record EntityScores(PrecisionRecall total, SortedMap<String, PrecisionRecall> byType, double tokenAccuracy) {

    public EntityScores {
        byType = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(byType));
    }

    /**
     * @param scheme {@link TagScheme#LENIENT} for seqeval's default mode, another for its strict mode
     * @param labels the right tags [sentences][words]
     * @param predictions the predicted tags [sentences][words]
     * @throws dev.pluglm.problem.Problem if there are no sentences, or something is no tag of the scheme
     */
    public static EntityScores of(TagScheme scheme, List<List<String>> labels, List<List<String>> predictions) {
        Paired.check(labels.size(), predictions.size());
        SortedMap<String, PrecisionRecall> byType = new TreeMap<>();
        long words = 0;
        long rightWords = 0;
        for (int i = 0; i < labels.size(); i++) {
            List<String> marked = labels.get(i);
            List<String> found = predictions.get(i);
            if (marked.size() != found.size()) {
                throw new IllegalArgumentException("sentence %d has %d labels and %d predictions"
                        .formatted(i, marked.size(), found.size()));
            }
            count(Set.copyOf(scheme.entities(marked)), Set.copyOf(scheme.entities(found)), byType);
            words += marked.size();
            for (int word = 0; word < marked.size(); word++) {
                rightWords += marked.get(word).equals(found.get(word)) ? 1 : 0;
            }
        }
        PrecisionRecall total = byType.values().stream().reduce(PrecisionRecall.NONE, PrecisionRecall::plus);
        return new EntityScores(total, byType, words == 0 ? 0 : (double) rightWords / words);
    }

    /** The mean of the types' F1, in [0, 1]; 0 if there are none. */
    public double macroF1() {
        return byType.values().stream().mapToDouble(PrecisionRecall::f1).average().orElse(0);
    }

    private static void count(Set<Entity> marked, Set<Entity> found, SortedMap<String, PrecisionRecall> byType) {
        Set<Entity> right = new HashSet<>(marked);
        right.retainAll(found);
        Set<String> types = Stream.concat(marked.stream(), found.stream()).map(Entity::type)
                .collect(Collectors.toSet());
        for (String type : types) {
            byType.merge(type, new PrecisionRecall(of(type, right), of(type, found), of(type, marked)),
                    PrecisionRecall::plus);
        }
    }

    private static long of(String type, Set<Entity> entities) {
        return entities.stream().filter(entity -> entity.type().equals(type)).count();
    }
}
