package dev.pluglm.evaluation;

import dev.pluglm.memory.Passage;
import dev.pluglm.memory.StoreView;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which facts of a memory are edited, to what, and which unrelated ones are watched meanwhile; drawn by a seed.
 *
 * @param edits no two of one passage
 * @param bystanders questions with other subjects and other evidence than all edits
 * @param leftOut how many of the facts that were drawn could not be edited, by the reason
 */
record EditPlan(List<FactEdit> edits, List<Question> bystanders, Map<String, Long> leftOut) {
    static final String NOT_IN_MEMORY = "its evidence is not in the memory";
    static final String NOT_STATED = "its evidence does not have the answer as a word";
    static final String SHARED = "its evidence is edited already";
    static final String NO_OTHER = "its relation has no other object";

    /**
     * Draws edits.
     *
     * @param count how many edits at most
     * @param bystanders how many bystanders at most
     * @throws Problem if no fact can be edited
     */
    static EditPlan draw(List<Question> questions, StoreView memory, Tokenizer tokenizer, int count, int bystanders,
            long seed) {
        Drawing drawing = new Drawing(questions, memory, tokenizer, seed);
        List<Question> order = Seeds.shuffled(questions, seed, question -> question.fact().id());
        int at = 0;
        while (at < order.size() && drawing.edits.size() < count) {
            drawing.tryEdit(order.get(at++));
        }
        if (drawing.edits.isEmpty()) {
            throw Problem.of("none of the %d facts can be edited in this memory (%s); make the memory of the facts'"
                    + " evidence with: pluglm evaluate passages, pluglm memory create", questions.size(),
                    drawing.leftOut.entrySet().stream().map(each -> each.getValue() + ": " + each.getKey())
                            .collect(Collectors.joining(", ")));
        }
        List<Question> unrelated = order.subList(at, order.size()).stream().filter(drawing::isUnrelated)
                .limit(bystanders).toList();
        return new EditPlan(List.copyOf(drawing.edits), unrelated, drawing.leftOut);
    }

    private static final class Drawing {
        private final StoreView memory;
        private final Tokenizer tokenizer;
        private final long seed;
        private final Map<String, TreeMap<String, Integer>> objects = new HashMap<>();
        private final Map<String, Set<Integer>> right = new HashMap<>();
        private final List<FactEdit> edits = new ArrayList<>();
        private final Map<String, Long> leftOut = new LinkedHashMap<>();
        private final Set<String> editedIds = new HashSet<>();
        private final Set<String> editedSubjects = new HashSet<>();

        Drawing(List<Question> questions, StoreView memory, Tokenizer tokenizer, long seed) {
            this.memory = memory;
            this.tokenizer = tokenizer;
            this.seed = seed;
            for (Question question : questions) {
                Set<Integer> answers = right.computeIfAbsent(question.fact().question(), _ -> new HashSet<>());
                Arrays.stream(question.answers()).forEach(answers::add);
                TreeMap<String, Integer> known = objects.computeIfAbsent(type(question.fact()), _ -> new TreeMap<>());
                for (String answer : question.fact().answers()) {
                    Questions.piece(tokenizer, answer).ifPresent(token -> known.put(answer, token));
                }
            }
        }

        private static String type(Fact fact) {
            return fact.set() + "\n" + fact.relation();
        }

        void tryEdit(Question question) {
            List<Passage> evidence = question.fact().evidence().stream().map(Passage::id).distinct()
                    .flatMap(id -> stored(id).stream()).toList();
            List<Passage> before = evidence.stream().filter(each -> mention(question.fact()).matcher(each.text()).find())
                    .toList();
            Optional<String> object = other(question, evidence);
            if (evidence.isEmpty()) {
                leaveOut(NOT_IN_MEMORY);
            } else if (before.isEmpty()) {
                leaveOut(NOT_STATED);
            } else if (evidence.stream().anyMatch(each -> editedIds.contains(each.id()))) {
                leaveOut(SHARED);
            } else if (object.isEmpty()) {
                leaveOut(NO_OTHER);
            } else {
                int token = objects.get(type(question.fact())).get(object.get());
                edits.add(new FactEdit(question, object.get(), token, before,
                        before.stream().map(each -> with(object.get(), question.fact(), each)).toList()));
                evidence.forEach(each -> editedIds.add(each.id()));
                editedSubjects.add(Words.of(question.fact().subject()));
            }
        }

        private void leaveOut(String why) {
            leftOut.merge(why, 1L, Long::sum);
        }

        /** A passage as the memory has it: whole, or in parts. */
        private List<Passage> stored(String id) {
            OptionalInt whole = memory.find(id);
            if (whole.isPresent()) {
                return List.of(memory.passage(whole.getAsInt()));
            }
            List<Passage> parts = new ArrayList<>();
            OptionalInt part = memory.find(id + "#1");
            while (part.isPresent()) {
                parts.add(memory.passage(part.getAsInt()));
                part = memory.find(id + "#" + (parts.size() + 1));
            }
            return parts;
        }

        /** Any of the answers as a word by itself. */
        private static Pattern mention(Fact fact) {
            String answers = fact.answers().stream().map(Pattern::quote).collect(Collectors.joining("|"));
            return Pattern.compile("(?<![\\p{L}\\p{N}])(?:" + answers + ")(?![\\p{L}\\p{N}])",
                    Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
        }

        private static Passage with(String object, Fact fact, Passage passage) {
            String text = mention(fact).matcher(passage.text()).replaceAll(Matcher.quoteReplacement(object));
            return new Passage(passage.id(), text, passage.title(), passage.source(), passage.metadata());
        }

        /** Another object of the same relation, which neither is right nor stands in question or evidence already. */
        private Optional<String> other(Question question, List<Passage> evidence) {
            Set<Integer> wrongChoices = right.get(question.fact().question());
            String said = evidence.stream().map(each -> Words.of(each.text())).collect(Collectors.joining())
                    + Words.of(question.fact().question());
            List<String> others = objects.get(type(question.fact())).entrySet().stream()
                    .filter(each -> !wrongChoices.contains(each.getValue()))
                    .map(Map.Entry::getKey)
                    .filter(each -> !Words.contains(said, Words.of(each)))
                    .toList();
            SplittableRandom random = Seeds.random(seed + 1, question.fact().id());
            return others.isEmpty() ? Optional.empty() : Optional.of(others.get(random.nextInt(others.size())));
        }

        boolean isUnrelated(Question question) {
            return !editedSubjects.contains(Words.of(question.fact().subject()))
                    && question.fact().evidence().stream().noneMatch(each ->
                            editedIds.stream().anyMatch(edited -> RightPassages.isPart(edited, each.id())));
        }
    }
}
