package dev.pluglm.memory;

import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The commits of a memory: the latest, and those that undo may go back to. Each commit's own file comes last when it
 * is written and goes first when it is dropped, so edits that other processes make meanwhile do not disturb readers.
 */
record StoreCommits(Path path, Directory directory) {
    private static final long CHECKED_WHEN_OPENED = 1 << 20;

    /**
     * Finds damage that would otherwise be met halfway through reading: the latest commit and its small files must
     * carry the right checksums. Large files are checked by {@link MemoryStore#verify}.
     */
    void checkLatest() {
        try {
            while (true) {
                String latest = latest();
                try {
                    check(latest);
                    return;
                } catch (IOException failure) {
                    // An edit in another process may just have dropped that commit: only the newest one counts.
                    if (latest().equals(latest)) {
                        throw failure;
                    }
                }
            }
        } catch (IOException failure) {
            throw LuceneIndex.problem(path, failure);
        } catch (RuntimeException | OutOfMemoryError lyingLengths) {
            throw LuceneIndex.damaged(path, lyingLengths);
        }
    }

    private String latest() throws IOException {
        String commit = SegmentInfos.getLastCommitSegmentsFileName(directory);
        if (commit == null) {
            throw new IndexNotFoundException("no commit");
        }
        return commit;
    }

    private void check(String commit) throws IOException {
        checkFile(commit);
        for (String file : SegmentInfos.readCommit(directory, commit).files(false)) {
            if (directory.fileLength(file) <= CHECKED_WHEN_OPENED) {
                checkFile(file);
            }
        }
    }

    /** All commits that are kept, oldest first. */
    List<IndexCommit> list() throws IOException {
        while (true) {
            Set<String> before = files();
            try {
                return DirectoryReader.listCommits(directory);
            } catch (IOException failure) {
                // An edit in another process drops a commit's own file first, then the rest of it.
                if (files().equals(before)) {
                    throw failure;
                }
            }
        }
    }

    private Set<String> files() throws IOException {
        return Arrays.stream(directory.listAll()).filter(file -> file.startsWith(IndexFileNames.SEGMENTS))
                .collect(Collectors.toSet());
    }

    /** Checks every byte of every commit that is kept, those that only undo needs too. */
    void checkAll() throws IOException {
        Set<String> checked = new HashSet<>();
        for (IndexCommit commit : list()) {
            for (String file : commit.getFileNames()) {
                try {
                    if (checked.add(file)) {
                        checkFile(file);
                    }
                } catch (NoSuchFileException missing) {
                    if (files().contains(commit.getSegmentsFileName())) {
                        throw missing;
                    }
                    // An edit in another process has just dropped the whole commit.
                    break;
                }
            }
        }
    }

    private void checkFile(String file) throws IOException {
        try (IndexInput input = directory.openInput(file, IOContext.READONCE)) {
            CodecUtil.checksumEntireFile(input);
        }
    }
}
