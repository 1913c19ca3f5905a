package dev.pluglm.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Splits running text into passages that a memory can hold (SPEC 4): at the ends of sentences, as many sentences in a
 * passage as fit. A sentence that is too long by itself is split between words, a word that is too long inside.
 *
 * <p>The passages together are the text: put one after the other they differ from it in white space only. Safe for use
 * by several threads.
 */
public final class PassageSplitter {

    private final Tokenizer tokenizer;
    private final int maxTokens;

    /**
     * @param tokenizer counts the tokens
     * @param maxTokens tokens of a passage at most, with {@code [CLS]}, {@code [SEP]} and the title: as much as
     *     {@link Tokenizer#encodePassage} takes without cutting; at least 8
     */
    public PassageSplitter(Tokenizer tokenizer, int maxTokens) {
        if (maxTokens < 8) {
            throw new IllegalArgumentException("passages of %d tokens; expected at least 8".formatted(maxTokens));
        }
        this.tokenizer = tokenizer;
        this.maxTokens = maxTokens;
    }

    /** Splits a text without title; see {@link #split(Optional, String)}. */
    public List<String> split(String text) {
        return split(Optional.empty(), text);
    }

    /**
     * Splits a text.
     *
     * @param title encoded before each passage, so it leaves less room for the text; more than half of the room is not
     *     given to it
     * @return the text itself if it fits, else its parts without white space around them; none if the text is blank
     */
    public List<String> split(Optional<String> title, String text) {
        if (text.isBlank()) {
            return List.of();
        }
        int room = maxTokens - 2;
        int titleTokens = title.map(it -> tokenizer.tokenize(it).length()).orElse(0);
        int limit = room - Math.min(titleTokens, room - room / 2);
        Tokens tokens = tokenizer.tokenize(text);
        if (tokens.length() <= limit) {
            return List.of(text);
        }
        return new Split(text, tokens, limit).passages();
    }

    /** What a place between two tokens is good for. */
    private enum Cut { NONE, WORD, SPACE, SENTENCE }

    /** One text on its way into passages. */
    private final class Split {
        private final String text;
        private final Tokens tokens;
        private final int limit;
        private final Cut[] cuts;
        private final List<String> passages = new ArrayList<>();

        Split(String text, Tokens tokens, int limit) {
            this.text = text;
            this.tokens = tokens;
            this.limit = limit;
            this.cuts = cuts();
        }

        List<String> passages() {
            int from = 0;
            while (tokens.length() - from > limit) {
                int to = best(from);
                if (to > from) {
                    add(from, to);
                } else {
                    to = endOfWord(from);
                    addParts(text.substring(start(from), start(to)));
                }
                from = to;
            }
            if (from < tokens.length()) {
                add(from, tokens.length());
            }
            return passages;
        }

        /** The furthest of the best cuts within reach, or {@code from} if there is none. */
        private int best(int from) {
            int best = from;
            Cut found = Cut.NONE;
            for (int at = from + limit; at > from && found != Cut.SENTENCE; at--) {
                if (cuts[at].compareTo(found) > 0) {
                    found = cuts[at];
                    best = at;
                }
            }
            return best;
        }

        private int endOfWord(int from) {
            int to = from + 1;
            while (to < tokens.length() && cuts[to] == Cut.NONE) {
                to++;
            }
            return to;
        }

        private void add(int from, int to) {
            passages.add(text.substring(start(from), start(to)).strip());
        }

        /**
         * Halves what has no better place, until it fits: halves have other tokens than the whole, so they are
         * counted.
         */
        private void addParts(String word) {
            if (tokenizer.tokenize(word).length() <= limit || word.codePointCount(0, word.length()) < 2) {
                passages.add(word.strip());
                return;
            }
            int middle = word.offsetByCodePoints(0, word.codePointCount(0, word.length()) / 2);
            addParts(word.substring(0, middle));
            addParts(word.substring(middle));
        }

        /**
         * Where the passage that begins with this token begins: characters that are no tokens stay with those
         * before.
         */
        private int start(int token) {
            if (token == 0) {
                return 0;
            }
            return token == tokens.length() ? text.length() : tokens.charStart()[token];
        }

        private Cut[] cuts() {
            Cut[] cuts = new Cut[tokens.length()];
            cuts[0] = Cut.NONE;
            Sentences sentences = new Sentences(text);
            int sentence = sentences.next();
            for (int at = 1; at < cuts.length; at++) {
                int before = tokens.charEnd()[at - 1];
                int after = tokens.charStart()[at];
                while (sentence >= 0 && sentence < before) {
                    sentence = sentences.next();
                }
                if (tokens.wordIds()[at] == tokens.wordIds()[at - 1] || after < before) {
                    cuts[at] = Cut.NONE;
                } else if (sentence >= 0 && sentence <= after) {
                    cuts[at] = Cut.SENTENCE;
                } else {
                    cuts[at] = hasSpace(before, after) ? Cut.SPACE : Cut.WORD;
                }
            }
            return cuts;
        }

        private boolean hasSpace(int from, int to) {
            return text.substring(from, to).chars().anyMatch(Character::isWhitespace);
        }
    }
}
