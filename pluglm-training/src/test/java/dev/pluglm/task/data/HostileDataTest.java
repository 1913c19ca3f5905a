package dev.pluglm.task.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

class HostileDataTest {

    @TempDir
    Path folder;

    private static final int ROUNDS = Integer.getInteger("pluglm.rounds", 600);

    private static final Map<String, Function<Path, ExampleReader<?>>> READERS = readers();

    private static Map<String, Function<Path, ExampleReader<?>>> readers() {
        Map<String, Function<Path, ExampleReader<?>>> readers = new LinkedHashMap<>();
        readers.put("texts", TextExamples::open);
        readers.put("sentences", TokenExamples::open);
        readers.put("questions", QuestionExamples::open);
        readers.put("yes/no", YesNoExamples::open);
        readers.put("questions by snippets", PooledExamples::questions);
        readers.put("yes/no by snippets", PooledExamples::yesNo);
        return readers;
    }

    /** Whatever the file is, all is well, or one line tells which file it is and what is wrong. */
    private void assertReadOrRefused(Path file) {
        READERS.forEach((name, reader) -> {
            try (ExampleReader<?> examples = reader.apply(file)) {
                examples.forEachRemaining(example -> assertFalse(String.valueOf(example).isEmpty()));
            } catch (Problem problem) {
                assertTrue(problem.getMessage().startsWith(file.toString()), problem::getMessage);
                assertEquals(1, problem.getMessage().lines().count(), problem::getMessage);
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(name + " on " + shown(file), e);
            }
        });
    }

    private void assertAllRefuse(Path file, String part) {
        READERS.forEach((name, reader) -> {
            try (ExampleReader<?> examples = reader.apply(file)) {
                examples.forEachRemaining(example -> {});
                throw new AssertionError(name + " took " + file);
            } catch (Problem problem) {
                assertTrue(problem.getMessage().startsWith(file.toString()), problem::getMessage);
                assertTrue(problem.getMessage().contains(part), () -> name + ": " + problem.getMessage());
                assertEquals(1, problem.getMessage().lines().count(), problem::getMessage);
            }
        });
    }

