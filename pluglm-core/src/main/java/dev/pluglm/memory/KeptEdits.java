package dev.pluglm.memory;

import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexDeletionPolicy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Keeps the latest commit, and of each state that undoing can still lead to one commit. A purge is a state that nothing
 * came before, so its commit drops all others; and if the process dies before that, the next writer does it.
 */
final class KeptEdits extends IndexDeletionPolicy {
    private final Path directory;
    private final int undoable;

    /** @param undoable how many edits can be undone */
    KeptEdits(Path directory, int undoable) {
        this.directory = directory;
        this.undoable = undoable;
    }

    @Override
    public void onInit(List<? extends IndexCommit> commits) throws IOException {
        drop(commits);
    }

    @Override
    public void onCommit(List<? extends IndexCommit> commits) throws IOException {
        drop(commits);
    }

    private void drop(List<? extends IndexCommit> commits) throws IOException {
        if (commits.isEmpty()) {
            return;
        }
        CommitData latest = CommitData.read(directory, commits.getLast().getUserData());
        Set<Long> wanted = new HashSet<>(latest.log().undoable(undoable + 1));
        for (IndexCommit commit : commits.reversed()) {
            if (!wanted.remove(CommitData.state(commit.getUserData())) && commit != commits.getLast()) {
                commit.delete();
            }
        }
    }
}
