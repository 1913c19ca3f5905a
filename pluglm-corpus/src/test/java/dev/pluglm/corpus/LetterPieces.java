package dev.pluglm.corpus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A tokeniser small enough for tests: a few whole words, and letters for every other word. */
final class LetterPieces implements WordPieces {
    static final List<String> WORDS = List.of("cat", "dog", "sat", "ran", "house", "river", "green", "slowly", "under",
            "over", "with", "seven", "old", "bridge", "music", "night");

    private final List<String> pieces = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the",
            "."));
    private final Map<String, Integer> ids = new HashMap<>();

    LetterPieces() {
        pieces.addAll(WORDS);
        for (char c = 'a'; c <= 'z'; c++) {
            pieces.add(String.valueOf(c));
            pieces.add("##" + c);
        }
        pieces.forEach(piece -> ids.put(piece, ids.size()));
    }

    @Override
    public List<String> split(String text, int limit) {
        List<String> split = new ArrayList<>();
        for (String word : text.toLowerCase(Locale.ROOT).replace(".", " .").strip().split("\\s+")) {
            if (ids.containsKey(word)) {
                split.add(word);
            } else {
                for (int i = 0; i < word.length(); i++) {
                    String piece = (i == 0 ? "" : "##") + word.charAt(i);
                    split.add(ids.containsKey(piece) ? piece : "[UNK]");
                }
            }
        }
        return split.subList(0, Math.min(limit, split.size()));
    }

    @Override
    public int id(String piece) {
        return ids.getOrDefault(piece, 1);
    }

    @Override
    public String piece(int id) {
        return pieces.get(id);
    }

    @Override
    public int size() {
        return pieces.size();
    }
}
