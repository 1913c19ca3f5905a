package dev.pluglm.pretraining;

import dev.pluglm.corpus.Document;
import dev.pluglm.corpus.DocumentReader;
import dev.pluglm.pretraining.TrainingSample.Span;
import dev.pluglm.text.Sentences;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Splits documents into sentences, tokenises these many at a time, and finds the spans in them. */
final class TextReader {
    /** Enough to keep all processors busy. */
    private static final int SENTENCES_AT_ONCE = 4096;

    private final Tokenizer tokenizer;
    private final Pieces pieces;
    private final int titleRoom;
    private final boolean wide;

    /** @param titleRoom tokens of a title that are kept */
    TextReader(Tokenizer tokenizer, Pieces pieces, int titleRoom) {
        this.tokenizer = tokenizer;
        this.pieces = pieces;
        this.titleRoom = titleRoom;
        this.wide = pieces.size() > 1 << Character.SIZE;
    }

    private record Pending(Optional<String> title, List<String> sentences) {}

    /** Reads all documents and hands on, in their order, those that have a token to learn from. */
    void read(DocumentReader documents, Consumer<StoredDocument> sink) {
        List<Pending> pending = new ArrayList<>();
        int sentences = 0;
        while (documents.hasNext()) {
            Document document = documents.next();
            List<String> split = document.paragraphs().stream().flatMap(it -> Sentences.split(it).stream()).toList();
            pending.add(new Pending(document.title(), split));
            sentences += split.size() + 1;
            if (sentences >= SENTENCES_AT_ONCE) {
                tokenize(pending, sink);
                pending.clear();
                sentences = 0;
            }
        }
        tokenize(pending, sink);
    }

    private void tokenize(List<Pending> pending, Consumer<StoredDocument> sink) {
        List<String> texts = new ArrayList<>();
        for (Pending document : pending) {
            texts.add(document.title().orElse(""));
            texts.addAll(document.sentences());
        }
        Iterator<Tokens> tokens = tokenizer.encodeAll(texts, Integer.MAX_VALUE).iterator();
        for (Pending document : pending) {
            int[] title = tokens.next().ids();
            store(Arrays.copyOfRange(title, 1, Math.min(title.length - 1, 1 + titleRoom)), document.sentences(), tokens)
                    .ifPresent(sink);
        }
    }

    private Optional<StoredDocument> store(int[] title, List<String> sentences, Iterator<Tokens> tokens) {
        IntStream.Builder ids = IntStream.builder();
        IntStream.Builder ends = IntStream.builder();
        List<Span> spans = new ArrayList<>();
        int length = 0;
        boolean maskable = false;
        for (String sentence : sentences) {
            Tokens found = withoutEnds(tokens.next());
            if (found.length() == 0) {
                continue;
            }
            for (int id : found.ids()) {
                ids.add(id);
                maskable |= !pieces.isSpecial(id);
            }
            for (Span span : SalientSpans.find(sentence, found)) {
                boolean known = IntStream.range(span.from(), span.to())
                        .noneMatch(i -> pieces.isSpecial(found.ids()[i]));
                if (known) {
                    spans.add(new Span(length + span.from(), length + span.to()));
                }
            }
            length = Math.addExact(length, found.length());
            ends.add(length);
        }
        return maskable ? Optional.of(new StoredDocument(wide, title, ids.build().toArray(), ends.build().toArray(),
                spans)) : Optional.empty();
    }

    /** A sentence's own tokens, out of {@code [CLS] sentence [SEP]}. */
    private static Tokens withoutEnds(Tokens tokens) {
        int last = tokens.length() - 1;
        return new Tokens(Arrays.copyOfRange(tokens.ids(), 1, last), Arrays.copyOfRange(tokens.typeIds(), 1, last),
                Arrays.copyOfRange(tokens.wordIds(), 1, last), Arrays.copyOfRange(tokens.charStart(), 1, last),
                Arrays.copyOfRange(tokens.charEnd(), 1, last), false);
    }
}
