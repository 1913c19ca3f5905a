package dev.pluglm.benchmarks;

import dev.pluglm.PlugLM;
import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.memory.Entry;
import dev.pluglm.memory.MemoryShape;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.PassageEncoder.Encoded;
import dev.pluglm.memory.PassageView;
import dev.pluglm.model.Input;
import dev.pluglm.model.Pass;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.Trace;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Torch;
import dev.pluglm.text.Vocabulary;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Measures filling a mask with a memory on disk of 100,000 passages, with a model of BERT-base's size whose weights are
 * drawn: the whole, and what of it is the memory's; then whether native memory stays flat over 2,000 predictions and
 * 200 edits. Run it with {@code -Xms2g -Xmx2g -XX:+AlwaysPreTouch}, so that the heap takes no part in the latter.
 *
 * <p>Arguments: directory (made if missing; a memory that an earlier run left there is used again), a BERT vocabulary,
 * number of threads.
 */
public final class FillBenchmark {
    private static final int MEMORY = 100_000;
    private static final String TEXT = "The capital of France is [MASK].";
    private static final int LAYERS = 12;

    private FillBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Path place = Path.of(arguments[0], "memory");
        Vocabulary vocabulary = Vocabulary.read(Path.of(arguments[1]));
        Torch.threads(Integer.parseInt(arguments[2]));
        if (!Files.exists(place)) {
            build(place);
        }
        PlugLMConfig config = PlugLMConfig.of(c -> {
            c.numMemoryLayers = 1;
            c.vocabSize = vocabulary.size();
        });
        try (PlugLM model = PlugLM.of(new Checkpoint(PlugLMModel.random(config, 0), vocabulary, "benchmark"));
                MemoryStore store = MemoryStore.openForWriting(place)) {
            median("fill without a memory", () -> model.fill(TEXT, 5));
            model.plug(List.of(store));
            median("fill with " + store.stats().passages() + " passages", () -> model.fill(TEXT, 5));
            memoryPart(model, store);
            leaks(model, store);
        }
    }

    private static void build(Path place) throws IOException {
        Files.createDirectories(place.getParent());
        ClusteredKeys keys = new ClusteredKeys(MEMORY, 20230521);
        int[] tokens = {101, 2023, 2003, 1037, 6019, 102};
        Iterator<Entry> entries = IntStream.range(0, MEMORY).mapToObj(i -> new Entry(
                Passage.of("passage " + i, "This is passage " + i + "."),
                new Encoded(tokens, keys.key(i), keys.value(i)))).iterator();
        MemoryShape shape = new MemoryShape(ClusteredKeys.SIZE, ClusteredKeys.VALUE_SIZE, Optional.empty());
        MemoryStore.create(place, "benchmark", shape, store -> store.addEntries(entries, _ -> {}));
    }

    /** From the states below the memory layer to what the memory adds: all that the layer does but feed forward. */
    private static void memoryPart(PlugLM model, MemoryStore store) {
        int[][] text = {model.tokenizer().encode(TEXT, 512).ids()};
        Medians search = new Medians();
        Medians all = new Medians();
        for (int i = 0; i < 400; i++) {
            if (i == 100) {
                search.restart();
                all.restart();
            }
            try (PassageView view = store.view()) {
                float[] query = view.keys(new int[] {i});
                search.begin();
                view.search(query, 1, 5);
                search.end();
                Scope.withoutGradients(() ->
                        model.model().states(Input.of(text, 0), Pass.prediction(view).watchedBy(new Watch(all))));
            }
        }
        search.print("search alone", 1);
        all.print("self-attention, query, search, fetch and knowledge attention of the memory layer", 1);
    }

    private record Watch(Medians times) implements Trace {
        @Override
        public void hidden(int layer, Tensor states) {
            if (layer == LAYERS - 2) {
                times.begin();
            }
        }

        @Override
        public void memory(int layer, Tensor added) {
            times.end();
        }
    }

    private static void leaks(PlugLM model, MemoryStore store) throws IOException {
        for (int i = 0; i < 2000; i++) {
            model.fill(TEXT, 5);
            if (i % 10 == 0) {
                Encoded encoded = model.encoder().encode(List.of(Passage.of("new", "A passage that is new."))).getFirst();
                store.addEntries(List.of(new Entry(Passage.of("new " + i, "New."), encoded)).iterator(), _ -> {});
            }
            if (i % 500 == 0 || i == 1999) {
                System.gc();
                System.out.printf(Locale.ROOT, "after %d predictions and %d edits: %d MB resident (anonymous), "
                        + "%d native objects of %.0f MB%n", i + 1, i / 10 + 1, resident(), Pointer.totalCount(),
                        Pointer.totalBytes() / 1e6);
            }
        }
    }

    /** On Linux, megabytes of this process that are not mapped files. */
    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findAny().orElse(0);
    }

    private static void median(String label, Runnable work) {
        Medians times = new Medians();
        for (int i = 0; i < 150; i++) {
            if (i == 50) {
                times.restart();
            }
            times.begin();
            work.run();
            times.end();
        }
        times.print(label, 1);
    }
}
