package dev.pluglm.cli;

import dev.pluglm.PlugLM;
import dev.pluglm.memory.TextEncoder;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.text.Tokenizer;

import java.nio.file.Path;

/**
 * A model opened for what it does with memories: turning texts into tokens, keys and values.
 *
 * @param path where it is
 * @param model the model
 * @param encoder what its memories are made with
 */
record OpenModel(Path path, PlugLM model, TextEncoder encoder) implements AutoCloseable {

    /** Reads a model; a Problem if there is none, or it cannot make memories. */
    static OpenModel open(Path path, ModelOptions options) {
        options.start();
        PlugLM model = PlugLM.load(path, options.device, Precision.FP32);
        try {
            return new OpenModel(path, model, model.encoder());
        } catch (Problem refused) {
            model.close();
            throw new Problem(path + ": " + refused.getMessage(), refused);
        }
    }

    /** The tokenizer over the model's vocabulary. */
    Tokenizer tokenizer() {
        return model.tokenizer();
    }

    @Override
    public void close() {
        model.close();
    }
}
