package dev.pluglm.evaluation;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.pluglm.PlugLM;
import dev.pluglm.memory.PassageView;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * How well a model predicts masked tokens of running text with the memory that is plugged in.
 *
 * @param accuracy masked tokens that were the model's first choice
 * @param loss mean cross-entropy over all masked tokens, in nats
 * @param ownFound texts for which some memory layer found a passage out of the very document that the text comes from:
 *     where there are many, the model may have copied
 */
public record MaskedEvaluation(Share accuracy, double loss, Share ownFound) {

    /** {@code exp(loss)}. */
    @JsonProperty
    public double perplexity() {
        return Math.exp(loss);
    }

    /**
     * Predicts all masked tokens.
     *
     * @param model with the memories that are to be looked into, or with none
     * @param batchSize texts at once; the results do not depend on it
     * @param progress told how many texts are done
     */
    public static MaskedEvaluation measure(PlugLM model, MaskedTexts masked, int batchSize, LongConsumer progress) {
        return Prompts.inView(model, view -> {
            List<MaskedText> texts = masked.texts();
            Tally[] tally = new Tally[texts.size()];
            Optional<Passages> passages = view.map(Passages::new);
            new Prompts(model, batchSize).ask(texts.stream().map(MaskedText::prompt).toList(), view,
                    (i, logits, found) -> tally[i] = Tally.of(logits, texts.get(i).labels(),
                            passages.map(seen -> seen.anyWithin(found, masked.documents().get(i))).orElse(false)),
                    progress);
            return sum(tally);
        });
    }

    /** In the order of the texts, so that sums do not depend on batches. */
    private static MaskedEvaluation sum(Tally[] tally) {
        long right = 0;
        long tokens = 0;
        double loss = 0;
        Share own = Share.NONE;
        for (Tally each : tally) {
            right += each.right();
            tokens += each.tokens();
            loss += each.loss();
            own = own.with(each.own());
        }
        return new MaskedEvaluation(new Share(right, tokens), tokens == 0 ? 0 : loss / tokens, own);
    }

    /** How one text went. */
    private record Tally(int right, int tokens, double loss, boolean own) {

        static Tally of(Tensor logits, int[] labels, boolean own) {
            Tensor right = Tensors.on(logits.device(),
                    Tensors.of(Arrays.stream(labels).asLongStream().toArray(), labels.length));
            Tensor chosen = torch.gather(torch.log_softmax(logits, -1), 1, right.unsqueeze(1)); // [masked, 1]
            long[] first = Tensors.longs(logits.argmax(new org.bytedeco.pytorch.LongOptional(1), false)); // [masked]
            double loss = 0;
            for (float each : Tensors.floats(chosen)) {
                loss -= each;
            }
            int hits = 0;
            for (int i = 0; i < labels.length; i++) {
                hits += first[i] == labels[i] ? 1 : 0;
            }
            return new Tally(hits, labels.length, loss, own);
        }
    }

    /** The words of passages that were found. */
    private record Passages(PassageView view, Map<Integer, String> words) {

        Passages(PassageView view) {
            this(view, new HashMap<>());
        }

        boolean anyWithin(List<Found> found, String document) {
            return found.stream().flatMapToInt(each -> Arrays.stream(each.rows()))
                    .anyMatch(row -> Words.contains(document, words.computeIfAbsent(row,
                            _ -> Words.of(view.passage(row).text()))));
        }
    }
}
