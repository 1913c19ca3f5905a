package dev.pluglm.corpus.job;

import dev.pluglm.corpus.Document;
import dev.pluglm.corpus.WordPieces;
import dev.pluglm.text.Sentences;

import java.util.ArrayList;
import java.util.List;

/**
 * Fills passages with whole sentences as far as they fit; a sentence that is too long for one is cut between words.
 * A passage does not cross documents.
 */
final class PassageSplitter {
    /** A passage and its pieces, without special ones. */
    record Part(String text, List<String> pieces) {}

    private final WordPieces wordPieces;
    private final int room;

    /** @param room pieces of a passage at most, 1 or more */
    PassageSplitter(WordPieces wordPieces, int room) {
        this.wordPieces = wordPieces;
        this.room = room;
    }

    List<Part> split(Document document) {
        List<Part> passages = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        List<String> pieces = new ArrayList<>();
        for (Part sentence : fitting(document)) {
            if (!pieces.isEmpty() && pieces.size() + sentence.pieces().size() > room) {
                passages.add(new Part(text.toString(), List.copyOf(pieces)));
                text.setLength(0);
                pieces.clear();
            }
            text.append(text.isEmpty() ? "" : " ").append(sentence.text());
            pieces.addAll(sentence.pieces());
        }
        if (!pieces.isEmpty()) {
            passages.add(new Part(text.toString(), List.copyOf(pieces)));
        }
        return passages;
    }

    private List<Part> fitting(Document document) {
        List<Part> parts = new ArrayList<>();
        for (String paragraph : document.paragraphs()) {
            for (String sentence : Sentences.split(paragraph)) {
                addFitting(sentence, parts);
            }
        }
        return parts;
    }

    /** Adds a text in as few parts as halving it at spaces gives; each half is shorter, so this comes to an end. */
    private void addFitting(String text, List<Part> parts) {
        List<String> pieces = wordPieces.split(text, room + 1);
        if (pieces.isEmpty()) {
            return;
        }
        int space = pieces.size() <= room ? -1 : middleSpace(text);
        if (space < 0) {
            parts.add(new Part(text, pieces.subList(0, Math.min(room, pieces.size()))));
        } else {
            addFitting(text.substring(0, space).strip(), parts);
            addFitting(text.substring(space + 1).strip(), parts);
        }
    }

    /** The space nearest to the middle, at least a quarter away from both ends so that halving goes on quickly. */
    private static int middleSpace(String text) {
        int middle = text.length() / 2;
        int before = text.lastIndexOf(' ', middle);
        int after = text.indexOf(' ', middle);
        int nearest = after < 0 || before > 0 && middle - before < after - middle ? before : after;
        return nearest < text.length() / 4 || nearest > 3L * text.length() / 4 ? -1 : nearest;
    }
}
