package dev.pluglm.evaluation;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.pluglm.PlugLM;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.PassageMemory;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * What happens to a model's answers when its memory is edited: facts' passages are replaced by such that state another
 * object of the same relation (the measures are those of Meng et al. 2022, "Locating and editing factual associations in
 * GPT": efficacy, generalisation, specificity).
 *
 * <p>Measured in two ways, on a copy of the memory and through the edits that a user makes. <em>Together</em>: all edits
 * in one replacement, one question each, and unrelated questions beside them; then one undo. <em>Alone</em>: some of
 * the edits one by one, each with a fixed set of unrelated questions, and undone before the next. The first is cheap and
 * the harder test, for edited passages may be found for each other's questions; the second is what one edit does.
 *
 * @param leftOut how many of the drawn facts could not be edited, by the reason
 * @param statedElsewhere edited facts that the memory still states in a passage other than their own evidence
 * @param together all edits at once
 * @param relations the same by relation, without the unrelated questions
 * @param outcomes each of these edits, in the order in which they were drawn
 * @param alone single edits
 * @param undoneExactly whether after each way the logits of all questions had the same bits as before, and the edited
 *     passages the same texts
 */
public record EditEvaluation(Map<String, Long> leftOut, long statedElsewhere, EditScores together,
        Map<String, EditScores> relations, List<EditOutcome> outcomes, EditScores alone, boolean undoneExactly) {

    public EditEvaluation {
        relations = Collections.unmodifiableMap(new TreeMap<>(relations));
        outcomes = List.copyOf(outcomes);
        leftOut = Collections.unmodifiableMap(new LinkedHashMap<>(leftOut));
    }

    /** How many facts were edited together. */
    @JsonProperty
    public int edits() {
        return outcomes.size();
    }

    /** Questions of the edited facts that were answered right before. */
    @JsonProperty
    public Share rightBefore() {
        return new Share(outcomes.stream().filter(EditOutcome::rightBefore).count(), outcomes.size());
    }

    /**
     * How much is measured.
     *
     * @param edits facts that are edited together, at most
     * @param alone how many of them are edited one by one as well, at most
     * @param bystanders unrelated questions beside the edits together, at most
     * @param probes how many of these are asked beside each single edit
     * @param seed for what is drawn
     * @param batchSize questions at once
     */
    public record Options(int edits, int alone, int bystanders, int probes, long seed, int batchSize) {

        /** Questions that are asked in all, about: for a progress bar. */
        public long work(List<Question> questions) {
            long phrasings = questions.stream().mapToLong(each -> each.prompts().size()).max().orElse(1);
            long facts = Math.min(edits, questions.size());
            long others = Math.min(bystanders, questions.size());
            return 4 * (facts * phrasings + others) + Math.min(alone, facts) * (phrasings + Math.min(probes, others));
        }
    }

    /**
     * Edits a copy of a memory and asks.
     *
     * @param model has these memories plugged in afterwards, without any edit
     * @param memories the first is edited, in a copy; the others are plugged in beside it
     * @param progress told how many questions are answered
     * @throws dev.pluglm.problem.Problem if no fact can be edited, or a memory does not fit the model
     */
    public static EditEvaluation measure(PlugLM model, List<Path> memories, List<Question> questions, Options options,
            LongConsumer progress) {
        // Refuses what does not fit, before anything is copied.
        model.plug(memories.toArray(Path[]::new));
        try (MemoryCopy copy = MemoryCopy.of(memories.getFirst())) {
            MemoryStore store = MemoryStore.openForWriting(copy.directory(), model.encoder());
            try {
                plug(model, store, memories.subList(1, memories.size()));
                return new EditRun(model, store, questions, options, progress).run();
            } finally {
                model.plug(memories.toArray(Path[]::new)); // Closes the copy.
            }
        }
    }

    private static void plug(PlugLM model, MemoryStore store, List<Path> others) {
        List<PassageMemory> all = new ArrayList<>(List.of(store));
        try {
            others.forEach(path -> all.add(MemoryStore.openForReading(path)));
            model.plug(all);
        } catch (RuntimeException e) {
            all.forEach(PassageMemory::close);
            throw e;
        }
    }
}
