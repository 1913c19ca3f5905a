package dev.pluglm.examples;

import dev.pluglm.Evidence;
import dev.pluglm.Filled;
import dev.pluglm.PlugLM;
import dev.pluglm.Prediction;

import java.nio.file.Path;
import java.util.Set;

/**
 * Fills a mask, shows what was looked up for it, and fills it again with the first passage hidden.
 *
 * <p>Arguments: a model directory, a memory directory, a text with a {@code [MASK]}.
 */
public final class FillWithEvidence {

    private FillWithEvidence() {}

    public static void main(String[] arguments) {
        try (PlugLM model = PlugLM.load(Path.of(arguments[0])).plug(Path.of(arguments[1]))) {
            Filled filled = model.fill(arguments[2], 5);
            for (Prediction prediction : filled.predictions()) {
                System.out.printf("%.4f %s%n", prediction.probability(), prediction.token());
            }
            for (Evidence passage : filled.evidence()) {
                System.out.printf("layer %d looked at %s (%.3f): %s%n",
                        passage.layer(), passage.id(), passage.weight(), passage.text());
            }
            if (!filled.evidence().isEmpty()) {
                String hidden = filled.evidence().getFirst().id();
                Filled without = model.fill(arguments[2], 5, Set.of(hidden));
                System.out.printf("without %s: %s%n", hidden, without.predictions().getFirst().token());
            }
        }
    }
}
