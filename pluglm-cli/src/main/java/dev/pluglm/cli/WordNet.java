package dev.pluglm.cli;

import dev.pluglm.memory.Passage;
import dev.pluglm.problem.Problem;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Definitions of WordNet as passages: real text to fill a memory with, small enough to fetch for a demonstration. */
final class WordNet {
    private static final String NOUNS = "net/sf/extjwnl/data/wordnet/wn31/data.noun";
    /** Places are in this file of the lexicographers, {@code noun.location}. */
    private static final String LOCATIONS = "15";
    private static final Pattern CITY = Pattern.compile("\\b(city|town|capital)\\b");

    private WordNet() {}

    /** The definitions of all cities, towns and capitals, in WordNet's order. */
    static List<Passage> cities(Path jar) {
        List<Passage> passages = new ArrayList<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry nouns = Optional.ofNullable(zip.getEntry(NOUNS))
                    .orElseThrow(() -> Problem.of("%s: has no entry %s", jar, NOUNS));
            try (BufferedReader lines = new BufferedReader(
                    new InputStreamReader(zip.getInputStream(nouns), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    // offset, file, type, number of words in hexadecimal, words with numbers, ..., | definition
                    String[] fields = line.split(" ", 6);
                    int bar = line.indexOf(" | ");
                    if (fields.length == 6 && fields[1].equals(LOCATIONS) && bar > 0
                            && CITY.matcher(line.substring(bar)).find()) {
                        passages.add(new Passage("wn-" + fields[0], line.substring(bar + 3).strip(),
                                Optional.of(fields[4].replace('_', ' ')), Optional.of("WordNet 3.1"), Map.of()));
                    }
                }
            }
        } catch (IOException e) {
            throw new Problem(jar + ": cannot be read: " + e.getMessage(), e);
        }
        return passages;
    }
}
