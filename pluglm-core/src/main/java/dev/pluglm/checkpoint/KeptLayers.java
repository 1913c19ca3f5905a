package dev.pluglm.checkpoint;

import dev.pluglm.problem.Problem;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Which layers of a BERT a model is made of, counted from 1 at the bottom; the others are dropped.
 *
 * @param numbers increasing; empty for all layers
 */
public record KeptLayers(List<Integer> numbers) {

    /** All layers. */
    public static final KeptLayers ALL = new KeptLayers(List.of());

    /** @throws Problem if a layer stands there twice, below an earlier one, or below 1 */
    public KeptLayers {
        numbers = List.copyOf(numbers);
        int before = 0;
        for (int number : numbers) {
            if (number < 1) {
                throw Problem.of("layers %s: there is no layer %d; the lowest is layer 1", list(numbers), number);
            }
            if (number == before) {
                throw Problem.of("layers %s: layer %d stands there twice; each can be kept once", list(numbers),
                        number);
            }
            if (number < before) {
                throw Problem.of("layers %s: layer %d stands after layer %d; name them from the bottom up, for they "
                        + "keep their order", list(numbers), number, before);
            }
            before = number;
        }
    }

    boolean isAll() {
        return numbers.isEmpty();
    }

    /** @throws Problem if a BERT of {@code layers} layers lacks one of these */
    void requireIn(int layers, String file) {
        if (!isAll() && numbers.getLast() > layers) {
            throw Problem.of("layers %s: there is no layer %d in %s; it has layers 1 to %d", this, numbers.getLast(),
                    file, layers);
        }
    }

    /** What becomes of layer {@code layer}, both from 0; -1 if it is dropped. */
    int place(int layer) {
        return isAll() ? layer : numbers.indexOf(layer + 1);
    }

    /** Such as {@code 1,2,12}. */
    @Override
    public String toString() {
        return list(numbers);
    }

    private static String list(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
