package dev.pluglm.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

class EntityScoresTest {

    @Test
    void entitiesAndScoresAreThoseOfSeqevalInEveryScheme() {
        for (JsonNode example : Golden.cases(Golden.read("entities.json").path("cases"))) {
            String name = example.path("scheme").textValue();
            check(example, "strict", name.equals("BILOU") ? TagScheme.BIOES : TagScheme.valueOf(name));
            if (example.has("default")) {
                check(example, "default", TagScheme.LENIENT);
            }
        }
    }

    private static void check(JsonNode example, String mode, TagScheme scheme) {
        List<List<String>> labels = Golden.words(example.path("labels"));
        List<String> entities = Golden.strings(example.path(mode + "_entities"));
        for (int i = 0; i < labels.size(); i++) {
            String found = scheme.entities(labels.get(i)).stream()
                    .map(it -> it.start() + ":" + it.end() + ":" + it.type()).collect(Collectors.joining(" "));
            List<String> tags = labels.get(i);
            assertEquals(entities.get(i), found, () -> scheme + " " + tags);
        }
        EntityScores scores = EntityScores.of(scheme, labels, Golden.words(example.path("predictions")));
        JsonNode expected = example.path(mode);
        assertEquals(expected.path("precision").asDouble(), scores.total().precision(), Golden.TOLERANCE);
        assertEquals(expected.path("recall").asDouble(), scores.total().recall(), Golden.TOLERANCE);
        assertEquals(expected.path("f1").asDouble(), scores.total().f1(), Golden.TOLERANCE);
        assertEquals(expected.path("macro_f1").asDouble(), scores.macroF1(), Golden.TOLERANCE);
        assertEquals(example.path("accuracy").asDouble(), scores.tokenAccuracy(), Golden.TOLERANCE);
    }

    @Test
    void everySchemeOfTheSameEntitiesBecomesTheSameBio() {
        List<String> bio = List.of("B-A", "I-A", "B-A", "O", "B-B", "I-B", "I-B", "B-A");
        for (List<String> same : List.of(bio,
                List.of("I-A", "I-A", "B-A", "O", "I-B", "I-B", "I-B", "I-A"),
                List.of("B-A", "E-A", "S-A", "O", "B-B", "I-B", "E-B", "S-A"),
                List.of("B-A", "L-A", "U-A", "O", "B-B", "I-B", "L-B", "U-A"),
                List.of("I-A", "E-A", "E-A", "O", "I-B", "I-B", "E-B", "E-A"),
                List.of("I-A", "E-A", "I-A", "O", "I-B", "I-B", "I-B", "I-A"))) {
            assertEquals(bio, TagScheme.toBio(same));
        }
        assertEquals(List.of("B-A", "I-A", "I-A"), TagScheme.toBio(List.of("I-A", "I-A", "I-A")));
        assertEquals(List.of("B", "I", "O"), TagScheme.toBio(List.of("B", "I", "O")));
    }

    @Test
    void anyTagsAsBioHoldTheSameEntitiesStrictlyReadAndStayAsTheyAre() {
        long seed = Long.getLong("pluglm.seed", System.nanoTime());
        System.out.println(getClass().getSimpleName() + ": -Dpluglm.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            List<String> tags = new ArrayList<>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                char prefix = "OBIESLU".charAt(random.nextInt(7));
                tags.add(prefix == 'O' ? "O" : prefix + "-" + (char) ('A' + random.nextInt(2)));
            }
            List<String> bio = TagScheme.toBio(tags);
            assertEquals(TagScheme.LENIENT.entities(tags), TagScheme.IOB2.entities(bio), tags::toString);
            assertEquals(bio, TagScheme.toBio(bio), tags::toString);
        }
    }

    @Test
    void onlyAnExactlyMatchingEntityIsRight() {
        EntityScores scores = EntityScores.of(TagScheme.IOB2,
                List.of(List.of("B-A", "I-A", "O", "B-B"), List.of("O", "B-A")),
                List.of(List.of("B-A", "O", "O", "B-B"), List.of("O", "B-A")));
        assertEquals(new PrecisionRecall(2, 3, 3), scores.total());
        assertEquals(new PrecisionRecall(1, 2, 2), scores.byType().get("A"));
        assertEquals(5.0 / 6, scores.tokenAccuracy());
    }

    @Test
    void aSentenceWithoutEntitiesScoresZeroNotNan() {
        EntityScores scores = EntityScores.of(TagScheme.IOB2, List.of(List.of("O")), List.of(List.of("O")));
        assertEquals(0, scores.total().f1());
        assertEquals(0, scores.macroF1());
    }

    @Test
    void whatIsNoTagIsRefusedByName() {
        assertTrue(TagScheme.isTag("I-Disease"));
        for (String text : List.of("", "Disease", "X-A", "B-", "BA", "o", "O-A")) {
            assertFalse(TagScheme.isTag(text), text);
        }
        assertEquals("'E-A' is no tag of the scheme iob2",
                assertThrows(Problem.class, () -> TagScheme.IOB2.entities(List.of("E-A"))).getMessage());
        assertTrue(assertThrows(Problem.class, () -> TagScheme.LENIENT.entities(List.of("Disease"))).getMessage()
                .startsWith("'Disease' is no tag of an entity; expected O"));
    }
}
