package dev.pluglm.task.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

class TokenExamplesTest {

    @TempDir
    Path folder;

    private List<TokenExample> read(String content) {
        return TokenExamples.open(Written.text(folder, "a.txt", content)).readAll();
    }

    private void assertRefused(String content, String message) {
        Written.assertProblem(folder, message, () -> read(content));
    }

    private static final String EXPECTED_TAG = " is no tag of an entity; expected O, or one of B, I, E, S, L, U, a "
            + "dash and a type, like B-Disease";

    @Test
    void conllColumnsAreReadSentenceBySentence() {
        List<TokenExample> read = read("-DOCSTART-\t-X-\tO\tO\n\n"
                + "BRCA1\tNN\tO\tO\nis\tVB\tO\tO\n\n\nbreast\tNN\tO\tB-D\r\n"
                + "cancer\tNN\tO\tI-D");
        assertEquals(List.of(List.of("BRCA1", "is"), List.of("breast", "cancer")),
                read.stream().map(TokenExample::tokens).toList());
        assertEquals(Optional.of(List.of("B-D", "I-D")), read.getLast().tags());
        assertEquals(List.of("NN", "VB"), read.getFirst().row().get("column2"));
        assertEquals(List.of("column2", "column3"), List.copyOf(read.getFirst().row().keySet()));
        assertEquals(List.of(3L, 7L), read.stream().map(it -> it.place().number()).toList());
    }

    @Test
    void columnsMayStandBetweenSpacesAndCommentsArePassedOver() {
        List<TokenExample> read = read("# id 5628  domain=train\n# _ _ O\nEU NNP I-NP I-ORG\n{ X O O\n\n# text\nU.N. "
                + "NNP I-NP I-ORG\n");
        assertEquals(List.of("#", "EU", "{"), read.getFirst().tokens());
        assertEquals(Optional.of(List.of("O", "B-ORG", "O")), read.getFirst().tags());
        assertEquals(List.of("U.N."), read.getLast().tokens());
    }

    @Test
    void everyTaggingSchemeBecomesBio() {
        for (String tags : List.of("B-A I-A B-A O B-B", "I-A I-A B-A O I-B", "B-A E-A S-A O S-B", "B-A L-A U-A O U-B",
                "I-A E-A E-A O E-B", "I-A E-A I-A O I-B")) {
            String lines = "w " + tags.replace(" ", "\nw ") + "\n";
            assertEquals(Optional.of(List.of("B-A", "I-A", "B-A", "O", "B-B")), read(lines).getFirst().tags());
        }
        assertEquals(Optional.of(List.of("B-A", "I-A", "I-A")), read("w I-A\nw I-A\nw I-A\n").getFirst().tags());
    }

    @Test
    void wordsWithoutTagsAreReadForPrediction() {
        TokenExample example = read("breast\ncancer\n").getFirst();
        assertEquals(List.of("breast", "cancer"), example.tokens());
        assertEquals(Optional.empty(), example.tags());
    }

    @Test
    void jsonLinesHoldTokensAndTagsByNameOrNumber() {
        List<TokenExample> read = read("{\"id\": 3, \"tokens\": [\"breast\", \"cancer\"], \"ner_tags\": [\"I-D\", "
                + "\"I-D\"]}\n"
                + "{\"tokens\": [\"x\"], \"tags\": [\"O\"], \"more\": 1}\n{\"tokens\": [\"y\"]}\n");
        assertEquals(Optional.of(List.of("B-D", "I-D")), read.getFirst().tags());
        assertEquals(Optional.of("3"), read.getFirst().id());
        assertEquals(1, read.get(1).row().get("more"));
        assertEquals(Optional.empty(), read.getLast().tags());
        Path numbers = Written.text(folder, "n.jsonl", "{\"tokens\": [\"a\", \"b\"], \"ner_tags\": [0, 1]}");
        assertEquals(Optional.of(List.of("O", "B-D")),
                TokenExamples.open(numbers, List.of("O", "B-D")).next().tags());
        Written.assertProblem(folder, "n.jsonl, line 1: the tag is the number 0, and tags were not named; name the "
                + "tags in the order of their numbers", () -> TokenExamples.open(numbers).next());
        assertEquals(Optional.of(List.of("O", "B-D")), TokenExamples.open(Written.resource(folder, "sentences.parquet"),
                List.of("O", "B-D")).next().tags());
    }

    @Test
    void brokenLinesAreRefusedWithTheirNumber() {
        assertRefused("a O\nb\n", "a.txt, line 2: 1 columns; expected 2, as in the first line: a word first and its "
                + "tag last");
        assertRefused("a\tNN\tO\nb\t\tO\n", "a.txt, line 2: 3 columns, one of them empty; expected 3, as in the first "
                + "line: a word first and its tag last");
        assertRefused("a O\n\nb disease\n", "a.txt, line 3: 'disease'" + EXPECTED_TAG);
        assertRefused("a B-\n", "a.txt, line 1: 'B-'" + EXPECTED_TAG);
        assertRefused("\n\n", "a.txt: an empty file; expected at least one example");
        assertRefused("-DOCSTART- -X- O\n\n", "a.txt: no examples in it; expected at least one");
        assertRefused("w O\n".repeat(100_001), "a.txt, line 1: a sentence of more than 100000 words; are the empty "
                + "lines between sentences missing?");
        assertRefused("{\"tokens\": [\"a\"], \"ner_tags\": [\"O\", \"O\"]}",
                "a.txt, line 1: 1 tokens, but 2 tags; expected as many");
        assertRefused("{\"tokens\": [\"a\"], \"ner_tags\": [\"X\"]}", "a.txt, line 1: 'X'" + EXPECTED_TAG);
        assertRefused("{\"tokens\": []}",
                "a.txt, line 1: 0 words and no tags; expected as many tags as words, and at least one");
        assertRefused("{\"words\": [\"a\"]}", "a.txt, line 1: no list \"tokens\"; expected a sentence like "
                + "{\"tokens\": "
                + "[\"breast\", \"cancer\"], \"ner_tags\": [\"B-Disease\", \"I-Disease\"]}, there is only words");
    }
}
