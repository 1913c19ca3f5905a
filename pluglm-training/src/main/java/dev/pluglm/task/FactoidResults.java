package dev.pluglm.task;

import dev.pluglm.metric.BioAsq;
import dev.pluglm.metric.Scores;
import dev.pluglm.task.data.Answer;
import dev.pluglm.task.data.Pooled;
import dev.pluglm.task.data.PooledExamples;
import dev.pluglm.task.data.QuestionExample;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The answers to BioASQ's factoid questions, each pooled over its snippets (SPEC 5.4). */
record FactoidResults(List<Pooled<QuestionExample>> questions, List<List<FactoidAnswers.Candidate>> pooled) {

    /** @param answers for each question the answers found in each of its texts */
    static FactoidResults of(List<Pooled<QuestionExample>> questions, List<List<BestAnswers.Chosen>> answers) {
        return new FactoidResults(questions, answers.stream().map(texts -> FactoidAnswers.pooled(texts.stream()
                .flatMap(text -> text.best().stream())
                .map(best -> new FactoidAnswers.Candidate(best.text(), best.probability())).toList(),
                BioAsq.SUBMITTED)).toList());
    }

    List<Map<String, Object>> rows() {
        return IntStream.range(0, questions.size()).mapToObj(this::row).toList();
    }

    private Map<String, Object> row(int number) {
        QuestionExample first = questions.get(number).first();
        List<FactoidAnswers.Candidate> answers = pooled.get(number);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", PooledExamples.question(first.id()).orElse(first.id()));
        row.put("question", first.question());
        first.row().forEach(row::putIfAbsent);
        row.put("snippets", questions.get(number).texts().size());
        row.put("prediction", answers.isEmpty() ? "" : answers.getFirst().text());
        List<Map<String, Object>> best = new ArrayList<>();
        answers.forEach(it -> best.add(Map.of("text", it.text(), "probability", it.probability())));
        row.put("best", best);
        // As BioASQ wants them handed in.
        row.put("exact_answer", answers.stream().map(it -> List.of(it.text())).toList());
        return row;
    }

    /** The mean reciprocal rank decides, as in BioASQ. */
    Scores scores() {
        List<BioAsq.Factoid> factoids = IntStream.range(0, questions.size()).mapToObj(i -> new BioAsq.Factoid(
                synonyms(questions.get(i)), pooled.get(i).stream().map(FactoidAnswers.Candidate::text).toList()))
                .toList();
        BioAsq.FactoidScores scores = BioAsq.factoid(factoids);
        SequencedMap<String, Double> byName = new LinkedHashMap<>();
        byName.put("mrr", scores.mrr());
        byName.put("strict_accuracy", scores.strict());
        byName.put("lenient_accuracy", scores.lenient());
        return new Scores(byName);
    }

    /** What is right for any of the texts is right for the question. */
    private static List<String> synonyms(Pooled<QuestionExample> question) {
        return question.texts().stream().flatMap(text -> Stream.concat(text.synonyms().stream(),
                text.answers().stream().flatMap(List::stream)
                        .map(Answer::text))).distinct().toList();
    }
}
