package dev.pluglm.cli;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.memory.TextEncoder;
import dev.pluglm.model.MemoryEncoder;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.text.Tokenizer;

import java.nio.file.Path;

/**
 * A model opened for what it does with memories: turning texts into tokens, keys and values.
 *
 * @param path where it is
 * @param checkpoint the model and its vocabulary
 * @param tokenizer over that vocabulary
 * @param encoder what its memories are made with
 */
record OpenModel(Path path, Checkpoint checkpoint, Tokenizer tokenizer, TextEncoder encoder) implements AutoCloseable {

    /** Reads a model; a Problem if there is none, or it cannot make memories. */
    static OpenModel open(Path path, ModelOptions options) {
        Checkpoint checkpoint = Checkpoint.read(path, options.start(), Precision.FP32);
        try {
            MemoryEncoder encoder = checkpoint.model().memoryEncoder().orElseThrow(() -> Problem.of(
                    "%s: this model has no encoder that memories could be made with; use the pre-trained model that it"
                            + " comes from", path));
            Tokenizer tokenizer = Tokenizer.of(checkpoint.vocabulary());
            return new OpenModel(path, checkpoint, tokenizer, new TextEncoder(tokenizer, encoder));
        } catch (RuntimeException refused) {
            checkpoint.close();
            throw refused;
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        checkpoint.close();
    }
}
