package dev.pluglm.corpus.job;

import dev.pluglm.checkpoint.DType;
import dev.pluglm.checkpoint.Npy;
import dev.pluglm.corpus.Corpus;
import dev.pluglm.corpus.Document;
import dev.pluglm.corpus.DocumentReader;
import dev.pluglm.corpus.Progress;
import dev.pluglm.corpus.ReadCounts;
import dev.pluglm.corpus.ReadOptions;
import dev.pluglm.corpus.shard.Balancer;
import dev.pluglm.corpus.shard.SampleMaker;
import dev.pluglm.corpus.shard.ShardDirectory;
import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.PassageSplitter;
import dev.pluglm.text.Tokenizer;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Turns a corpus into one output. The output appears whole or not at all.
 *
 * @param tokenizer every output except documents needs one
 */
public record CorpusJob(
        Corpus corpus, ReadOptions options, Optional<Tokenizer> tokenizer, Output output, Progress progress) {

    private static final int SHORTEST_PASSAGE = 8;
    private static final int LONGEST_PASSAGE = 65_535;

    /**
     * What came of it.
     *
     * @param counts documents and records that were read
     * @param written lines, rows or samples
     * @param leftOut samples that were left out so that shards differ by one in size
     */
    public record Result(ReadCounts counts, long written, long leftOut) {}

    /**
     * Runs the job.
     *
     * @throws Problem if an input is damaged, there is no document in it, the output exists already or cannot be
     *     written, or the vocabulary does not fit the output
     */
    public Result run() {
        checkTarget();
        try {
            return switch (output) {
                case Output.DocumentLines lines -> documents(lines);
                case Output.PassageLines lines -> passages(lines);
                case Output.TokenArray array -> tokens(array);
                case Output.Shards shards -> shards(shards);
            };
        } catch (IOException e) {
            throw new Problem("%s: could not be written: %s".formatted(output.target(), e.getMessage()), e);
        }
    }

    private Result documents(Output.DocumentLines target) throws IOException {
        try (JsonLines lines = new JsonLines(target.target())) {
            ReadCounts counts = read(lines::write);
            lines.commit();
            return new Result(counts, lines.lines(), 0);
        }
    }

    private Result passages(Output.PassageLines target) throws IOException {
        PassageSplitter splitter = splitter(target.length());
        try (JsonLines lines = new JsonLines(target.target())) {
            ReadCounts counts = read(new InBatches<>(document -> split(splitter, document, true),
                    (document, passages) -> {
                        // The ids that memory create gives to the parts of a text.
                        for (int i = 0; i < passages.size(); i++) {
                            String id = passages.size() == 1 ? document.id() : document.id() + "#" + (i + 1);
                            lines.write(document, id, passages.get(i));
                        }
                    }));
            lines.commit();
            return new Result(counts, lines.lines(), 0);
        }
    }

    private Result tokens(Output.TokenArray target) throws IOException {
        Tokenizer words = requireTokenizer();
        int vocabulary = words.vocabulary().size();
        if (target.type() == DType.I16 && vocabulary - 1 > Short.MAX_VALUE) {
            throw Problem.of("%s: a vocabulary of %,d tokens does not fit in int16, which ends at 32,767; use int32",
                    target.target(), vocabulary);
        }
        PassageSplitter splitter = splitter(target.length());
        long[] rows = {0};
        try (Npy.Writer array = Npy.growing(target.target(), target.type(), target.length())) {
            ReadCounts counts = read(new InBatches<>(
                    document -> split(splitter, document, target.titles()).stream().map(passage ->
                            words.encodePassage(title(document, target.titles()), passage, target.length())).toList(),
                    (document, passages) -> {
                        for (int[] ids : passages) {
                            array.append(row(ids, target));
                            rows[0]++;
                        }
                    }));
            array.commit();
            return new Result(counts, rows[0], 0);
        }
    }

    private static List<String> split(PassageSplitter splitter, Document document, boolean titles) {
        // An empty line is the end of a paragraph to the splitter; a line end says so in the passage.
        return splitter.split(title(document, titles), String.join("\n\n", document.paragraphs())).stream()
                .map(passage -> passage.replace("\n\n", "\n")).toList();
    }

    private static Optional<String> title(Document document, boolean wanted) {
        return document.title().filter(title -> wanted);
    }

    private static MemorySegment row(int[] ids, Output.TokenArray target) {
        if (target.type() == DType.I32) {
            return MemorySegment.ofArray(Arrays.copyOf(ids, target.length()));
        }
        short[] row = new short[target.length()];
        for (int i = 0; i < ids.length; i++) {
            row[i] = (short) ids[i];
        }
        return MemorySegment.ofArray(row);
    }

    private Result shards(Output.Shards target) {
        Tokenizer words = requireTokenizer();
        Result[] result = new Result[1];
        AtomicFiles.createDirectory(target.target(), directory -> {
            Path parts = Files.createDirectory(directory.resolve("parts"));
            SampleMaker maker = new SampleMaker(target.options(), words, parts);
            ReadCounts counts = read(maker::add);
            if (maker.finish() == 0) {
                throw Problem.of("%s: %,d documents gave no sample; expected a larger corpus", target.target(),
                        counts.documents());
            }
            ShardDirectory made = ShardDirectory.of(parts);
            long samples = made.samples();
            Balancer.Result balanced = Balancer.balance(made, directory, target.options().shards(),
                    done -> progress.balancing(done, samples));
            AtomicFiles.deleteTree(parts);
            result[0] = new Result(counts, balanced.samples(), balanced.leftOut());
        });
        return result[0];
    }

    private ReadCounts read(Sink sink) throws IOException {
        try (DocumentReader reader = corpus.open(options, progress)) {
            while (reader.hasNext()) {
                sink.take(reader.next());
            }
            sink.end();
            ReadCounts counts = reader.counts();
            if (counts.documents() == 0) {
                throw nothing(counts);
            }
            return counts;
        }
    }

    private Problem nothing(ReadCounts counts) {
        if (counts.skipped() + counts.bad() == 0) {
            return Problem.of("no document in %s: it holds %s", names(), options.format()
                    .map(format -> "no record of the format %s, which it was said to have".formatted(format))
                    .orElse("nothing"));
        }
        String example = counts.examples().isEmpty() ? ""
                : "; the first bad one: " + counts.examples().getFirst();
        return Problem.of("no document in %s (records without text: %,d, bad ones: %,d)%s", names(), counts.skipped(),
                counts.bad(), example);
    }

    private String names() {
        int count = corpus.files().size();
        return count == 1 ? corpus.files().getFirst().toString() : count + " files";
    }

    private Tokenizer requireTokenizer() {
        return tokenizer.orElseThrow(() ->
                Problem.of("%s: needs a vocabulary to cut text into tokens; name one", output.target()));
    }

    private PassageSplitter splitter(int length) {
        if (length < SHORTEST_PASSAGE || length > LONGEST_PASSAGE) {
            throw Problem.of("passages of %d tokens; expected %d to %d, with [CLS] and [SEP]", length, SHORTEST_PASSAGE,
                    LONGEST_PASSAGE);
        }
        return new PassageSplitter(requireTokenizer(), length);
    }

    /** A file of hours is not to be replaced by accident, least of all the input. */
    private void checkTarget() {
        Path target = output.target();
        if (!(output instanceof Output.Shards) && Files.exists(target)) {
            throw Problem.of("%s: exists already; choose another name or delete it first", target);
        }
    }
}
