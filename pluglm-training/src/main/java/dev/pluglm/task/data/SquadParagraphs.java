package dev.pluglm.task.data;

import com.fasterxml.jackson.core.JsonToken;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/** The questions of a document like SQuAD's: articles, paragraphs, questions; a paragraph is in memory at a time. */
final class SquadParagraphs implements AutoCloseable {

    private final JsonDocument document;
    private final Queue<Asked> ready = new ArrayDeque<>();
    private Level level = Level.ROOT;
    private Optional<String> title = Optional.empty();
    private boolean hasData;

    private enum Level { ROOT, ARTICLES, ARTICLE, PARAGRAPHS, END }

    /** A question as it stands in the file, with the text that it is about. */
    record Asked(Row question, String context, Optional<String> title) {

        String id() {
            return question.id().orElseThrow(() -> question.place().problem("a question has no \"id\""));
        }

        String text() {
            return question.text("question").stripLeading();
        }
    }

    SquadParagraphs(Path file) {
        document = JsonDocument.open(file);
        try {
            document.expect(JsonToken.START_OBJECT, "the file");
        } catch (RuntimeException e) {
            document.close();
            throw e;
        }
    }

    Optional<Asked> next() {
        while (ready.isEmpty() && level != Level.END) {
            step(document.next());
        }
        return Optional.ofNullable(ready.poll());
    }

    private void step(JsonToken token) {
        switch (level) {
            case ROOT -> root(token);
            case ARTICLES -> level = in(token, Level.ARTICLE, Level.ROOT, "an article in \"data\"");
            case ARTICLE -> article(token);
            case PARAGRAPHS -> {
                level = in(token, Level.PARAGRAPHS, Level.ARTICLE, "a paragraph");
                if (token == JsonToken.START_OBJECT) {
                    paragraph(document.object());
                }
            }
            case END -> throw new IllegalStateException("read on behind the end");
        }
    }

    private Level in(JsonToken token, Level onObject, Level onEnd, String what) {
        return switch (token) {
            case START_OBJECT -> {
                title = onObject == Level.ARTICLE ? Optional.empty() : title;
                yield onObject;
            }
            case END_ARRAY -> onEnd;
            default -> throw document.place().problem("%s is not an object", what);
        };
    }

    private void root(JsonToken token) {
        if (token == JsonToken.END_OBJECT) {
            document.requireEnd();
            if (!hasData) {
                throw document.place().problem("no \"data\"; expected SQuAD's {\"version\": ..., \"data\": [...]}");
            }
            level = Level.END;
        } else if (document.name().equals("data")) {
            document.expect(JsonToken.START_ARRAY, "\"data\"");
            hasData = true;
            level = Level.ARTICLES;
        } else {
            document.next();
            document.skip();
        }
    }

    private void article(JsonToken token) {
        if (token == JsonToken.END_OBJECT) {
            level = Level.ARTICLES;
            return;
        }
        switch (document.name()) {
            case "paragraphs" -> {
                document.expect(JsonToken.START_ARRAY, "\"paragraphs\"");
                level = Level.PARAGRAPHS;
            }
            case "title" -> {
                document.next();
                title = Optional.of(document.text()).filter(text -> !text.isBlank());
                document.skip();
            }
            default -> {
                document.next();
                document.skip();
            }
        }
    }

    private void paragraph(Row paragraph) {
        String context = paragraph.text("context");
        paragraph.rows("qas").forEach(question -> ready.add(new Asked(question, context, title)));
    }

    @Override
    public void close() {
        document.close();
    }
}
