package dev.pluglm.corpus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.pluglm.problem.JsonReason;
import dev.pluglm.problem.Shown;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One JSON object a line: {@code text} is a string (its lines are the paragraphs) or a list of strings, {@code id} and
 * {@code title} are used where they are there, every other field goes to the metadata.
 */
final class JsonLinesReader extends RecordReader {
    private static final Set<String> ID_FIELDS = Set.of("id", "_id");
    private static final int FIELDS_SHOWN = 8;

    private final LineSource lines;
    private final JsonMapper json;
    private final boolean s2orc;

    JsonLinesReader(CorpusFile file, ReadOptions options, Tally tally, Format format) {
        super(file, options, tally);
        this.s2orc = format == Format.S2ORC;
        this.lines = new LineSource(file.bytes(), options.maxRecordChars());
        StreamReadConstraints limits = StreamReadConstraints.builder().maxNestingDepth(200)
                .maxStringLength(options.maxRecordChars()).maxDocumentLength(4L * options.maxRecordChars()).build();
        this.json = JsonMapper.builder(JsonFactory.builder().streamReadConstraints(limits)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION).build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    }

    @Override
    String position() {
        return "line " + lines.number();
    }

    @Override
    Document read() throws IOException {
        for (LineSource.Line line = lines.next(); line != null; line = lines.next()) {
            if (line.kind() == LineSource.Kind.TEXT && line.text().isBlank()) {
                continue;
            }
            startRecord();
            switch (line.kind()) {
                case TOO_LONG -> bad("has more than %,d characters".formatted(options.maxRecordChars()));
                case NOT_UTF8 -> bad("is not UTF-8");
                case TEXT -> {
                    Optional<Document> document = document(line.text());
                    if (document.isPresent()) {
                        return document.get();
                    }
                }
            }
        }
        return null;
    }

    private Optional<Document> document(String line) {
        if (line.length() > options.maxRecordChars()) {
            bad("has more than %,d characters".formatted(options.maxRecordChars()));
            return Optional.empty();
        }
        JsonNode record;
        try {
            record = json.readTree(line);
        } catch (JsonProcessingException e) {
            bad("is not JSON: " + JsonReason.of(e));
            return Optional.empty();
        }
        if (!record.isObject()) {
            bad("is not a JSON object");
            return Optional.empty();
        }
        return s2orc ? paper(record) : plain(record);
    }

    private Optional<Document> paper(JsonNode record) {
        Optional<S2orcPaper> paper = S2orcPaper.of(record);
        if (paper.isEmpty()) {
            bad("has no paper_id or corpusid; expected a paper of S2ORC");
            return Optional.empty();
        }
        if (paper.get().paragraphs().isEmpty()) {
            skip();
            return Optional.empty();
        }
        return paper.map(p -> new Document("s2orc-" + p.id(), p.title(), p.paragraphs(), source(), p.metadata()));
    }

    private Optional<Document> plain(JsonNode record) {
        List<String> paragraphs = paragraphs(record.path(options.textField()));
        if (!record.has(options.textField())) {
            String fields = record.propertyStream().map(field -> Shown.of(field.getKey())).limit(FIELDS_SHOWN)
                    .collect(Collectors.joining(", "));
            bad("has no field '%s' but %s; name the field that holds the text (--text-field)".formatted(
                    options.textField(), fields.isEmpty() ? "none at all" : fields));
            return Optional.empty();
        }
        if (paragraphs.isEmpty()) {
            skip();
            return Optional.empty();
        }
        Map<String, Object> metadata = new HashMap<>();
        record.properties().forEach(field -> {
            boolean known = ID_FIELDS.contains(field.getKey())
                    || Set.of(options.textField(), "title", "source").contains(field.getKey());
            if (!known && !field.getValue().isNull()) {
                metadata.put(field.getKey(), json.convertValue(field.getValue(), Object.class));
            }
        });
        String id = ID_FIELDS.stream().sorted().map(name -> record.path(name).asText("")).filter(s -> !s.isBlank())
                .findFirst().orElse(source() + "-" + lines.number());
        Optional<String> title = Optional.of(record.path("title").asText("").strip()).filter(s -> !s.isEmpty());
        String source = record.path("source").asText("");
        return Optional.of(new Document(id, title, paragraphs, source.isBlank() ? source() : source, metadata));
    }

    private static List<String> paragraphs(JsonNode text) {
        if (text.isArray()) {
            return text.valueStream().map(node -> XmlRecordReader.oneLine(node.asText(""))).filter(s -> !s.isEmpty())
                    .toList();
        }
        return text.asText("").lines().map(String::strip).filter(s -> !s.isEmpty()).toList();
    }
}
