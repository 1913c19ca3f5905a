package dev.pluglm.task.data;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The labels that a model can give, numbered: the different ones of the training data in their order. */
public final class LabelSet {

    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,30}(\\.\\d{1,30})?");
    private static final int SHOWN = 10;

    private final List<String> names;
    private final Map<String, Integer> indexes = new HashMap<>();

    private LabelSet(List<String> names) {
        this.names = List.copyOf(names);
        for (String name : names) {
            if (indexes.putIfAbsent(name, indexes.size()) != null) {
                throw new IllegalArgumentException("the label '%s' is there twice".formatted(name));
            }
        }
    }

    /** The labels of a model, in the order in which it gives them. */
    public static LabelSet of(List<String> names) {
        return new LabelSet(names);
    }

    /**
     * The labels of training data: the different ones, numbers in their order, everything else as strings are sorted.
     *
     * @param file what they were read from, for messages
     * @param labels of all examples, as often as they come
     * @throws Problem if there are fewer than two different ones: nothing can be learned from those
     */
    public static LabelSet ofTraining(Path file, Stream<String> labels) {
        TreeSet<String> distinct = labels.collect(Collectors.toCollection(TreeSet::new));
        if (distinct.isEmpty()) {
            throw Problem.of("%s: no example has a label; expected at least two different labels", file);
        }
        if (distinct.size() == 1) {
            throw Problem.of("%s: all examples have the label '%s'; expected at least two different labels", file,
                    Shown.of(distinct.first()));
        }
        boolean numbers = distinct.stream().allMatch(label -> NUMBER.matcher(label).matches());
        Comparator<String> asStrings = Comparator.naturalOrder();
        Comparator<String> asNumbers = Comparator.<String, BigDecimal>comparing(BigDecimal::new)
                .thenComparing(asStrings);
        return new LabelSet(distinct.stream().sorted(numbers ? asNumbers : asStrings).toList());
    }

    /** How many there are. */
    public int size() {
        return names.size();
    }

    /** All of them in their order. */
    public List<String> names() {
        return names;
    }

    /** The label with a number in [0, size). */
    public String name(int index) {
        return names.get(index);
    }

    /**
     * The number of a label, in [0, size).
     *
     * @param place where it was read, for the message
     * @throws Problem if the training data had no such label
     */
    public int index(String label, Place place) {
        Integer index = indexes.get(label);
        if (index == null) {
            throw place.problem("the label '%s' is none of the %d that the model was trained with (%s); correct it, or "
                    + "train with examples of it", Shown.of(label), names.size(), Shown.of(names.stream().limit(SHOWN)
                            .collect(Collectors.joining(", "))) + (names.size() > SHOWN ? ", ..." : ""));
        }
        return index;
    }

    /**
     * Which of the labels these are [size].
     *
     * @throws Problem if the training data had no such label
     */
    public boolean[] indicator(List<String> labels, Place place) {
        boolean[] indicator = new boolean[names.size()];
        labels.forEach(label -> indicator[index(label, place)] = true);
        return indicator;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LabelSet set && names.equals(set.names);
    }

    @Override
    public int hashCode() {
        return names.hashCode();
    }

    @Override
    public String toString() {
        return Arrays.toString(names.toArray());
    }
}
