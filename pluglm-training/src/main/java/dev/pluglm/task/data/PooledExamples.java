package dev.pluglm.task.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts together the snippets that one question of BioASQ is asked about: examples that follow on each other and whose
 * ids are the question's 24 characters, an underscore and the snippet's number, as published for BioBERT (SPEC 5.4). All
 * other examples stay alone.
 */
public final class PooledExamples {
    private static final Pattern OF_SNIPPET = Pattern.compile("([0-9A-Za-z]{24})_[0-9]{3}");

    private PooledExamples() {}

    /** Questions that are answered by a piece of a text; see {@link QuestionExamples#open}. */
    public static ExampleReader<Pooled<QuestionExample>> questions(Path file) {
        return of(file, QuestionExamples.open(file), example -> question(example.id()));
    }

    /** Questions that are answered by yes or no; see {@link YesNoExamples#open}. */
    public static ExampleReader<Pooled<TextExample>> yesNo(Path file) {
        return of(file, YesNoExamples.open(file), example -> example.id().flatMap(PooledExamples::question));
    }

    /** The id of the question that an example asks about a snippet; nothing if it is no such example. */
    public static Optional<String> question(String exampleId) {
        return Optional.of(OF_SNIPPET.matcher(exampleId)).filter(Matcher::matches).map(it -> it.group(1));
    }

    private static <E> ExampleReader<Pooled<E>> of(Path file, ExampleReader<E> examples,
            Function<E, Optional<String>> question) {
        return new ExampleReader<>(file, new Source<>(examples, question));
    }

    private static final class Source<E> implements ExampleReader.Source<Pooled<E>> {
        private final ExampleReader<E> examples;
        private final Function<E, Optional<String>> question;
        private Optional<E> ahead = Optional.empty();

        Source(ExampleReader<E> examples, Function<E, Optional<String>> question) {
            this.examples = examples;
            this.question = question;
        }

        @Override
        public Optional<Pooled<E>> next() {
            if (!read()) {
                return Optional.empty();
            }
            E first = ahead.orElseThrow();
            Optional<String> id = question.apply(first);
            List<E> texts = new ArrayList<>();
            do {
                texts.add(ahead.orElseThrow());
                ahead = Optional.empty();
            } while (id.isPresent() && read() && question.apply(ahead.orElseThrow()).equals(id));
            return Optional.of(new Pooled<>(texts, id.isPresent()));
        }

        /** Whether there is an example ahead. */
        private boolean read() {
            if (ahead.isEmpty() && examples.hasNext()) {
                ahead = Optional.of(examples.next());
            }
            return ahead.isPresent();
        }

        @Override
        public Map<String, Long> leftOut() {
            return examples.leftOut();
        }

        @Override
        public void close() {
            examples.close();
        }
    }
}
