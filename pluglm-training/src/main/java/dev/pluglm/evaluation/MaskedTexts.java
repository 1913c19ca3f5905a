package dev.pluglm.evaluation;

import dev.pluglm.PlugLM;
import dev.pluglm.corpus.Corpus;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Parts of running texts with masked tokens, drawn and masked by a seed.
 *
 * @param texts the masked parts
 * @param documents for each, all words of the document that it comes from, see {@link Words}
 */
public record MaskedTexts(List<MaskedText> texts, List<String> documents) {

    public MaskedTexts {
        texts = List.copyOf(texts);
        documents = List.copyOf(documents);
    }

    /**
     * How texts are drawn and masked.
     *
     * @param samples how many parts, at least 1; all where there are no more
     * @param tokens tokens of a part at most, with special tokens; at least 8. Parts are whole sentences where they fit
     * @param ratio how much is masked, more than 0, up to 1
     * @param seed for what is drawn
     */
    public record Options(int samples, int tokens, double ratio, long seed) {}

    /**
     * Draws texts.
     *
     * @param progress told how many kilobytes are read
     * @throws Problem if there are none
     */
    public static MaskedTexts draw(Corpus corpus, PlugLM model, Options options, LongConsumer progress) {
        Tokenizer tokenizer = model.tokenizer();
        List<MaskedText> texts = new ArrayList<>();
        List<String> documents = new ArrayList<>();
        DrawnPassages drawn = DrawnPassages.draw(corpus, tokenizer, options.samples(), options.tokens(), false,
                options.seed(), _ -> true, progress);
        for (DrawnPassages.Drawn each : drawn.passages()) {
            int[] tokens = tokenizer.encode(each.passage().text(), options.tokens()).ids();
            MaskedText masked = MaskedText.mask(tokens, options.ratio(), tokenizer.vocabulary(),
                    Seeds.random(options.seed() + 1, each.passage().id()));
            if (masked.labels().length > 0) {
                texts.add(masked);
                documents.add(Words.of(each.document().text()));
            }
        }
        if (texts.isEmpty()) {
            throw Problem.of("%s: no text in it that could be masked", corpus.files().getFirst());
        }
        return new MaskedTexts(texts, documents);
    }

    /** How many tokens are masked. */
    public long masked() {
        return texts.stream().mapToLong(text -> text.labels().length).sum();
    }
}