    private static String shown(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path gzip(String name, byte[] content, int repeated) throws IOException {
        Path file = folder.resolve(name);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < repeated; i++) {
                out.write(content);
            }
        }
        return file;
    }

    @Test
    void aLineOf100MegabytesIsRefusedBeforeItIsInMemory() throws IOException {
        byte[] megabyte = "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
        Path line = gzip("line.gz", megabyte, 100);
        assertTimeout(Duration.ofSeconds(30), () -> assertAllRefuse(line, "line 1: longer than 16777216 bytes"));
        ByteArrayOutputStream quoted = new ByteArrayOutputStream();
        quoted.write("text,label\n\"".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 20; i++) {
            quoted.write(megabyte);
            quoted.write('\n');
        }
        Path record = gzip("record.csv", quoted.toByteArray(), 1);
        Written.assertProblem(folder, "record.csv, line 2: a record longer than 16777216 characters; is there a quote "
                + "left open?", () -> TextExamples.open(record).readAll());
        Path string = gzip("squad.json", ("{\"data\": [{\"paragraphs\": [{\"context\": "
                + "\"" + "x".repeat(20 << 20)).getBytes(
                StandardCharsets.UTF_8), 1);
        Written.assertProblem(folder, "squad.json, line 1: an entry longer than 16777216 bytes; is this the right "
                + "file?",
                () -> QuestionExamples.open(string).readAll());
    }

    @Test
    void whatIsNotUtf8IsRefusedWithItsLine() {
        Path latin = Written.bytes(folder, "latin.csv", "text,label\nhello,a\ncafé,b\n".getBytes(
                StandardCharsets.ISO_8859_1));
        Written.assertProblem(folder, "latin.csv, line 3: not UTF-8 at byte 22 (0xe9); expected text in UTF-8, "
                + "convert it "
                + "with iconv", () -> TextExamples.open(latin).readAll());
        Path squad = Written.bytes(folder, "latin.json", "{\"data\": [\n{\"paragraphs\": [{\"context\": \"café x\"}]}]}"
                .getBytes(StandardCharsets.ISO_8859_1));
        Written.assertProblem(folder, "latin.json, line 2, column 35: not JSON in UTF-8 (Invalid UTF-8 middle byte "
                + "0x20); "
                + "mend the file, or copy or fetch it again", () -> QuestionExamples.open(squad).readAll());
        Path wide = Written.bytes(folder, "wide.csv", "text,label\nhello,a\n".getBytes(StandardCharsets.UTF_16));
        assertAllRefuse(wide, "line 1");
    }

    @Test
    void missingFilesFoldersAndCutOffOnesAreRefused() throws IOException {
        assertAllRefuse(folder.resolve("none.csv"), "no such file");
        assertAllRefuse(folder, "a folder; expected a file of examples");
        assertAllRefuse(Written.text(folder, "empty", ""), "an empty file");
        Path whole = gzip("whole.gz", "{\"text\": \"a\", \"label\": 1}\n".getBytes(StandardCharsets.UTF_8), 1000);
        Path cut = Written.bytes(folder, "cut.gz", Arrays.copyOf(Files.readAllBytes(whole), 60));
        Written.assertProblem(folder, "cut.gz, line 1: the gzip data is cut off after byte 60 of the file; fetch it again",
                () -> TextExamples.open(cut).readAll());
    }

    @Test
    void deepNestingAndNamesThatComeTwiceAreRefused() {
        assertAllRefuse(Written.text(folder, "deep", "{\"a\":".repeat(100_000)), "line 1");
        assertAllRefuse(Written.text(folder, "many", "{\"text\": [" + "[],".repeat(2_000_000) + "1]}"), "line 1");
        Path twice = Written.text(folder, "twice", "{\"text\": \"a\", \"text\": \"b\"}");
        Written.assertProblem(folder, "twice, line 1, column 21: not a JSON object (Duplicate field 'text'); "
                + "expected one "
                + "object a line", () -> TextExamples.open(twice).next());
    }

    @Test
    void nothingIsReadBehindABrokenLine() {
        Path file = Written.text(folder, "a.csv", "text,label\na,b\nc\nd,e\n");
        ExampleReader<TextExample> reader = TextExamples.open(file);
        assertEquals("a", reader.next().text());
        Written.assertProblem(folder, "a.csv, line 3: 1 columns; expected 2 (text, label)", reader::hasNext);
        assertFalse(reader.hasNext());
        reader.close();
    }

    @Test
    void damagedFilesAreReadOrRefusedNeverWorse() {
        long seed = Long.getLong("pluglm.seed", System.nanoTime());
        System.out.println(getClass().getSimpleName() + ": -Dpluglm.seed=" + seed);
        Random random = new Random(seed);
        List<byte[]> files = new ArrayList<>(Stream.of(
                "{'text': 'a', 'label': [1, 2.5]}\n{'text': 'b', 'label': 'x'}\n",
                "text,label\n'a, ''b''',1\nc,2\n",
                "a\tb\t2012\t1\t3.5\tone\ttwo\nc\td\te\t2\t1\tthree\tfour\tx\ty\n",
                "a NN O\nb NN B-D\n\nc NN I-D\n",
                "{'tokens': ['a', 'b'], 'ner_tags': ['O', 'B-X']}\n",
                "{'version': '2', 'data': [{'title': 'T', 'paragraphs': [{'context': 'Paris in France', 'qas': [{'id': "
                        + "'q', 'question': '?', 'answers': [{'text': 'Paris', 'answer_start': 0}]}]}]}]}",
                "{'1': {'QUESTION': 'Q', 'CONTEXTS': ['a'], 'final_decision': 'yes'}}",
                "{'pred': '/x/place_of_birth', 'sub_label': 'a', 'obj_label': 'b', 'masked_sentences': ['[MASK]']}\n")
                .map(it -> it.replace('\'', '"').getBytes(StandardCharsets.UTF_8)).toList());
        List.of("texts.parquet", "sentences.parquet", "questions.parquet", "bioasq.json")
                .forEach(it -> files.add(bytes(it)));
        assertTimeout(Duration.ofSeconds(Math.max(60, ROUNDS / 10)), () -> {
            for (int round = 0; round < ROUNDS; round++) {
                byte[] file = files.get(round % files.size());
                for (int i = 1 + random.nextInt(3); i > 0; i--) {
                    file = damaged(file, random);
                }
                assertReadOrRefused(Written.bytes(folder, "damaged", file));
            }
        });
    }

    private byte[] bytes(String resource) {
        try {
            return Files.readAllBytes(Written.resource(folder, resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] damaged(byte[] file, Random random) {
        if (file.length == 0) {
            return file;
        }
        int at = random.nextInt(file.length);
        byte[] mutated = file.clone();
        switch (random.nextInt(5)) {
            case 0 -> mutated[at] = (byte) random.nextInt(256);
            case 1 -> mutated[at] = (byte) "\"{}[],\n\t\\0".charAt(random.nextInt(10));
            case 2 -> mutated = Arrays.copyOf(file, at);
            case 3 -> {
                int from = random.nextInt(file.length);
                mutated = new byte[file.length + Math.max(0, at - from)];
                System.arraycopy(file, 0, mutated, 0, file.length);
                System.arraycopy(file, Math.min(from, at), mutated, file.length, Math.max(0, at - from));
            }
            default -> System.arraycopy(file, at, mutated, 0, file.length - at);
        }
        return mutated;
    }
}
