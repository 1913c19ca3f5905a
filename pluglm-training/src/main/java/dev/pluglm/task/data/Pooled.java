package dev.pluglm.task.data;

import java.util.List;

/**
 * A question with the texts that it is asked about: one text, or BioASQ's snippets, from which one answer is pooled
 * (SPEC 5.4).
 *
 * @param texts examples with one question, at least one
 * @param snippets whether these are BioASQ's
 * @param <E> the kind of example
 */
public record Pooled<E>(List<E> texts, boolean snippets) {

    public Pooled {
        texts = List.copyOf(texts);
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("a question without a text; expected at least one");
        }
    }

    /** One text of its own. */
    public static <E> Pooled<E> of(E example) {
        return new Pooled<>(List.of(example), false);
    }

    public E first() {
        return texts.getFirst();
    }
}
