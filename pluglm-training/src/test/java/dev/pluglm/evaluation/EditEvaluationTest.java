package dev.pluglm.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.PlugLM;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.StoreView;
import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

class EditEvaluationTest {
    private static final long SEED = Long.getLong("pluglm.seed", 20261124);
    private static final EditEvaluation.Options OPTIONS = new EditEvaluation.Options(3, 2, 10, 4, SEED, 2);

    @TempDir
    private Path folder;

    private static EditEvaluation measure(PlugLM model, Path memory, Facts facts, EditEvaluation.Options options) {
        return EditEvaluation.measure(model, List.of(memory), Questions.of(facts, model).questions(), options, _ -> {});
    }

    private static EditPlan plan(Facts facts, List<Passage> passages, PlugLM model, Path directory, int edits) {
        Readers.memory(directory, model, passages);
        try (MemoryStore store = MemoryStore.openForReading(directory); StoreView view = store.view()) {
            return EditPlan.draw(Questions.of(facts, model).questions(), view, model.tokenizer(), edits, 100, SEED);
        }
    }

    @Test
    void aModelThatReadsFollowsEveryEditAndNothingElseChanges() throws IOException {
        Facts facts = Readers.facts();
        try (PlugLM model = Readers.reader()) {
            Path memory = Readers.memory(folder.resolve("memory"), model, Readers.evidence(facts));
            List<Passage> before = passages(memory);
            EditEvaluation measured = measure(model, memory, facts, OPTIONS);
            assertEquals(3, measured.edits());
            assertEquals(new Share(3, 3), measured.rightBefore());
            assertEquals(new EditScores(new Share(3, 3), new Share(0, 3), new Share(3, 3), new Share(3, 3),
                    new Share(3, 3), new Share(0, 5)), measured.together());
            assertEquals(new EditScores(new Share(2, 2), new Share(0, 2), new Share(2, 2), new Share(2, 2),
                    new Share(2, 2), new Share(0, 8)), measured.alone());
            assertEquals(new Share(3, 3), measured.relations().values().stream().map(EditScores::efficacy)
                    .reduce(Share.NONE, (a, b) -> new Share(a.hits() + b.hits(), a.of() + b.of())));
            assertEquals(3, measured.outcomes().size());
            measured.outcomes().forEach(each -> {
                assertTrue(each.took() && !each.stayed() && each.rightBefore(), each::toString);
                assertEquals(each.object(), each.after());
                Fact fact = facts.facts().stream().filter(it -> it.id().equals(each.id())).findFirst().orElseThrow();
                assertEquals(fact.answers(), List.of(each.before()));
                assertEquals(fact.relation(), each.relation());
                assertEquals(fact.question(), each.question());
            });
            assertTrue(measured.undoneExactly());
            assertEquals(0, measured.statedElsewhere());
            assertEquals(before, passages(memory), "the memory itself is not edited");
            Share again = ClozeEvaluation.measure(model, Questions.of(facts, model), 8, _ -> {}).all().first();
            assertEquals(new Share(8, 8), again, "the memory is plugged in again, without the edits");
        }
        assertEquals(List.of(), left(), "a copy of the memory is left");
    }

