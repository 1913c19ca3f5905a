package dev.pluglm.task;

import dev.pluglm.memory.Passage;
import dev.pluglm.metric.Entity;
import dev.pluglm.metric.EntityScores;
import dev.pluglm.metric.Scores;
import dev.pluglm.metric.TagScheme;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.Task;
import dev.pluglm.task.data.ExampleReader;
import dev.pluglm.task.data.LabelSet;
import dev.pluglm.task.data.TokenExample;
import dev.pluglm.task.data.TokenExamples;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Tokens;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Named entities in sentences (SPEC 5.2): a tag for the first token of each word. A sentence that is too long is split
 * between words into parts that are read one by one.
 */
record EntityTagging(Tokenizer tokenizer, TaskSettings settings, LabelSet labels)
        implements DownstreamTask<TokenExample> {

    private static final String OUTSIDE = "O";

    @Override
    public void shape(PlugLMConfig.Draft draft) {
        draft.task = Task.TOKEN_CLASSIFICATION;
        draft.numLabels = labels.size();
        draft.labels = labels.names();
    }

    @Override
    public ExampleReader<TokenExample> open(Path file) {
        return TokenExamples.open(file);
    }

    /** @throws dev.pluglm.problem.Problem if there are none */
    static List<String> tags(TokenExample example) {
        return example.tags().orElseThrow(() -> example.place().problem(
                "no tags; expected a tag for each word, like B-Disease or O"));
    }

    @Override
    public TaskData data(List<TokenExample> examples, boolean labelled) {
        List<Part> parts = IntStream.range(0, examples.size()).parallel().boxed()
                .flatMap(i -> parts(i, examples.get(i), labelled).stream()).toList();
        return new Data(examples, labelled, parts);
    }

    /**
     * Some words of a sentence.
     *
     * @param words for each token the word that it begins, counted in the sentence; -1 for all other tokens
     */
    private record Part(Sample sample, int[] words) {}

    private List<Part> parts(int number, TokenExample example, boolean labelled) {
        int room = settings.maxSeqLen() - (settings.tagged() ? 1 : 0);
        List<Part> parts = new ArrayList<>();
        int from = 0;
        while (from < example.tokens().size()) {
            List<String> rest = example.tokens().subList(from, example.tokens().size());
            Tokens tokens = tokenizer.encodeWords(rest, room);
            int words = rest.size();
            if (tokens.truncated()) {
                // The word that the cut went through goes into the next part, unless it fills this one by itself.
                words = Math.max(1, lastWord(tokens));
                tokens = tokenizer.encodeWords(rest.subList(0, words), room);
            }
            parts.add(part(number, example, from, tokens, labelled));
            from += words;
        }
        return parts;
    }

    private static int lastWord(Tokens tokens) {
        return Arrays.stream(tokens.wordIds()).max().orElse(0);
    }

    private Part part(int number, TokenExample example, int from, Tokens tokens, boolean labelled) {
        int[] words = new int[tokens.length()];
        int last = -1;
        for (int i = 0; i < words.length; i++) {
            int word = tokens.wordIds()[i];
            words[i] = word > last ? from + word : -1;
            last = Math.max(last, word);
        }
        int[] ids = tokens.ids();
        int[] types = tokens.typeIds();
        if (settings.tagged()) {
            ids = TextInputs.after(ids, TextInputs.tag(tokenizer));
            types = TextInputs.after(types, 0);
            words = TextInputs.after(words, -1);
        }
        Sample sample = new Sample(number, ids, types);
        return new Part(labelled ? sample.with(targets(example, words)) : sample, words);
    }

    private double[] targets(TokenExample example, int[] words) {
        List<String> tags = tags(example);
        return Arrays.stream(words).mapToDouble(word -> word < 0
                ? Sample.IGNORED : labels.index(tags.get(word), example.place())).toArray();
    }

    private final class Data implements TaskData {
        private final List<TokenExample> examples;
        private final boolean labelled;
        private final List<Part> parts;

        Data(List<TokenExample> examples, boolean labelled, List<Part> parts) {
            this.examples = examples;
            this.labelled = labelled;
            this.parts = parts;
        }

        @Override
        public int size() {
            return examples.size();
        }

        @Override
        public List<Sample> samples() {
            return parts.stream().map(Part::sample).toList();
        }

        @Override
        public List<Passage> passages() {
            return IntStream.range(0, examples.size()).mapToObj(i -> {
                TokenExample example = examples.get(i);
                String marked = TagScheme.LENIENT.entities(tags(example)).stream()
                        .map(entity -> words(example, entity) + " is " + entity.type())
                        .collect(Collectors.joining(" , "));
                return TextInputs.passage(i, String.join(" ", example.tokens()), marked, example.place().toString());
            }).toList();
        }

        @Override
        public Results results(float[][] outputs) {
            List<List<String>> predicted = examples.stream().map(example ->
                    (List<String>) new ArrayList<>(example.tokens().stream().map(_ -> OUTSIDE).toList())).toList();
            for (int i = 0; i < outputs.length; i++) {
                Part part = parts.get(i);
                for (int token = 0; token < part.words().length; token++) {
                    if (part.words()[token] >= 0) {
                        int best = Softmax.largest(
                                Softmax.doubles(outputs[i], token * labels.size(), labels.size()));
                        predicted.get(part.sample().example()).set(part.words()[token], labels.name(best));
                    }
                }
            }
            List<Map<String, Object>> rows = IntStream.range(0, examples.size())
                    .mapToObj(i -> row(examples.get(i), predicted.get(i))).toList();
            if (!labelled) {
                return new Results(rows, Optional.empty(), Map.of());
            }
            List<List<String>> right = examples.stream().map(EntityTagging::tags).toList();
            EntityScores scores = EntityScores.of(TagScheme.LENIENT, right, predicted);
            EntityScores strict = EntityScores.of(TagScheme.IOB2, right, predicted);
            return new Results(rows, Optional.of(scores(scores, strict)), Map.of("types", byType(scores)));
        }
    }

    private static Scores scores(EntityScores scores, EntityScores strict) {
        SequencedMap<String, Double> byName = new LinkedHashMap<>();
        byName.put("f1", scores.total().f1());
        byName.put("precision", scores.total().precision());
        byName.put("recall", scores.total().recall());
        byName.put("token_accuracy", scores.tokenAccuracy());
        byName.put("strict_f1", strict.total().f1());
        return new Scores(byName);
    }

    private static Map<String, Object> byType(EntityScores scores) {
        Map<String, Object> types = new LinkedHashMap<>();
        scores.byType().forEach((type, counts) -> types.put(type, JsonFiles.counts(counts)));
        return types;
    }

    private static Map<String, Object> row(TokenExample example, List<String> tags) {
        Map<String, Object> row = new LinkedHashMap<>(example.row());
        example.id().ifPresent(id -> row.putIfAbsent("id", id));
        row.put("tokens", example.tokens());
        row.put("prediction", tags);
        row.put("entities", TagScheme.LENIENT.entities(tags).stream().map(entity -> Map.of("type", entity.type(),
                "start", entity.start(), "end", entity.end(), "text", words(example, entity))).toList());
        return row;
    }

    private static String words(TokenExample example, Entity entity) {
        return String.join(" ", example.tokens().subList(entity.start(), entity.end()));
    }
}
