package dev.pluglm.evaluation;

import dev.pluglm.PlugLM;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The facts that one model can be asked for: those of which an answer is a single WordPiece, and one of the common
 * vocabulary if there is one.
 *
 * @param questions in the order of the facts
 * @param leftOut how many facts were left out, by the reason
 * @param candidates what answers are sought among
 */
public record Questions(List<Question> questions, Map<String, Long> leftOut, Candidates candidates) {

    static final String SEVERAL_PIECES = "the answer is no single WordPiece";
    static final String NOT_COMMON = "the answer is not in the common vocabulary";

    public Questions {
        questions = List.copyOf(questions);
        leftOut = Collections.unmodifiableMap(new LinkedHashMap<>(leftOut));
    }

    /** Questions whose answers are sought among all tokens. */
    public static Questions of(Facts facts, PlugLM model) {
        return of(facts, model, Optional.empty());
    }

    /**
     * Makes questions of facts.
     *
     * @param common the only words that are sought among, and facts with other answers left out
     * @throws Problem if a question is longer than the model reads, or none is left
     */
    public static Questions of(Facts facts, PlugLM model, Optional<CommonVocabulary> common) {
        Tokenizer tokenizer = model.tokenizer();
        int longest = model.model().config().maxPositionEmbeddings();
        List<Question> questions = new ArrayList<>();
        Map<String, Long> leftOut = new LinkedHashMap<>(facts.leftOut());
        for (Fact fact : facts.facts()) {
            int[] single = fact.answers().stream().map(answer -> piece(tokenizer, answer))
                    .flatMapToInt(OptionalInt::stream).distinct().toArray();
            int[] answers = Arrays.stream(single).filter(id -> common.isEmpty() || common.get().has(id)).toArray();
            if (answers.length == 0) {
                leftOut.merge(single.length == 0 ? SEVERAL_PIECES : NOT_COMMON, 1L, Long::sum);
            } else {
                questions.add(new Question(fact,
                        fact.phrasings().stream().map(text -> prompt(tokenizer, fact, text, longest)).toList(),
                        answers));
            }
        }
        if (questions.isEmpty()) {
            throw Problem.of("none of the %d facts can be asked for: no answer is a single WordPiece of this model%s",
                    facts.facts().size(), common.isPresent() ? " and in the common vocabulary" : "");
        }
        return new Questions(questions, leftOut, new Candidates(tokenizer.vocabulary(), common));
    }

    /** The token that a word is, where it is a single one that the vocabulary has. */
    static OptionalInt piece(Tokenizer tokenizer, String word) {
        int[] ids = tokenizer.tokenize(word).ids();
        return ids.length == 1 && !tokenizer.vocabulary().isSpecial(ids[0])
                ? OptionalInt.of(ids[0])
                : OptionalInt.empty();
    }

    private static Prompt prompt(Tokenizer tokenizer, Fact fact, String text, int longest) {
        Tokens tokens = tokenizer.encode(text, Integer.MAX_VALUE);
        if (tokens.length() > longest) {
            throw Problem.of("fact '%s': the question has %d tokens, the model reads %d at most: \"%s\"", fact.id(),
                    tokens.length(), longest, Shown.of(text));
        }
        int mask = tokenizer.vocabulary().mask();
        return new Prompt(tokens.ids(),
                IntStream.range(0, tokens.length()).filter(at -> tokens.ids()[at] == mask).toArray());
    }
}
