package dev.pluglm.corpus.job;

import dev.pluglm.corpus.Corpus;
import dev.pluglm.corpus.Document;
import dev.pluglm.corpus.DocumentReader;
import dev.pluglm.corpus.Progress;
import dev.pluglm.corpus.ReadCounts;
import dev.pluglm.corpus.ReadOptions;
import dev.pluglm.corpus.WordPieces;
import dev.pluglm.corpus.shard.Balancer;
import dev.pluglm.corpus.shard.SampleMaker;
import dev.pluglm.corpus.shard.ShardDirectory;
import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Turns a corpus into one output. The output appears whole or not at all.
 *
 * @param pieces the tokeniser; every output except documents needs one
 */
public record CorpusJob(
        Corpus corpus, ReadOptions options, Optional<WordPieces> pieces, Output output, Progress progress) {

    /**
     * What came of it.
     *
     * @param counts documents and records that were read
     * @param written lines, rows or samples
     * @param leftOut samples that were left out so that shards differ by one in size
     */
    public record Result(ReadCounts counts, long written, long leftOut) {}

    private interface Sink {
        void take(Document document) throws IOException;
    }

    /**
     * Runs the job.
     *
     * @throws Problem if an input is damaged, there is no document in it, the output cannot be written, or the
     *     vocabulary does not fit the output
     */
    public Result run() {
        checkTarget();
        try (Pending pending = new Pending(output.target())) {
            Result result = switch (output) {
                case Output.DocumentLines lines -> documents(lines, pending);
                case Output.PassageLines lines -> passages(lines, pending);
                case Output.TokenArray array -> tokens(array, pending);
                case Output.Shards shards -> shards(shards, pending);
            };
            pending.commit();
            return result;
        } catch (IOException e) {
            throw Pending.unwritable(output.target(), e);
        }
    }

    private Result documents(Output.DocumentLines target, Pending pending) throws IOException {
        try (JsonLines lines = new JsonLines(pending.path(), target.target().toString())) {
            ReadCounts counts = read(lines::write);
            return new Result(counts, lines.lines(), 0);
        }
    }

    private Result passages(Output.PassageLines target, Pending pending) throws IOException {
        PassageSplitter splitter = new PassageSplitter(tokeniser(), room(target.length()));
        try (JsonLines lines = new JsonLines(pending.path(), target.target().toString())) {
            ReadCounts counts = read(document -> {
                int number = 0;
                for (PassageSplitter.Part passage : splitter.split(document)) {
                    lines.write(document, number++, passage.text());
                }
            });
            return new Result(counts, lines.lines(), 0);
        }
    }

    private Result tokens(Output.TokenArray target, Pending pending) throws IOException {
        WordPieces words = tokeniser();
        if (words.size() - 1 > target.type().largest()) {
            throw Problem.of("%s: a vocabulary of %,d pieces does not fit in int16, which ends at 32767; use int32",
                    target.target(), words.size());
        }
        int room = room(target.length());
        try (NpyRows rows = new NpyRows(pending.path(), target.type(), target.length())) {
            ReadCounts counts = read(document -> {
                List<String> title = target.titles() && document.title().isPresent()
                        ? words.split(document.title().get(), room / 2) : List.of();
                for (PassageSplitter.Part passage : new PassageSplitter(words, room - title.size()).split(document)) {
                    rows.write(Stream.of(Stream.of("[CLS]"), title.stream(), passage.pieces().stream(),
                            Stream.of("[SEP]")).flatMap(part -> part).mapToInt(words::id).toArray());
                }
            });
            return new Result(counts, rows.rows(), 0);
        }
    }

    private Result shards(Output.Shards target, Pending pending) throws IOException {
        Path parts = Files.createDirectories(pending.path().resolve("parts"));
        SampleMaker maker = new SampleMaker(target.options(), tokeniser(), parts);
        ReadCounts counts = read(maker::add);
        if (maker.finish() == 0) {
            throw Problem.of("%s: %,d documents gave no sample; expected a larger corpus", output.target(),
                    counts.documents());
        }
        Balancer.Result balanced = Balancer.balance(ShardDirectory.of(parts), pending.path(),
                target.options().shards());
        AtomicFiles.deleteTree(parts);
        return new Result(counts, balanced.samples(), balanced.leftOut());
    }

    private ReadCounts read(Sink sink) throws IOException {
        try (DocumentReader reader = corpus.open(options, progress)) {
            while (reader.hasNext()) {
                sink.take(reader.next());
            }
            ReadCounts counts = reader.counts();
            if (counts.documents() == 0) {
                String example = counts.examples().isEmpty() ? "" : "; the first bad one: "
                        + counts.examples().getFirst();
                throw Problem.of("no document in %s (%,d records skipped, %,d bad)%s", names(), counts.skipped(),
                        counts.bad(), example);
            }
            return counts;
        }
    }

    private String names() {
        int count = corpus.files().size();
        return count == 1 ? corpus.files().getFirst().toString() : count + " files";
    }

    private WordPieces tokeniser() {
        WordPieces words = pieces.orElseThrow(() ->
                Problem.of("%s: needs a vocabulary to cut text into tokens; name one",
                output.target()));
        IntStream.of(words.id("[CLS]"), words.id("[SEP]")).filter(id -> id < 0 || id >= words.size()).findAny()
                .ifPresent(id -> {
                    throw Problem.of("the vocabulary has no [CLS] or [SEP]; use one of BERT");
                });
        return words;
    }

    private int room(int length) {
        if (length < 4 || length > 65_535) {
            throw Problem.of("a passage of %d tokens; expected 4 to 65535, with [CLS] and [SEP]", length);
        }
        return length - 2;
    }

    private void checkTarget() {
        Path target = output.target();
        boolean directory = output instanceof Output.Shards;
        if (Files.isDirectory(target) && !directory) {
            throw Problem.of("%s: is a directory; expected the name of a file to write", target);
        }
        if (directory && Files.exists(target)) {
            try (Stream<Path> list = Files.isDirectory(target) ? Files.list(target) : Stream.of(target)) {
                if (list.findAny().isPresent()) {
                    throw Problem.of("%s: is there already; name an empty or a new directory", target);
                }
            } catch (IOException e) {
                throw Pending.unwritable(target, e);
            }
        }
    }
}
