package dev.pluglm.task;

import dev.pluglm.memory.Passage;
import dev.pluglm.task.data.TextExample;

import java.util.List;
import java.util.Optional;

/**
 * Texts or pairs, one sample for each.
 *
 * @param <R> what is right for all of them, in their order
 */
abstract class TextData<R> implements TaskData {
    final List<TextExample> examples;
    /** Empty where it is not known. */
    final Optional<R> right;
    private final List<Sample> samples;

    TextData(List<TextExample> examples, Optional<R> right, List<Sample> samples) {
        this.examples = examples;
        this.right = right;
        this.samples = samples;
    }

    @Override
    public final int size() {
        return examples.size();
    }

    @Override
    public final List<Sample> samples() {
        return samples;
    }

    @Override
    public final List<Passage> passages() {
        return TextInputs.passages(examples);
    }
}
