package dev.pluglm.evaluation;

import dev.pluglm.corpus.Corpus;
import dev.pluglm.corpus.Document;
import dev.pluglm.corpus.DocumentReader;
import dev.pluglm.corpus.ReadOptions;
import dev.pluglm.memory.Passage;
import dev.pluglm.text.PassageSplitter;
import dev.pluglm.text.Tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Passages drawn at random from documents: each is as likely as any other, and the same ones are drawn in whatever
 * order the documents come. Reads the documents once; only those of drawn passages stay in memory.
 *
 * @param passages the drawn ones, in a random order; fewer than asked for only where there are no more
 * @param refused how many passages were refused
 */
record DrawnPassages(List<Drawn> passages, long refused) {
    private static final int DOCUMENTS_AT_ONCE = 256;

    /**
     * A passage and where it comes from. A document that is split gives its parts the ids {@code ID#1}, {@code ID#2}
     * and so on, as {@code memory create} does.
     */
    record Drawn(Passage passage, Document document) {}

    private record Placed(Drawn drawn, long place) {}

    /**
     * Draws passages.
     *
     * @param count how many
     * @param passageTokens tokens of a passage at most, with title and special tokens
     * @param accepted which may be drawn; called by several threads
     * @param progress told how many kilobytes are read
     */
    static DrawnPassages draw(Corpus corpus, Tokenizer tokenizer, int count, int passageTokens, boolean titles,
            long seed, Predicate<Passage> accepted, LongConsumer progress) {
        PassageSplitter splitter = new PassageSplitter(tokenizer, passageTokens);
        PriorityQueue<Placed> kept = new PriorityQueue<>(Comparator.comparingLong(Placed::place).reversed());
        long all = 0;
        long good = 0;
        try (DocumentReader documents = corpus.open(ReadOptions.defaults(),
                (read, _, _) -> progress.accept(read >> 10))) {
            while (documents.hasNext()) {
                List<Document> some = new ArrayList<>();
                while (some.size() < DOCUMENTS_AT_ONCE && documents.hasNext()) {
                    some.add(documents.next());
                }
                List<List<Drawn>> split = some.parallelStream().map(each -> split(each, splitter, titles)).toList();
                all += split.stream().mapToLong(List::size).sum();
                List<Placed> placed = split.parallelStream().flatMap(List::stream)
                        .filter(each -> accepted.test(each.passage()))
                        .map(each -> new Placed(each, Seeds.order(seed, each.passage().id())))
                        .toList();
                good += placed.size();
                for (Placed each : placed) {
                    kept.add(each);
                    if (kept.size() > count) {
                        kept.remove();
                    }
                }
            }
        }
        List<Drawn> drawn = kept.stream().sorted(Comparator.comparingLong(Placed::place)).map(Placed::drawn).toList();
        return new DrawnPassages(drawn, all - good);
    }

    private static List<Drawn> split(Document document, PassageSplitter splitter, boolean titles) {
        Optional<String> title = document.title().filter(_ -> titles);
        return split(new Passage(document.id(), document.text(), title, Optional.of(document.source()),
                java.util.Map.of()), splitter).stream().map(part -> new Drawn(part, document)).toList();
    }

    /** The passage itself if it is short enough, else its parts. */
    static List<Passage> split(Passage whole, PassageSplitter splitter) {
        List<String> parts = splitter.split(whole.title(), whole.text());
        if (parts.size() == 1) {
            return List.of(whole);
        }
        return IntStream.range(0, parts.size())
                .mapToObj(i -> new Passage(whole.id() + "#" + (i + 1), parts.get(i), whole.title(), whole.source(),
                        whole.metadata()))
                .toList();
    }
}
