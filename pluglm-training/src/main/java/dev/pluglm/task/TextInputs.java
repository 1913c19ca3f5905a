package dev.pluglm.task;

import dev.pluglm.memory.Passage;
import dev.pluglm.problem.Problem;
import dev.pluglm.task.data.ExampleReader;
import dev.pluglm.task.data.TextExample;
import dev.pluglm.task.data.TextExamples;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Tokens;
import dev.pluglm.text.Truncation;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** How texts and pairs of texts become a model's input (SPEC 5.1). */
final class TextInputs {

    /** What marks a text of a task whose training examples are a memory. */
    static final String TAG = "[unused1]";

    private final Tokenizer tokenizer;
    private final TaskSettings settings;

    TextInputs(Tokenizer tokenizer, TaskSettings settings) {
        this.tokenizer = tokenizer;
        this.settings = settings;
    }

    /** Opens a file of texts. */
    ExampleReader<TextExample> open(Path file) {
        return settings.textColumns().map(columns -> TextExamples.open(file, columns))
                .orElseGet(() -> TextExamples.open(file));
    }

    /** Without targets, one for each text. Texts that are too long lose their ends. */
    List<Sample> samples(List<TextExample> examples) {
        return IntStream.range(0, examples.size()).parallel()
                .mapToObj(i -> sample(i, examples.get(i))).toList();
    }

    private Sample sample(int number, TextExample example) {
        int room = settings.maxSeqLen() - (settings.tagged() ? 1 : 0);
        Tokens tokens = example.pair()
                .map(pair -> tokenizer.encodePair(example.text(), pair, room, Truncation.LONGEST_FIRST))
                .orElseGet(() -> tokenizer.encode(example.text(), room));
        return settings.tagged()
                ? new Sample(number, after(tokens.ids(), tag(tokenizer)), after(tokens.typeIds(), 0))
                : new Sample(number, tokens.ids(), tokens.typeIds());
    }

    /** With a number put in after the first. */
    static int[] after(int[] numbers, int inserted) {
        return IntStream.concat(IntStream.of(numbers[0], inserted), Arrays.stream(numbers).skip(1)).toArray();
    }

    static int tag(Tokenizer tokenizer) {
        return tokenizer.vocabulary().id(TAG).orElseThrow(() ->
                Problem.of("tagged is set, but the vocabulary has no %s", TAG));
    }

    /** Each text with its label as a passage. */
    static List<Passage> passages(List<TextExample> examples) {
        return IntStream.range(0, examples.size()).mapToObj(i -> {
            TextExample example = examples.get(i);
            return passage(i, example.text() + example.pair().map(pair -> " " + pair).orElse(""),
                    String.join(", ", example.labels().orElse(List.of())),
                    example.place().toString());
        }).toList();
    }

    /**
     * A passage of what an example says and what is right for it. The label comes first, as the passage's title, so
     * that no text is long enough to push it out.
     */
    static Passage passage(int number, String text, String label, String place) {
        return new Passage("train-" + number, text.isBlank() ? label : text,
                Optional.of(label).filter(it -> !it.isBlank()), Optional.of(place), Map.of());
    }
}
