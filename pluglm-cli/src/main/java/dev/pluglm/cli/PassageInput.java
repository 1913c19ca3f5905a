package dev.pluglm.cli;

import dev.pluglm.checkpoint.TokenDocuments;
import dev.pluglm.memory.Edit;
import dev.pluglm.memory.Entry;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.PassageReader;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.PassageSplitter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The passages that a command line names, on their way into a memory. */
final class PassageInput {
    private static final int SHORTEST = 8;

    private final PassageOptions options;
    private final OpenModel model;
    private final int passageTokens;

    /** @param passageTokens longer texts are split; a Problem if the model cannot encode passages that long */
    PassageInput(PassageOptions options, OpenModel model, int passageTokens) {
        this.options = options;
        this.model = model;
        this.passageTokens = passageTokens;
        int longest = model.encoder().longestPassage();
        if (passageTokens < SHORTEST || passageTokens > longest) {
            throw Problem.of("--passage-tokens is %d; %s encodes passages of %d to %d tokens", passageTokens,
                    model.path(), SHORTEST, longest);
        }
    }

    /** Refuses options that contradict each other, before a model is opened for them. */
    static void check(PassageOptions options) {
        boolean single = options.text != null;
        if (single == !options.files.isEmpty()) {
            throw new BadUsage("say where the passages come from: either --from FILE..., or --id ID --text TEXT");
        }
        if (single && options.id == null) {
            throw new BadUsage("--text needs the passage's id: --id ID");
        }
        if (!single && (options.id != null || options.title != null || options.source != null)) {
            throw new BadUsage("--id, --title and --source go with --text; in files each passage has its own");
        }
        long arrays = options.files.stream().filter(TokenDocuments::isNamed).count();
        if (arrays > 0 && options.files.size() > 1) {
            throw new BadUsage("a .npy file has to come alone; make one edit for each");
        }
        for (Path file : options.files) {
            if (!Files.exists(file)) {
                throw Problem.of("%s: no such file", file);
            }
        }
    }

    /** Adds the passages to a memory. */
    Edit add(MemoryStore store, Console console) {
        if (isArray()) {
            try (TokenDocuments documents = TokenDocuments.open(options.files.getFirst());
                    Progress progress = console.progress("encoding", "passages", OptionalLong.of(documents.size()))) {
                Iterator<Entry> entries = documents.encoded(model.encoder(), model.tokenizer());
                return store.addEntries(entries, progress::to);
            }
        }
        return reading(console, passages -> store.add(passages, _ -> {}));
    }

    /** Replaces passages of a memory by these. */
    Edit replace(MemoryStore store, Console console) {
        if (isArray()) {
            throw Problem.of("%s: an array has no ids; give what replaces passages as JSON lines",
                    options.files.getFirst());
        }
        return reading(console, passages -> store.replace(passages, _ -> {}));
    }

    private boolean isArray() {
        return options.files.size() == 1 && TokenDocuments.isNamed(options.files.getFirst());
    }

    private interface Use {
        Edit make(Iterator<Passage> passages);
    }

    private Edit reading(Console console, Use use) {
        if (options.text != null) {
            Passage passage = new Passage(options.id, options.text, Optional.ofNullable(options.title),
                    Optional.ofNullable(options.source), Map.of());
            requireShort(passage);
            return use.make(List.of(passage).iterator());
        }
        PassageSplitter splitter = new PassageSplitter(model.tokenizer(), passageTokens);
        try (Progress progress = console.progress("encoding", "kB", OptionalLong.of(kilobytes(options.files)));
                Stream<Passage> passages = new PassageReader(splitter, bytes -> progress.to(bytes >> 10))
                        .read(options.files)) {
            return use.make(passages.iterator());
        }
    }

    private void requireShort(Passage passage) {
        int tokens = model.tokenizer().tokenize(passage.title().orElse("") + " " + passage.text()).length() + 2;
        if (tokens > model.encoder().longestPassage()) {
            throw Problem.of("--text has %d tokens, this model encodes at most %d; put it in a file, whose texts are"
                    + " split", tokens, model.encoder().longestPassage());
        }
    }

    private static long kilobytes(List<Path> files) {
        long bytes = 0;
        for (Path file : files) {
            try {
                bytes += Files.size(file);
            } catch (IOException unreadable) {
                // Reading it will tell.
                continue;
            }
        }
        return Math.max(1, bytes >> 10);
    }
}
