package dev.pluglm.corpus;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The files of a corpus: what a reader of documents is opened on.
 *
 * @param files in the order in which they are read
 * @param bytes of all files together
 */
public record Corpus(List<Path> files, long bytes) {

    public Corpus {
        files = files.stream().distinct().toList();
    }

    /**
     * Finds the files that are meant: a file itself, every file below a directory (except hidden ones), the files that
     * match a glob like {@code dumps/*.bz2}. What is named twice is read once. In the order of the names.
     *
     * @throws Problem if a name matches no file
     */
    public static Corpus of(List<String> names) {
        TreeSet<Path> files = new TreeSet<>();
        for (String name : names) {
            List<Path> found = find(name);
            if (found.isEmpty()) {
                throw Problem.of("%s: no such file; expected a file, a directory with files, or a pattern that matches "
                        + "some", name);
            }
            files.addAll(found);
        }
        long bytes = 0;
        for (Path file : files) {
            try {
                bytes += Files.size(file);
            } catch (IOException e) {
                throw new Problem("%s: cannot be read: %s".formatted(file, Shown.reason(e)), e);
            }
        }
        return new Corpus(new ArrayList<>(files), bytes);
    }

    /**
     * What documents call their files: the file's name, and as many folders before it as tell it from others of that
     * name, so that the ids that are made from it are unique.
     */
    Map<Path, String> names() {
        Map<Path, String> names = new HashMap<>();
        List<Path> unnamed = files;
        for (int parts = 1; !unnamed.isEmpty(); parts++) {
            Map<String, List<Path>> called = new HashMap<>();
            for (Path file : unnamed) {
                called.computeIfAbsent(end(file, parts), name -> new ArrayList<>()).add(file);
            }
            called.forEach((name, same) -> {
                if (same.size() == 1) {
                    names.put(same.getFirst(), name);
                }
            });
            unnamed = unnamed.stream().filter(file -> !names.containsKey(file)).toList();
        }
        return names;
    }

    private static String end(Path file, int parts) {
        int from = file.getNameCount() - parts;
        return from <= 0 ? file.toString() : file.subpath(from, file.getNameCount()).toString();
    }

    /** A reader over all files. */
    public DocumentReader open(ReadOptions options, Progress progress) {
        return new CorpusReader(this, options, progress);
    }

    private static List<Path> find(String name) {
        try {
            Path path = Path.of(name);
            if (Files.isDirectory(path)) {
                return below(path, path, "**");
            }
            if (Files.exists(path)) {
                return List.of(path.normalize());
            }
        } catch (java.nio.file.InvalidPathException e) {
            // Not a name on this system: it may still be a pattern.
        }
        int star = firstOf(name, "*?[{");
        if (star < 0) {
            return List.of();
        }
        int slash = name.lastIndexOf('/', star);
        Path root = Path.of(slash < 0 ? "." : slash == 0 ? "/" : name.substring(0, slash));
        return Files.isDirectory(root) ? below(root, slash < 0 ? Path.of("") : root, name.substring(slash + 1))
                : List.of();
    }

    private static List<Path> below(Path root, Path shown, String pattern) {
        PathMatcher matcher;
        try {
            matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        } catch (java.util.regex.PatternSyntaxException e) {
            throw new Problem("%s: is not a pattern: %s".formatted(pattern, e.getDescription()), e);
        }
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.map(root::relativize).filter(matcher::matches).filter(Corpus::visible)
                    .filter(path -> Files.isRegularFile(root.resolve(path)))
                    .map(path -> shown.resolve(path).normalize()).toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new Problem("%s: cannot be listed: %s".formatted(root, Shown.reason(e)), e);
        }
    }

    private static boolean visible(Path path) {
        for (Path part : path) {
            if (part.toString().startsWith(".")) {
                return false;
            }
        }
        return true;
    }

    private static int firstOf(String text, String characters) {
        for (int i = 0; i < text.length(); i++) {
            if (characters.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }
}
