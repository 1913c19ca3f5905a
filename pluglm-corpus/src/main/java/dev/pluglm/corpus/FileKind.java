package dev.pluglm.corpus;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What a file of a corpus is, told by how it begins.
 *
 * @param format what it holds
 * @param packing how it is packed, such as {@code bzip2}; empty where it is not
 */
public record FileKind(Format format, String packing) {

    /** @throws Problem if the file cannot be read, or is nothing that a corpus is read from */
    public static FileKind of(Path file) {
        try (CorpusFile open = CorpusFile.open(file, file.toString())) {
            return new FileKind(FormatDetector.detect(open), open.packing());
        } catch (IOException e) {
            throw new Problem(file + ": " + Shown.reason(e), e);
        }
    }

    @Override
    public String toString() {
        return format + (packing.isEmpty() ? "" : ", " + packing);
    }
}
