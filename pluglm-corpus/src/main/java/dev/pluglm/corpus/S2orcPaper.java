package dev.pluglm.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A paper of S2ORC in any of its published forms: the metadata line (its abstract is a string), the full-text line of
 * 2020 and CORD-19 ({@code abstract} and {@code body_text} are lists of paragraphs), and the line of the Semantic
 * Scholar data sets ({@code content} or {@code body}: one text, with paragraphs marked by start and end).
 */
record S2orcPaper(String id, Optional<String> title, List<String> paragraphs, Map<String, Object> metadata) {
    private static final JsonMapper SPANS = JsonMapper.builder().build();
    private static final List<String> KEPT = List.of("year", "journal", "venue", "doi", "pmc_id", "pubmed_id",
            "arxiv_id", "acl_id", "mag_field_of_study");

    static Optional<S2orcPaper> of(JsonNode record) {
        String id = record.path("paper_id").asText(record.path("corpusid").asText(""));
        if (id.isBlank()) {
            return Optional.empty();
        }
        String title = record.path("title").asText(record.path("metadata").path("title").asText(""));
        List<String> paragraphs = new ArrayList<>();
        add(paragraphs, record.path("abstract"));
        add(paragraphs, record.path("body_text"));
        for (String part : List.of("content", "abstract", "body")) {
            JsonNode content = record.path(part);
            if (content.path("text").isTextual()) {
                add(paragraphs, content);
                String marked = spans(content, "title").findFirst().orElse("");
                title = title.isBlank() ? marked : title;
            }
        }
        Map<String, Object> metadata = new HashMap<>();
        for (String key : KEPT) {
            JsonNode value = record.path(key);
            if (value.isTextual() || value.isArray() && !value.isEmpty()) {
                metadata.put(key, SPANS.convertValue(value, Object.class));
            } else if (value.isNumber()) {
                metadata.put(key, value.numberValue());
            }
        }
        return Optional.of(new S2orcPaper(id, Optional.of(XmlRecordReader.oneLine(title)).filter(t -> !t.isEmpty()),
                paragraphs, metadata));
    }

    private static void add(List<String> paragraphs, JsonNode part) {
        if (part.isTextual()) {
            addText(paragraphs, part.asText());
        } else if (part.isArray()) {
            part.forEach(paragraph -> addText(paragraphs, paragraph.path("text").asText("")));
        } else if (part.path("text").isTextual()) {
            List<String> marked = spans(part, "paragraph").toList();
            if (marked.isEmpty()) {
                part.path("text").asText().lines().forEach(line -> addText(paragraphs, line));
            } else {
                marked.forEach(text -> addText(paragraphs, text));
            }
        }
    }

    private static void addText(List<String> paragraphs, String text) {
        String line = XmlRecordReader.oneLine(text);
        if (!line.isEmpty()) {
            paragraphs.add(line);
        }
    }

    /**
     * The marked parts of a text; the marks are JSON inside of a JSON string. Marks outside of the text are left out.
     */
    private static Stream<String> spans(JsonNode content, String kind) {
        JsonNode marks = content.path("annotations").path(kind);
        if (marks.isTextual()) {
            try {
                marks = SPANS.readTree(marks.asText());
            } catch (JsonProcessingException e) {
                return Stream.empty();
            }
        }
        String text = content.path("text").asText();
        return marks.valueStream().filter(mark -> {
            int start = mark.path("start").asInt(-1);
            int end = mark.path("end").asInt(-1);
            return 0 <= start && start < end && end <= text.length();
        }).map(mark -> text.substring(mark.path("start").asInt(), mark.path("end").asInt()));
    }
}
