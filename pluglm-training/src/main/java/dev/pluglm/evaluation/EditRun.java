package dev.pluglm.evaluation;

import dev.pluglm.PlugLM;
import dev.pluglm.disk.Sha256;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.StoreView;
import dev.pluglm.metric.Ranks;
import dev.pluglm.tensor.Tensors;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/** Edits a memory that is plugged into a model, asks before and after, and undoes all: see {@link EditEvaluation}. */
final class EditRun {

    /** What the model says to a list of prompts: the top answers, and a digest of all bits of all logits. */
    private record Answers(int[] top, byte[] bits) {

        boolean isSame(Answers other) {
            return Arrays.equals(bits, other.bits);
        }
    }

    private final PlugLM model;
    private final MemoryStore store;
    private final EditEvaluation.Options options;
    private final LongConsumer progress;
    private final Prompts prompts;
    private final EditPlan plan;
    private long answered;

    EditRun(PlugLM model, MemoryStore store, List<Question> questions, EditEvaluation.Options options,
            LongConsumer progress) {
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
        List<Told> told = told(before.top(), after.top());
        EditScores together = score(told).withUnrelated(from(before.top(), edited), from(after.top(), edited));
        Map<String, EditScores> relations = told.stream().collect(Collectors.groupingBy(
                each -> each.edit().question().fact().relation(),
                Collectors.collectingAndThen(Collectors.toList(), EditRun::score)));

        EditScores alone = alone(before.top());
        exact &= isAsBefore(all, before);
        return new EditEvaluation(plan.leftOut(), statedElsewhere(), together, relations,
                told.stream().map(this::outcome).toList(), alone, exact);
    }

    /** The top answers to each phrasing of an edited fact, the question first. */
    private record Told(FactEdit edit, int[] before, int[] after) {}

    private List<Told> told(int[] before, int[] after) {
        List<Told> told = new ArrayList<>();
        int at = 0;
        for (FactEdit edit : plan.edits()) {
            int to = at + edit.question().prompts().size();
            told.add(new Told(edit, Arrays.copyOfRange(before, at, to), Arrays.copyOfRange(after, at, to)));
            at = to;
        }
        return told;
    }

    private static EditScores score(List<Told> told) {
        EditScores sum = EditScores.NONE;
        for (Told each : told) {
            sum = sum.with(each.edit(), each.before(), each.after());
        }
        return sum;
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

    private EditOutcome outcome(Told told) {
        Fact fact = told.edit().question().fact();
        int before = told.before()[0];
        return new EditOutcome(fact.id(), fact.relation(), fact.question(), word(told.edit().token()), word(before),
                word(told.after()[0]),
                Arrays.stream(told.edit().question().answers()).anyMatch(answer -> answer == before));
    }

    private String word(int token) {
        return model.tokenizer().vocabulary().token(token);
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
                top[i] = Ranks.best(numbers, 1)[0];
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
