package dev.pluglm.evaluation;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Ways to ask for relations of Wikidata and of Google-RE, with {@code [X]} for the subject and {@code [Y]} for the
 * answer. For Google-RE the first is LAMA's, the second that of PlugLM's published code (SPEC 5.5), of which BERT understands
 * little; all others are this project's own.
 */
final class Phrasings {
    private static final String FILE = "phrasings.json";
    private static final TypeReference<Map<String, List<String>>> LISTS = new TypeReference<>() {};

    private final Map<String, List<String>> templates;

    private Phrasings(Map<String, List<String>> templates) {
        this.templates = templates;
    }

    static Phrasings read() {
        try (InputStream in = Phrasings.class.getResourceAsStream(FILE)) {
            return new Phrasings(new ObjectMapper().readValue(in, LISTS));
        } catch (IOException e) {
            throw new UncheckedIOException("the phrasings that belong to the program cannot be read", e);
        }
    }

    /** The templates of a relation; none for one that is not known. */
    List<String> of(String relation) {
        return templates.getOrDefault(relation, List.of());
    }

    /** Texts with one mask for a fact: by its own template if it has one, and by all others of its relation. */
    List<String> of(String relation, Optional<String> template, String subject) {
        Set<String> all = new LinkedHashSet<>();
        template.ifPresent(all::add);
        all.addAll(of(relation));
        List<String> texts = new ArrayList<>();
        for (String each : all) {
            // The answer's place first: a subject may contain anything.
            texts.add(each.replace(RelationTemplates.ANSWER, FactLine.MASK)
                    .replace(RelationTemplates.SUBJECT, subject));
        }
        return texts;
    }
}
