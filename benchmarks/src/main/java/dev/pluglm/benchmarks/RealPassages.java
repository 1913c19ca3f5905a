package dev.pluglm.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Vocabulary;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Passages of running text: words as often as they are, which random ids are not. */
final class RealPassages {

    private RealPassages() {}

    /**
     * The first passages of a file.
     *
     * @param vocabulary a {@code vocab.txt}
     * @param file gzipped JSON lines with {@code text}, which is cut into pieces of {@code length} tokens
     */
    static int[][] read(Path vocabulary, Path file, int passages, int length) {
        List<int[]> read = new ArrayList<>();
        JsonMapper json = new JsonMapper();
        try (Tokenizer tokenizer = Tokenizer.of(Vocabulary.read(vocabulary));
                InputStream bytes = new GZIPInputStream(Files.newInputStream(file));
                BufferedReader lines = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null && read.size() < passages; line = lines.readLine()) {
                int[] ids = tokenizer.encode(json.readTree(line).get("text").asText(), Integer.MAX_VALUE).ids();
                for (int from = 0; from < ids.length && read.size() < passages; from += length) {
                    read.add(Arrays.copyOfRange(ids, from, Math.min(ids.length, from + length)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return read.toArray(int[][]::new);
    }
}
