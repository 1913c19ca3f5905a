package dev.pluglm.evaluation;

import dev.pluglm.PlugLM;
import dev.pluglm.disk.Sha256;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.PassageMemory;
import dev.pluglm.memory.StoreView;
import dev.pluglm.tensor.Tensors;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * @param edits how many facts were edited together
 * @param leftOut how many of the drawn facts could not be edited, by the reason
 * @param statedElsewhere edited facts that the memory still states in a passage other than their own evidence
 * @param rightBefore questions of the edited facts that were answered right before
 * @param together all edits at once
 * @param alone single edits
 * @param undoneExactly whether after each way the logits of all questions had the same bits as before, and the edited
 *     passages the same texts
 */
public record EditEvaluation(int edits, Map<String, Long> leftOut, long statedElsewhere, Share rightBefore,
        EditScores together, EditScores alone, boolean undoneExactly) {

    public EditEvaluation {
        leftOut = Collections.unmodifiableMap(new LinkedHashMap<>(leftOut));
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
                return new Measuring(model, store, questions, options, progress).run();
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

    /** What the model says to a list of prompts: the top answers, and a digest of all bits of all logits. */
    private record Answers(int[] top, byte[] bits) {

        boolean isSame(Answers other) {
            return Arrays.equals(bits, other.bits);
        }
    }

    private static final class Measuring {
        private final PlugLM model;
        private final MemoryStore store;
        private final Options options;
        private final LongConsumer progress;
        private final Prompts prompts;
        private final EditPlan plan;
        private long answered;

        Measuring(PlugLM model, MemoryStore store, List<Question> questions, Options options, LongConsumer progress) {
            this.model = model;
            this.store = store;
            this.options = options;
            this.progress = progress;
            this.prompts = new Prompts(model, options.batchSize());
            try (StoreView view = store.view()) {
                plan = EditPlan.draw(questions, view, model.tokenizer(), options.edits(), options.bystanders(),
                        options.seed());
            }
        }

        EditEvaluation run() {
            List<Prompt> all = new ArrayList<>();
            plan.edits().forEach(edit -> all.addAll(edit.question().prompts()));
            int edited = all.size();
            plan.bystanders().forEach(question -> all.add(question.prompts().getFirst()));

            Answers before = ask(all);
            replace(plan.edits());
            Answers after = ask(all);
            store.undo();
            boolean exact = isAsBefore(all, before);
            EditScores together = score(plan.edits(), before.top(), after.top())
                    .withUnrelated(from(before.top(), edited), from(after.top(), edited));

            EditScores alone = alone(before.top());
            exact &= isAsBefore(all, before);
            return new EditEvaluation(plan.edits().size(), plan.leftOut(), statedElsewhere(), rightBefore(before.top()),
                    together, alone, exact);
        }

        private EditScores alone(int[] allBefore) {
            List<Prompt> probes = plan.bystanders().stream().limit(options.probes())
                    .map(question -> question.prompts().getFirst()).toList();
            Answers probesBefore = ask(probes);
            EditScores sum = EditScores.NONE;
            int at = 0;
            for (FactEdit edit : plan.edits().subList(0, Math.min(options.alone(), plan.edits().size()))) {
                int phrasings = edit.question().prompts().size();
                replace(List.of(edit));
                sum = sum.with(edit, Arrays.copyOfRange(allBefore, at, at + phrasings),
                        ask(edit.question().prompts()).top());
                // The same prompts together each time, so that nothing but the edit can change their answers.
                sum = sum.withUnrelated(probesBefore.top(), ask(probes).top());
                store.undo();
                at += phrasings;
            }
            return sum;
        }

        private static EditScores score(List<FactEdit> edits, int[] before, int[] after) {
            EditScores sum = EditScores.NONE;
            int at = 0;
            for (FactEdit edit : edits) {
                int to = at + edit.question().prompts().size();
                sum = sum.with(edit, Arrays.copyOfRange(before, at, to), Arrays.copyOfRange(after, at, to));
                at = to;
            }
            return sum;
        }

        private Share rightBefore(int[] before) {
            Share right = Share.NONE;
            int at = 0;
            for (FactEdit edit : plan.edits()) {
                int top = before[at];
                right = right.with(Arrays.stream(edit.question().answers()).anyMatch(answer -> answer == top));
                at += edit.question().prompts().size();
            }
            return right;
        }

        private void replace(List<FactEdit> edits) {
            store.replace(edits.stream().flatMap(edit -> edit.after().stream()).iterator(), _ -> {});
        }

        private boolean isAsBefore(List<Prompt> all, Answers before) {
            try (StoreView view = store.view()) {
                for (FactEdit edit : plan.edits()) {
                    for (Passage passage : edit.before()) {
                        if (!view.find(passage.id()).stream().mapToObj(view::passage).toList()
                                .equals(List.of(passage))) {
                            return false;
                        }
                    }
                }
            }
            return ask(all).isSame(before);
        }

        private long statedElsewhere() {
            long[] stated = new long[plan.edits().size()];
            try (StoreView view = store.view()) {
                view.rows(0).mapToObj(view::passage).forEach(passage -> {
                    String text = Words.of(passage.text());
                    String all = Words.of(passage.title().orElse("") + "\n" + passage.text());
                    for (int i = 0; i < stated.length; i++) {
                        FactEdit edit = plan.edits().get(i);
                        if (edit.before().stream().noneMatch(own -> own.id().equals(passage.id()))
                                && Words.contains(all, Words.of(edit.question().fact().subject()))
                                && edit.question().fact().answers().stream()
                                        .anyMatch(answer -> Words.contains(text, Words.of(answer)))) {
                            stated[i] = 1;
                        }
                    }
                });
            }
            return Arrays.stream(stated).sum();
        }

        private Answers ask(List<Prompt> asked) {
            int[] top = new int[asked.size()];
            MessageDigest digest = Sha256.start();
            long before = answered;
            Prompts.inView(model, view -> {
                prompts.ask(asked, view, (i, logits, _) -> {
                    float[] numbers = Tensors.floats(logits);
                    top[i] = Ranking.top(numbers);
                    byte[] bits = new byte[numbers.length * Float.BYTES];
                    MemorySegment.ofArray(bits).copyFrom(MemorySegment.ofArray(numbers));
                    digest.update(bits);
                }, done -> progress.accept(before + done));
                return view;
            });
            answered += asked.size();
            return new Answers(top, digest.digest());
        }

        private static int[] from(int[] all, int first) {
            return Arrays.copyOfRange(all, first, all.length);
        }
    }
}
