package dev.pluglm.pretraining;

import dev.pluglm.pretraining.TrainingSample.Span;
import dev.pluglm.text.Vocabulary;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Cuts a sample out of a document, at a place that chance chooses within the part of the document that is its turn. */
final class Windows {
    private final WindowOptions options;
    private final Pieces pieces;
    private final int start;
    private final int end;

    Windows(WindowOptions options, Pieces pieces, Vocabulary vocabulary) {
        this.options = options;
        this.pieces = pieces;
        this.start = vocabulary.classification();
        this.end = vocabulary.separator();
    }

    /** How many samples a document gives in each epoch: as many long windows as its text would fill. */
    int count(StoredDocument document) {
        return Math.max(1, Math.ceilDiv(document.length(), options.room() - titleLength(document, false)));
    }

    /** @param part which of the document's samples, from 0; documents are gone through in equal parts */
    TrainingSample cut(StoredDocument document, int part, SplittableRandom random) {
        boolean asShort = random.nextDouble() < options.shortShare() && document.titleLength() > 0;
        double place = (part + random.nextDouble()) / count(document);
        int anchor = Math.min(document.length() - 1, (int) (place * document.length()));
        int title = titleLength(document, asShort);
        int room = options.room() - title;
        return asShort ? shortWindow(document, anchor, title, Math.min(room, options.shortTokens()), random)
                : longWindow(document, anchor, title, room);
    }

    private int titleLength(StoredDocument document, boolean asShort) {
        return asShort || options.prefixTitle() ? Math.min(document.titleLength(), options.titleRoom()) : 0;
    }

    /** Whole sentences from that of the anchor on, and before it where the document ends too soon. */
    private TrainingSample longWindow(StoredDocument document, int anchor, int title, int room) {
        int first = document.sentenceOf(anchor);
        int from = document.sentenceStart(first);
        if (document.sentenceEnd(first) - from > room) {
            return within(document, first, anchor, title, room);
        }
        int last = first;
        while (last + 1 < document.sentences() && document.sentenceEnd(last + 1) - from <= room) {
            last++;
        }
        int to = document.sentenceEnd(last);
        if (last + 1 == document.sentences()) {
            while (first > 0 && to - document.sentenceStart(first - 1) <= room) {
                first--;
            }
        }
        return sample(document, title, document.sentenceStart(first), to);
    }

    /** The sentence of the anchor, or a part of it around one of its names and numbers. */
    private TrainingSample shortWindow(StoredDocument document, int anchor, int title, int room,
            SplittableRandom random) {
        int sentence = document.sentenceOf(anchor);
        int from = document.sentenceStart(sentence);
        int to = document.sentenceEnd(sentence);
        if (to - from <= room) {
            return sample(document, title, from, to);
        }
        List<Span> spans = document.spansWithin(from, to).stream().filter(span -> span.length() <= room).toList();
        if (spans.isEmpty()) {
            return within(document, sentence, anchor - random.nextInt(room), title, room);
        }
        Span span = spans.get(random.nextInt(spans.size()));
        return within(document, sentence, span.from() - random.nextInt(room - span.length() + 1), title, room);
    }

    /** A part of a sentence that is too long, at about this place, cut between words where a word is not too long. */
    private TrainingSample within(StoredDocument document, int sentence, int wantedFrom, int title, int room) {
        int first = document.sentenceStart(sentence);
        int last = document.sentenceEnd(sentence);
        int from = Math.clamp(wantedFrom, first, last - room);
        int to = from + room;
        int wordFrom = from;
        while (wordFrom < to && wordFrom > first && pieces.continues(document.id(wordFrom))) {
            wordFrom++;
        }
        int wordTo = to;
        while (wordTo > wordFrom && wordTo < last && pieces.continues(document.id(wordTo))) {
            wordTo--;
        }
        return wordTo > wordFrom ? sample(document, title, wordFrom, wordTo) : sample(document, title, from, to);
    }

    private TrainingSample sample(StoredDocument document, int title, int from, int to) {
        int[] ids = new int[title + to - from + 2];
        ids[0] = start;
        for (int i = 0; i < title; i++) {
            ids[1 + i] = document.titleId(i);
        }
        for (int i = from; i < to; i++) {
            ids[1 + title + i - from] = document.id(i);
        }
        ids[ids.length - 1] = end;
        int shift = 1 + title - from;
        List<Span> spans = document.spansWithin(from, to).stream()
                .map(span -> new Span(span.from() + shift, span.to() + shift)).toList();
        return new TrainingSample(ids, new int[ids.length], Optional.empty(), spans);
    }
}
