package dev.pluglm.checkpoint;

import dev.pluglm.disk.Sha256;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** Checksums of the files of a directory, in the form that {@code sha256sum -c} reads. */
public final class Checksums {

    /** The file that lists them. */
    public static final String FILE = "SHA256SUMS";

    private Checksums() {}

    /** Writes the checksums of these files of a directory beside them. */
    public static void write(Path directory, List<String> files) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String file : files) {
            lines.append(of(directory.resolve(file))).append("  ").append(file).append('\n');
        }
        Files.writeString(directory.resolve(FILE), lines);
    }

    /**
     * Checks these files of a directory.
     *
     * @throws Problem if one is not what was written
     */
    public static void verify(Path directory, List<String> files) throws IOException {
        Path list = directory.resolve(FILE);
        if (!Files.isRegularFile(list)) {
            throw Problem.of("%s: has no file %s, so it cannot be checked; import the model again", directory, FILE);
        }
        List<String> lines = new String(Files.readAllBytes(list), StandardCharsets.ISO_8859_1).lines().toList();
        for (String file : files) {
            String expected = lines.stream()
                    .filter(line -> line.endsWith("  " + file))
                    .map(line -> line.substring(0, line.length() - file.length() - 2))
                    .findFirst()
                    .orElseThrow(() -> Problem.of("%s: has no checksum of %s", list, file));
            if (!Files.isRegularFile(directory.resolve(file))) {
                throw Problem.of("%s: the file %s is missing", directory, file);
            }
            String found = of(directory.resolve(file));
            if (!found.equals(expected)) {
                throw Problem.of(
                        "%s: is damaged or was changed: its SHA-256 begins with %.12s, expected %.12s",
                        directory.resolve(file), found, expected);
            }
        }
    }

    static String of(Path file) throws IOException {
        MessageDigest digest = Sha256.start();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            byte[] buffer = new byte[1 << 20];
            while (in.read(buffer) >= 0) {
                // The digest sees what is read.
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
