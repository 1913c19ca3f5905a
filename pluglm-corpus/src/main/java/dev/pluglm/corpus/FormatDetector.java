package dev.pluglm.corpus;

import dev.pluglm.disk.PackedFile;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells a file's format from how it begins. */
final class FormatDetector {
    private static final int PEEK = PackedFile.BUFFER / 2;
    private static final Pattern ROOT = Pattern.compile("<([A-Za-z][\\w.:-]*)");
    private static final Pattern SOURCE_LINE = Pattern.compile("(wiki|pmid|pmc|s2orc)-\\S+ .*", Pattern.DOTALL);
    private static final Pattern ONE_DOCUMENT = Pattern.compile("\\[\\s*[{\\[]|\\{[ \\t\\r]*\\n");
    private static final Pattern PAPER = Pattern.compile("\"(paper_id|corpusid)\"\\s*:");

    private FormatDetector() {}

    /**
     * @throws Problem if the file is binary, or XML of an unknown kind
     * @throws IOException if its start cannot be unpacked
     */
    static Format detect(CorpusFile file) throws IOException {
        InputStream in = file.bytes();
        in.mark(PEEK);
        String head = new String(in.readNBytes(PEEK), StandardCharsets.UTF_8);
        in.reset();
        if (head.startsWith("PAR1")) {
            throw Problem.of("%s: is a Parquet file; shards are read for training, they are no corpus", file.path());
        }
        if (head.indexOf('\0') >= 0) {
            throw Problem.of("%s: is binary; expected XML, JSON lines or plain text, packed with gzip, bzip2, zstd or "
                    + "not at all", file.path());
        }
        String start = head.replaceFirst("^\uFEFF?\\s*", "");
        if (start.startsWith("<")) {
            return xml(file, start);
        }
        if (ONE_DOCUMENT.matcher(start).lookingAt()) {
            throw Problem.of("%s: is one JSON document over many lines; expected one object a line (jq -c makes such "
                    + "lines: '.[]' of an array)", file.path());
        }
        if (start.startsWith("{")) {
            return PAPER.matcher(start.lines().findFirst().orElse("")).find() ? Format.S2ORC : Format.JSON_LINES;
        }
        return SOURCE_LINE.matcher(start).matches() ? Format.SOURCE_LINES : Format.TEXT;
    }

    private static Format xml(CorpusFile file, String start) {
        String withoutProlog = start.replaceAll("(?s)<!--.*?(-->|$)|<\\?.*?(\\?>|$)", " ");
        Matcher root = ROOT.matcher(withoutProlog);
        if (!root.find()) {
            throw Problem.of("%s: begins like XML, but no element starts in its first %d bytes; name its format",
                    file.path(), PEEK);
        }
        return switch (root.group(1)) {
            case "mediawiki" -> Format.MEDIAWIKI;
            case "PubmedArticleSet", "MedlineCitationSet", "PubmedArticle", "MedlineCitation", "PubmedBookArticleSet" ->
                Format.PUBMED;
            case "article", "pmc-articleset" -> Format.JATS;
            default -> throw Problem.of("%s: is XML with the root element <%s>; expected a MediaWiki dump "
                    + "(<mediawiki>), PubMed citations (<PubmedArticleSet>) or a JATS article (<article>)", file.path(),
                    root.group(1));
        };
    }
}
