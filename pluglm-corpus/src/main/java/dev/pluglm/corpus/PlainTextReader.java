package dev.pluglm.corpus;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Plain text: a paragraph a line with blank lines between documents, or one document a line that begins with its id.
 */
final class PlainTextReader extends RecordReader {
    /** What a line takes in memory beside its characters, so that many short ones are bounded too. */
    private static final int LINE_COST = 32;

    private final LineSource lines;
    private final boolean sourceLines;

    PlainTextReader(CorpusFile file, ReadOptions options, Tally tally, Format format) {
        super(file, options, tally);
        this.lines = new LineSource(file.bytes(), options.maxRecordChars());
        this.sourceLines = format == Format.SOURCE_LINES;
    }

    @Override
    String position() {
        return "line " + lines.number();
    }

    @Override
    Document read() throws IOException {
        return sourceLines ? readLine() : readBlock();
    }

    private Document readLine() throws IOException {
        for (LineSource.Line line = lines.next(); line != null; line = lines.next()) {
            String text = line.text().strip();
            if (line.kind() == LineSource.Kind.TEXT && text.isEmpty()) {
                continue;
            }
            startRecord();
            int space = text.indexOf(' ');
            if (flawed(line, 0)) {
                continue;
            }
            if (space < 0) {
                skip();
                continue;
            }
            return document(text.substring(0, space), List.of(text.substring(space + 1).strip()));
        }
        return null;
    }

    private Document readBlock() throws IOException {
        List<String> paragraphs = new ArrayList<>();
        long chars = 0;
        boolean flawed = false;
        for (LineSource.Line line = lines.next(); line != null; line = lines.next()) {
            String text = line.text().strip();
            if (line.kind() == LineSource.Kind.TEXT && text.isEmpty()) {
                if (!paragraphs.isEmpty()) {
                    break;
                }
                flawed = false;
                continue;
            }
            if (flawed) {
                continue;
            }
            if (paragraphs.isEmpty()) {
                startRecord();
            }
            flawed = flawed(line, chars);
            if (flawed) {
                paragraphs.clear();
                chars = 0;
            } else {
                paragraphs.add(text);
                chars += text.length() + LINE_COST;
            }
        }
        return paragraphs.isEmpty() ? null : document(source() + "-" + records(), paragraphs);
    }

    private boolean flawed(LineSource.Line line, long charsBefore) {
        if (line.kind() == LineSource.Kind.NOT_UTF8) {
            bad("is not UTF-8");
            return true;
        }
        if (line.kind() == LineSource.Kind.TOO_LONG || charsBefore + line.text().length() > options.maxRecordChars()) {
            bad("has more than %,d characters; expected a blank line between documents"
                    .formatted(options.maxRecordChars()));
            return true;
        }
        return false;
    }

    private Document document(String id, List<String> paragraphs) {
        return new Document(id, Optional.empty(), paragraphs, source(), Map.of());
    }
}
