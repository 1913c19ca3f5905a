package dev.pluglm.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * Turns text into BERT's uncased word pieces and back (SPEC 2 and 4): lower case, no accents, control characters
 * dropped, each Chinese character and each punctuation character a word, words of more than 100 characters
 * {@code [UNK]}, sequences {@code [CLS] text [SEP]} and {@code [CLS] first [SEP] second [SEP]}.
 *
 * <p>The five special tokens are recognised in running text as one token each, as the reference does; others, like
 * {@code [unused1]}, if asked for. Offsets are Java char positions in the text as it was given. A surrogate without its
 * partner counts as U+FFFD and is dropped.
 *
 * <p>Safe for use by several threads; holds native memory until it is closed. Texts may be of any length: only a part
 * of a text is in native memory at a time, and no more is read than is asked for.
 */
public final class Tokenizer implements AutoCloseable {

    private static final int TEXTS_AT_ONCE = 1024;

    private final Vocabulary vocabulary;
    private final HuggingFaceTokenizer library;
    // Many may encode at the same time; closing waits for them, since the library would read freed memory.
    private final ReadWriteLock closing = new ReentrantReadWriteLock();
    private boolean closed;

    private Tokenizer(Vocabulary vocabulary, HuggingFaceTokenizer library) {
        this.vocabulary = vocabulary;
        this.library = library;
    }

    /**
     * A tokenizer with this vocabulary.
     *
     * @param alsoSpecial tokens of the vocabulary that are recognised as one token in running text as well
     * @throws dev.pluglm.problem.Problem if a token of {@code alsoSpecial} is not in the vocabulary, or the native
     *     library cannot be started
     */
    public static Tokenizer of(Vocabulary vocabulary, String... alsoSpecial) {
        return new Tokenizer(vocabulary, WordPieces.open(vocabulary, List.of(alsoSpecial)));
    }

    /** The tokens by number. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** The token with this id; see {@link Vocabulary#token}. */
    public String token(int id) {
        return vocabulary.token(id);
    }

    /**
     * Encodes {@code [CLS] text [SEP]}.
     *
     * @param maxLength at most so many tokens, with {@code [CLS]} and {@code [SEP]}; at least 3. What is more is left
     *     out at the end of the text
     */
    public Tokens encode(String text, int maxLength) {
        atLeast(3, maxLength);
        return single(pieces(text, maxLength - 2), maxLength);
    }

    /** Encodes many texts on all processors, each as {@link #encode(String, int)} does. */
    public List<Tokens> encodeAll(List<String> texts, int maxLength) {
        atLeast(3, maxLength);
        List<Tokens> all = new ArrayList<>(texts.size());
        for (int from = 0; from < texts.size(); from += TEXTS_AT_ONCE) {
            List<String> some = texts.subList(from, Math.min(texts.size(), from + TEXTS_AT_ONCE));
            List<String> small = some.stream().filter(TextChunks::isSingle).map(TextChunks::wellFormed).toList();
            Encoding[] encodings = small.isEmpty() ? new Encoding[0] : using(it -> it.batchEncode(small));
            int next = 0;
            for (String text : some) {
                if (TextChunks.isSingle(text)) {
                    TokensBuilder pieces = new TokensBuilder();
                    pieces.add(encodings[next], small.get(next), 0);
                    all.add(single(pieces, maxLength));
                    next++;
                } else {
                    all.add(encode(text, maxLength));
                }
            }
        }
        return all;
    }

    /**
     * Encodes {@code [CLS] first [SEP] second [SEP]}; the second text and its {@code [SEP]} have type 1. Word ids and
     * offsets are counted anew in the second text.
     *
     * @param maxLength at most so many tokens, with {@code [CLS]} and twice {@code [SEP]}; at least 5
     * @throws dev.pluglm.problem.Problem if the text that must not be cut is too long by itself
     */
    public Tokens encodePair(String first, String second, int maxLength, Truncation truncation) {
        atLeast(5, maxLength);
        TokensBuilder a = pieces(first, Integer.MAX_VALUE);
        TokensBuilder b = pieces(second, Integer.MAX_VALUE);
        Truncation.Lengths lengths = truncation.fit(a.length(), b.length(), maxLength - 3);
        TokensBuilder pair = new TokensBuilder();
        pair.add(vocabulary.classification(), 0);
        pair.add(a, lengths.first(), 0);
        pair.add(vocabulary.separator(), 0);
        pair.add(b, lengths.second(), 1);
        pair.add(vocabulary.separator(), 1);
        return pair.build();
    }