    private static List<Passage> passages(Path memory) {
        try (MemoryStore store = MemoryStore.openForReading(memory); StoreView view = store.view()) {
            assertEquals(2, store.log().size());
            return view.rows(0).mapToObj(view::passage).toList();
        }
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            long now = ProcessHandle.current().info().startInstant().orElseThrow().toEpochMilli();
            return files.filter(file -> file.getFileName().toString().startsWith("pluglm-edits-"))
                    .filter(file -> file.toFile().lastModified() >= now)
                    .toList();
        }
    }

    @Test
    void aModelThatDoesNotReadShowsNoEfficacyThatWasNotThereBefore() {
        // Its answers hardly move: where the new object happens to be its answer, that was so before.
        Facts facts = Readers.facts();
        try (PlugLM model = Readers.random(SEED, false)) {
            Path memory = Readers.memory(folder.resolve("memory"), model, Readers.evidence(facts));
            EditScores together = measure(model, memory, facts, OPTIONS).together();
            assertEquals(together.alreadyBefore(), together.efficacy(), () -> "seed " + SEED);
        }
    }

    @Test
    void logitsHaveTheSameBitsAfterUndoing() {
        Facts facts = Readers.facts();
        try (PlugLM model = Readers.random(SEED + 1, false)) {
            Path memory = Readers.memory(folder.resolve("memory"), model, Readers.evidence(facts));
            assertTrue(measure(model, memory, facts, new EditEvaluation.Options(8, 8, 8, 8, SEED, 3)).undoneExactly());
        }
    }

    @Test
    void anEditThatReachesUnrelatedAnswersIsCounted() {
        List<Fact> facts = new ArrayList<>(Readers.facts().facts().subList(0, 2));
        // No passage of its own: the reader finds alice's or bob's for her, whose town is edited.
        facts.add(new Fact("c", "homes", "lives in", "carol", List.of("carol lives in [MASK] ."), List.of("oslo"),
                List.of()));
        Facts all = new Facts(facts, Map.of());
        try (PlugLM model = Readers.reader()) {
            Path memory = Readers.memory(folder.resolve("memory"), model, Readers.evidence(all));
            EditEvaluation measured = measure(model, memory, all, new EditEvaluation.Options(2, 2, 9, 9, 20261124, 4));
            assertEquals(new Share(1, 1), measured.together().unrelatedChanged());
            assertEquals(new Share(1, 2), measured.alone().unrelatedChanged());
        }
    }

    @Test
    void theNewObjectIsAnotherOfTheSameRelationAndReplacesEveryMention() {
        Fact alice = new Fact("a", "s", "lives in", "alice", List.of("alice lives in [MASK] ."), List.of("Paris"),
                List.of(Passage.of("p", "Alice lives in PARIS, of Paris. Parisian.")));
        Fact bob = new Fact("b", "s", "lives in", "bob", List.of("bob lives in [MASK] ."), List.of("Rome"), List.of());
        Fact other = new Fact("c", "s", "other", "bob", List.of("bob is in [MASK] ."), List.of("Lima"), List.of());
        try (PlugLM model = Readers.reader()) {
            EditPlan plan = plan(new Facts(List.of(alice, bob, other), Map.of()), alice.evidence(), model,
                    folder.resolve("m"), 5);
            assertEquals(1, plan.edits().size());
            assertEquals("Rome", plan.edits().getFirst().object());
            assertEquals(Readers.id("rome"), plan.edits().getFirst().token());
            assertEquals("Alice lives in Rome, of Rome. Parisian.",
                    plan.edits().getFirst().after().getFirst().text());
            assertEquals(Map.of(EditPlan.NOT_IN_MEMORY, 2L), plan.leftOut());
        }
    }

    @Test
    void anObjectThatIsRightTooOrStandsInTheEvidenceAlreadyIsNotTaken() {
        Fact one = new Fact("a", "s", "r", "alice", List.of("alice is in [MASK] ."), List.of("paris"),
                List.of(Passage.of("p", "alice is in paris , not in oslo .")));
        Fact alsoRight = new Fact("b", "s", "r", "alice", List.of("alice is in [MASK] ."), List.of("rome"), List.of());
        Fact inEvidence = new Fact("c", "s", "r", "bob", List.of("bob is in [MASK] ."), List.of("oslo"), List.of());
        try (PlugLM model = Readers.reader()) {
            Problem none = assertThrows(Problem.class, () -> plan(new Facts(List.of(one, alsoRight, inEvidence),
                    Map.of()), one.evidence(), model, folder.resolve("m"), 5));
            assertTrue(none.getMessage().contains("1: " + EditPlan.NO_OTHER), none.getMessage());
        }
    }

    @Test
    void aPassageIsEditedForOneFactOnlyAndItsOtherFactsAreNoBystanders() {
        Passage shared = Passage.of("p", "alice lives in paris , bob lives in rome .");
        Fact alice = new Fact("a", "s", "r", "alice", List.of("alice lives in [MASK] ."), List.of("paris"),
                List.of(shared));
        Fact bob = new Fact("b", "s", "r", "bob", List.of("bob lives in [MASK] ."), List.of("rome"), List.of(shared));
        Fact far = new Fact("c", "s", "r", "carol", List.of("carol lives in [MASK] ."), List.of("lima"), List.of());
        try (PlugLM model = Readers.reader()) {
            // Rome and paris stand in the evidence already, only lima can be put in.
            EditPlan plan = plan(new Facts(List.of(alice, bob, far), Map.of()), List.of(shared), model,
                    folder.resolve("m"), 3);
            assertEquals(1, plan.edits().size());
            assertEquals(1L, plan.leftOut().get(EditPlan.SHARED));
            EditPlan first = plan(new Facts(List.of(alice, bob, far), Map.of()), List.of(shared), model,
                    folder.resolve("n"), 1);
            assertTrue(first.bystanders().stream().allMatch(each -> each.fact().equals(far)));
        }
    }

    @Test
    void evidenceInPartsIsEditedWhereItMentionsTheAnswer() {
        Fact alice = new Fact("a", "s", "r", "alice", List.of("alice lives in [MASK] ."), List.of("paris"),
                List.of(Passage.of("p", "alice is . alice lives in paris .")));
        Fact bob = new Fact("b", "s", "r", "bob", List.of("bob lives in [MASK] ."), List.of("rome"), List.of());
        List<Passage> parts = List.of(Passage.of("p#1", "alice is ."), Passage.of("p#2", "alice lives in paris ."));
        try (PlugLM model = Readers.reader()) {
            FactEdit edit = plan(new Facts(List.of(alice, bob), Map.of()), parts, model, folder.resolve("m"), 3)
                    .edits().getFirst();
            assertEquals(List.of(Passage.of("p#2", "alice lives in rome .")), edit.after());
        }
    }

    @Test
    void aMemoryWithoutTheFactsIsRefusedWithWhatToDoAndLeavesNothing() throws IOException {
        Facts facts = Readers.facts();
        try (PlugLM model = Readers.reader()) {
            Path memory = Readers.memory(folder.resolve("memory"), model, List.of(Passage.of("x", "the home .")));
            Problem refused = assertThrows(Problem.class, () -> measure(model, memory, facts, OPTIONS));
            assertTrue(refused.getMessage().contains("none of the 8 facts can be edited"), refused.getMessage());
            assertTrue(refused.getMessage().contains("pluglm evaluate passages"), refused.getMessage());
            assertThrows(Problem.class, () -> measure(model, folder.resolve("missing"), facts, OPTIONS));
        }
        assertEquals(List.of(), left());
    }

    @Test
    void efficacyAndGeneralityAreCountedByPhrasing() {
        Question question = new Question(Readers.fact("alice", "paris"), List.of(), new int[] {7});
        FactEdit edit = new FactEdit(question, "rome", 9, List.of(), List.of());
        EditScores scores = EditScores.NONE
                .with(edit, new int[] {7, 3, 7}, new int[] {9, 9, 7})
                .with(edit, new int[] {9, 7, 7}, new int[] {3, 9, 9})
                .withUnrelated(new int[] {1, 2, 3}, new int[] {1, 2, 4});
        assertEquals(new EditScores(new Share(1, 2), new Share(1, 2), new Share(3, 4), new Share(1, 1),
                new Share(2, 3), new Share(1, 3)), scores);
    }
}
