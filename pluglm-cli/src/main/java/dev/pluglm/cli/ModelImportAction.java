package dev.pluglm.cli;

import dev.pluglm.checkpoint.Adapter;
import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.checkpoint.KeptLayers;
import dev.pluglm.checkpoint.ModelImport;
import dev.pluglm.model.DocumentEncoderType;
import dev.pluglm.model.KnowledgeAttentionType;
import dev.pluglm.model.MemoryInit;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.QueryStates;
import dev.pluglm.model.Task;
import dev.pluglm.model.ValueType;
import dev.pluglm.problem.Problem;

import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

@Command(name = "import",
        header = "Make a model of ours from a published PlugLM checkpoint or a BERT.",
        description = {"", "SOURCE is a published checkpoint (.pt, with its config.json and vocab beside it), a directory"
                + " with a BERT of the transformers library, an adapter (pluglm model export --adapter), a model"
                + " of ours without memory layers, or the name bert-base-uncased, which Maven fetches.",
            "", "A BERT becomes a PlugLM without loss: memory layers take over its feed-forward blocks, and what the"
                + " memory adds is zero until it is trained. --memory-layer-ffn-dim 768 starts as the published code"
                + " does, which loses those blocks."},
        footer = {"", "Examples:", "  pluglm model import bert-base-uncased bert",
            "  pluglm model import bert-base-uncased reader --document-encoder first_4 --value-type tokens \\",
            "         --value-layer-norm --memory-init warm_start",
            "  pluglm model import pluglm/ckpt/ckpt_8000.pt published --config pluglm/config.json"})
final class ModelImportAction extends Action {
    @Parameters(index = "0", paramLabel = "SOURCE", description = "What to import.")
    private String source;

    @Parameters(index = "1", paramLabel = "TARGET", description = "The model directory to make; must not exist.")
    private Path target;

    @Option(names = "--vocab", paramLabel = "FILE", description = "The vocabulary, where it is not beside the weights.")
    private Path vocabulary;

    @Option(names = "--config", paramLabel = "FILE", description = "config.json, where it is not beside the weights.")
    private Path config;

    @Option(names = "--keep-layers", paramLabel = "N", split = ",",
            description = "Layers of a BERT to take, such as 1,2,3,12, counted from 1 (default: all); memory layers are"
                    + " the topmost of these.")
    private List<Integer> keepLayers = List.of();

    @Option(names = "--memory-layers", paramLabel = "N", description = "Memory layers of a BERT's model (default: 1).")
    private Integer memoryLayers;

    @Option(names = "--memory-layer-ffn-dim", paramLabel = "N",
            description = "Inner size of the memory layers' feed-forward blocks (default: BERT's own).")
    private Integer feedForward;

    @Option(names = "--memory-k", paramLabel = "N", description = "Passages to retrieve (default: 5).")
    private Integer memoryK;

    @Option(names = "--query-size", paramLabel = "N", description = "Length of queries and keys (default: 128).")
    private Integer querySize;

    @Option(names = "--knowledge-attention", paramLabel = "TYPE",
            description = "multi_head, single_head or sentence_level (default: multi_head).")
    private KnowledgeAttentionType attention;

    @Option(names = "--null-passage", description = "Knowledge attention may read nothing, where nothing found is near.")
    private boolean nullPassage;

    @Option(names = "--query-states", paramLabel = "STATES",
            description = "What queries are made from: memory_layer, the states that read; or document_encoder, those of"
                    + " the layer at which the document encoder ends (default: memory_layer).")
    private QueryStates queryStates;

    @Option(names = "--document-encoder", paramLabel = "TYPE", converter = ToDocumentEncoder.class,
            description = "What passages are encoded with: word_embedding, or first_N for the first N layers too"
                    + " (default: word_embedding).")
    private DocumentEncoderType documentEncoder;

    @Option(names = "--value-type", paramLabel = "TYPE",
            description = "What is read of a passage: pooled, one value; or tokens, a value for each token"
                    + " (default: pooled).")
    private ValueType valueType;

    @Option(names = "--normalize-keys", description = "Scale keys to length 1: passages are found by cosine.")
    private boolean normalizeKeys;

    @Option(names = "--value-layer-norm", description = "Normalise values before they are read.")
    private boolean valueLayerNorm;

    @Option(names = "--memory-init", paramLabel = "TYPE",
            description = "Where the weights around the memory start: published, or warm_start: queries as keys, so that"
                    + " related passages are found from the first step on (default: published).")
    private MemoryInit memoryInit;

    @Option(names = "--task", paramLabel = "TASK",
            description = "What a published checkpoint predicts, where its weights do not tell: token_classification.")
    private Task task;

    @Option(names = "--base", paramLabel = "BERT",
            description = "The BERT that an adapter belongs to, where it is not the one that the adapter names.")
    private String base;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42",
            description = "For the weights that a BERT does not have (default: 42).")
    private long seed;

    @Override
    int run(Console console) {
        ModelImport reader = new ModelImport(
                Optional.ofNullable(vocabulary), Optional.ofNullable(config), this::change, seed, layers());
        try (Checkpoint model = read(reader, console)) {
            model.write(target);
            ModelInfo.print(console, target, model);
        }
        return Cli.OK;
    }

    private KeptLayers layers() {
        try {
            return new KeptLayers(keepLayers);
        } catch (Problem refused) {
            throw new BadUsage("--keep-layers: " + refused.getMessage());
        }
    }

    private Checkpoint read(ModelImport reader, Console console) {
        if (source.equals(ModelImport.BERT_BASE_UNCASED)) {
            return BertBase.read(reader, console);
        }
        Path path = Path.of(source);
        if (Adapter.isAt(path)) {
            if (!reader.layers().equals(KeptLayers.ALL)) {
                throw new BadUsage(source + " is an adapter, which brings its own layers; leave out --keep-layers");
            }
            Adapter adapter = Adapter.open(path);
            String over = base == null ? adapter.base() : base;
            return adapter.over(changes -> BertBase.read(over, changes, console));
        }
        return reader.read(path);
    }

    private void change(PlugLMConfig.Draft draft) {
        draft.numMemoryLayers = memoryLayers == null ? draft.numMemoryLayers : memoryLayers;
        draft.memoryLayerFfnDim = feedForward == null ? draft.memoryLayerFfnDim : feedForward;
        draft.memoryK = memoryK == null ? draft.memoryK : memoryK;
        draft.querySize = querySize == null ? draft.querySize : querySize;
        draft.knowledgeAttentionType = attention == null ? draft.knowledgeAttentionType : attention;
        draft.nullPassage |= nullPassage;
        draft.queryStates = queryStates == null ? draft.queryStates : queryStates;
        draft.documentEncoderType = documentEncoder == null ? draft.documentEncoderType : documentEncoder;
        draft.valueType = valueType == null ? draft.valueType : valueType;
        draft.normalizeKeys |= normalizeKeys;
        draft.valueLayerNorm |= valueLayerNorm;
        draft.memoryInit = memoryInit == null ? draft.memoryInit : memoryInit;
        draft.task = task == null ? draft.task : task;
    }

    private static final class ToDocumentEncoder implements ITypeConverter<DocumentEncoderType> {
        @Override
        public DocumentEncoderType convert(String name) {
            try {
                return DocumentEncoderType.of(name);
            } catch (Problem unknown) {
                throw new TypeConversionException(unknown.getMessage());
            }
        }
    }
}
