package dev.pluglm.evaluation;

import dev.pluglm.memory.Passage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells whether a passage says subject and answer of any of many facts. Safe for use by several threads. */
final class StatedFacts {
    /** By the first word of an answer, for few passages share one with many facts. */
    private final Map<String, List<Said>> byFirstWord = new HashMap<>();

    private record Said(String subject, String answer) {}

    StatedFacts(List<Fact> facts) {
        for (Fact fact : facts) {
            String subject = Words.of(fact.subject());
            for (String each : fact.answers()) {
                String answer = Words.of(each);
                if (!subject.isBlank() && !answer.isBlank()) {
                    byFirstWord.computeIfAbsent(answer.strip().split(" ")[0], _ -> new ArrayList<>())
                            .add(new Said(subject, answer));
                }
            }
        }
    }

    boolean isStatedBy(Passage passage) {
        String text = Words.of(passage.text());
        String all = Words.of(passage.title().orElse("") + "\n" + passage.text());
        for (String word : text.strip().split(" ")) {
            for (Said said : byFirstWord.getOrDefault(word, List.of())) {
                if (Words.contains(text, said.answer()) && Words.contains(all, said.subject())) {
                    return true;
                }
            }
        }
        return false;
    }
}