    /**
     * Encodes {@code [CLS] words [SEP]} for a text that comes in words, as in named entity recognition (SPEC 5.2).
     * {@link Tokens#wordIds} are the numbers of the given words, offsets are positions within the word.
     *
     * @param maxLength at most so many tokens, with {@code [CLS]} and {@code [SEP]}; at least 3
     */
    public Tokens encodeWords(List<String> words, int maxLength) {
        atLeast(3, maxLength);
        TokensBuilder all = new TokensBuilder();
        for (int word = 0; word < words.size() && all.length() <= maxLength - 2; word++) {
            TokensBuilder pieces = pieces(words.get(word), maxLength - 2);
            pieces.sameWord(word);
            all.add(pieces, pieces.length(), 0);
        }
        return single(all, maxLength);
    }

    /**
     * The token ids of a passage as it is kept in a memory: {@code [CLS] title text [SEP]}, or without the title
     * {@code [CLS] text [SEP]} (SPEC 4). Where both are too long, title and text get half of the room each.
     *
     * @param maxLength at most so many tokens, with {@code [CLS]} and {@code [SEP]}; at least 5
     */
    public int[] encodePassage(Optional<String> title, String text, int maxLength) {
        if (title.isEmpty()) {
            return encode(text, maxLength).ids();
        }
        atLeast(5, maxLength);
        TokensBuilder before = pieces(title.get(), maxLength);
        TokensBuilder after = pieces(text, maxLength);
        Truncation.Lengths lengths = Truncation.LONGEST_FIRST.fit(before.length(), after.length(), maxLength - 2);
        TokensBuilder passage = new TokensBuilder();
        passage.add(vocabulary.classification(), 0);
        passage.add(before, lengths.first(), 0);
        passage.add(after, lengths.second(), 0);
        passage.add(vocabulary.separator(), 0);
        return passage.build().ids();
    }

    /** The word pieces of a text, all of them, without {@code [CLS]} and {@code [SEP]}. */
    public Tokens tokenize(String text) {
        return pieces(text, Integer.MAX_VALUE).build();
    }

    /**
     * Readable text: word pieces joined, special tokens dropped, spaces before punctuation removed. Lower case and
     * without accents, as that is all the ids tell.
     *
     * @throws IllegalArgumentException if an id is not in the vocabulary
     */
    public String decode(int[] ids) {
        return Decoding.decode(vocabulary, ids);
    }

    @Override
    public void close() {
        closing.writeLock().lock();
        try {
            closed = true;
            library.close();
        } finally {
            closing.writeLock().unlock();
        }
    }

    /** The first word pieces of a text; more than {@code atMost} if there are more. */
    private TokensBuilder pieces(String text, int atMost) {
        String readable = TextChunks.wellFormed(Objects.requireNonNull(text, "text"));
        TokensBuilder pieces = new TokensBuilder();
        int from = 0;
        while (from < readable.length() && pieces.length() <= atMost) {
            int to = TextChunks.end(readable, from);
            String chunk = readable.substring(from, to);
            pieces.add(using(it -> it.encode(chunk)), chunk, from);
            from = to;
        }
        return pieces;
    }

    private Tokens single(TokensBuilder pieces, int maxLength) {
        TokensBuilder sequence = new TokensBuilder();
        sequence.add(vocabulary.classification(), 0);
        sequence.add(pieces, Math.min(pieces.length(), maxLength - 2), 0);
        sequence.add(vocabulary.separator(), 0);
        return sequence.build();
    }

    private <T> T using(Function<HuggingFaceTokenizer, T> call) {
        closing.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the tokenizer is closed");
            }
            return call.apply(library);
        } finally {
            closing.readLock().unlock();
        }
    }

    private static void atLeast(int smallest, int maxLength) {
        if (maxLength < smallest) {
            throw new IllegalArgumentException(
                    "a maximum length of %d tokens; expected at least %d".formatted(maxLength, smallest));
        }
    }
}
