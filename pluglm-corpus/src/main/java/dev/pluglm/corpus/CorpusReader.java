package dev.pluglm.corpus;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;

/** Reads the files of a corpus one after the other. */
final class CorpusReader implements DocumentReader {
    private final Corpus corpus;
    private final ReadOptions options;
    private final Progress progress;
    private final Iterator<Path> files;
    private final Map<Path, String> names;
    private final Tally tally = new Tally();
    private CorpusFile file;
    private RecordReader reader;
    private long bytesOfDoneFiles;

    CorpusReader(Corpus corpus, ReadOptions options, Progress progress) {
        this.corpus = corpus;
        this.options = options;
        this.progress = progress;
        this.files = corpus.files().iterator();
        this.names = corpus.names();
    }

    @Override
    public boolean hasNext() {
        while (true) {
            if (reader == null) {
                if (!files.hasNext()) {
                    return false;
                }
                Path path = files.next();
                file = CorpusFile.open(path, names.get(path));
                reader = RecordReader.open(file, options, tally);
            }
            if (reader.hasNext()) {
                return true;
            }
            bytesOfDoneFiles += file.bytesRead();
            close();
            progress.at(bytesOfDoneFiles, corpus.bytes(), counts());
        }
    }

    @Override
    public Document next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no document left");
        }
        Document document = reader.next();
        progress.at(bytesOfDoneFiles + file.bytesRead(), corpus.bytes(), counts());
        return document;
    }

    @Override
    public ReadCounts counts() {
        return tally.counts();
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
        file = null;
        reader = null;
    }
}
