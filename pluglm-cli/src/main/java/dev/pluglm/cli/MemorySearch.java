package dev.pluglm.cli;

import dev.pluglm.cli.Table.Column;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.PassageEncoder.Encoded;
import dev.pluglm.memory.StoreView;
import dev.pluglm.model.Memory.Hits;
import dev.pluglm.problem.Problem;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

@Command(name = "search",
        header = "Find passages by meaning, or by words.",
        customSynopsis = "pluglm memory search DIR TEXT (--model MODEL | --words) [OPTIONS]",
        description = {"", "By meaning (--model): the text is encoded as if it were a passage, and the passages whose"
                + " keys are closest to its key by inner product are shown. A model that fills a mask asks with a query"
                + " of its own, and may find others. By words (--words): those that share its words, by BM25."},
        footer = {"", "Examples:", "  pluglm memory search facts \"the capital of Australia\" --model bert",
            "  pluglm memory search facts Canberra --words"})
final class MemorySearch extends MemoryAction {
    private static final int MOST = 10_000;

    @Parameters(index = "1", paramLabel = "TEXT", description = "What to look for.")
    private String text;

    @Option(names = {"-m", "--model"}, paramLabel = "MODEL", description = "Search by meaning, with this model.")
    private Path modelPath;

    @Mixin
    private ModelOptions modelOptions;

    @Option(names = {"-w", "--words"}, description = "Search by words; needs no model.")
    private boolean words;

    @Option(names = "-k", paramLabel = "N", defaultValue = "5", description = "How many passages to show (default: 5).")
    private int k;

    @Override
    int run(Console console) {
        if (words == (modelPath != null)) {
            throw new BadUsage("say how to search: either by meaning with --model MODEL, or by --words");
        }
        if (k < 1 || k > MOST) {
            throw new BadUsage("-k is %d; expected 1 to %d".formatted(k, MOST));
        }
        if (text.isBlank()) {
            throw new BadUsage("the text to look for is empty");
        }
        try (MemoryStore store = MemoryStore.openForReading(directory); StoreView view = store.view()) {
            print(console, view, words ? view.searchWords(text, k) : byMeaning(view));
        }
        return Cli.OK;
    }

    private Hits byMeaning(StoreView view) {
        try (OpenModel model = OpenModel.open(modelPath, modelOptions)) {
            requireSameEncoder(view, model);
            Encoded encoded = model.encoder().encode(List.of(Passage.of("query", text))).getFirst();
            return view.search(encoded.key(), 1, k);
        }
    }

    private void requireSameEncoder(StoreView view, OpenModel model) {
        Optional<String> made = view.encoderFingerprint();
        if (view.keySize() != model.encoder().keySize()
                || made.isPresent() && !made.get().equals(model.encoder().fingerprint())) {
            throw Problem.of("%s: the memory was made with another encoder than that of %s; encode it anew with:"
                    + " pluglm memory reencode %s --model %s", directory, modelPath, directory, modelPath);
        }
    }

    private void print(Console console, StoreView view, Hits hits) {
        if (console.isJson()) {
            for (int place = 0; place < hits.counts()[0]; place++) {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("similarity", 0); // the first field
                object.putAll(MemoryList.json(view.passage(hits.row(0, place))));
                object.put("similarity", hits.similarity(0, place)); // also where metadata has one
                console.json(object);
            }
            return;
        }
        if (hits.counts()[0] == 0) {
            console.line("nothing found");
        }
        try (Table table = new Table(console, Column.number(words ? "score" : "similarity"), Column.text("id"),
                Column.text("source"), Column.text("text"))) {
            for (int place = 0; place < hits.counts()[0]; place++) {
                Passage passage = view.passage(hits.row(0, place));
                table.row(String.format(Locale.ROOT, "%.3f", hits.similarity(0, place)), passage.id(),
                        Passages.source(passage), Passages.text(passage, Passages.WIDTH));
            }
        }
    }
}
