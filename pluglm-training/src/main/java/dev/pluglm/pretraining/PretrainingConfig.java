package dev.pluglm.pretraining;

import static dev.pluglm.training.ConfigFile.range;
import static dev.pluglm.training.ConfigFile.require;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.problem.Problem;
import dev.pluglm.training.ConfigFile;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * How to pre-train: what a configuration file says, with flags over it. Names and defaults are the reference's where it
 * has them (SPEC 7, {@code run_pretraining}); a value of 0 means 0.
 *
 * <p>Filled by whoever runs a training, then checked by {@link #check}; not changed afterwards.
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public final class PretrainingConfig {

    @JsonPropertyDescription("Shards (a directory of LDDL Parquet files), or text: files or directories of any format"
            + " that pluglm corpus reads.")
    public List<Path> dataDir = List.of();

    @JsonPropertyDescription("Where the run writes its checkpoints, its log, the model and its memory.")
    public Path outputDir;

    @JsonPropertyDescription("A model directory to start from; leave it out to draw a new model as 'model' says.")
    public Optional<Path> initFrom = Optional.empty();

    @JsonPropertyDescription("The configuration of a new model (as in a model's config.json).")
    public Optional<PlugLMConfig.Draft> model = Optional.empty();

    @JsonPropertyDescription("The vocabulary of a new model.")
    public Optional<Path> vocabFile = Optional.empty();

    @JsonAlias("memory")
    @JsonPropertyDescription("Passages to look into: tokenised (.npy), or JSON lines of texts.")
    public Optional<Path> tokenizedDocumentPath = Optional.empty();

    @JsonPropertyDescription("The longest passage cut from texts, in tokens.")
    public int passageTokens = 64;

    @JsonPropertyDescription("The longest sample cut from texts, in tokens; shards have their own lengths.")
    public int maxSeqLength = 128;

    @JsonPropertyDescription("Of samples cut from texts, the share that is a title and one sentence.")
    public double shortWindows = 0.5;

    @JsonPropertyDescription("What is masked: random_tokens as published, whole_words, or salient_spans (names,"
            + " numbers; text only).")
    public MaskingKind masking = MaskingKind.RANDOM_TOKENS;

    @JsonPropertyDescription("The share of salient spans that is masked; 0 for exactly one in each sample.")
    public double salientShare = 0;

    @JsonPropertyDescription("Of samples with salient spans, the share in which whole words are masked instead: 0 to 1.")
    public double ordinaryShare = 0;

    @JsonPropertyDescription("The share of tokens that is masked, where tokens or words are.")
    public double maskedLmRatio = 0.15;

    @JsonPropertyDescription("The most tokens masked in a sample; 0 for no limit.")
    public int maxPredictionsPerSeq = 0;

    @JsonPropertyDescription("For this share of texts, keep the passages that they are part of from being found: 0 to 1.")
    public double excludeOwnText = 0;

    @JsonPropertyDescription("For this share of texts in which one name or number of one token is masked, let all passages"
            + " found say another one, which is to be guessed, so that answers follow the memory: 0 to 1.")
    public double counterfactualShare = 0;

    @JsonPropertyDescription("lamb as published, or adamw.")
    public OptimizerKind optimizer = OptimizerKind.LAMB;

    @JsonPropertyDescription("Learning rate over time: polynomial (published), linear, or constant.")
    public ScheduleKind schedule = ScheduleKind.POLYNOMIAL;

    @JsonPropertyDescription("The highest learning rate.")
    public double learningRate = 4e-3;

    @JsonPropertyDescription("The share of all steps in which the learning rate rises.")
    public double warmupProportion = 0.2843;

    @JsonPropertyDescription("Weight decay of all but biases, norms and beta.")
    public double weightDecay = 0.01;

    @JsonPropertyDescription("Gradients are scaled down to this norm; 0 for no limit.")
    public double maxGradNorm = 1;

    @JsonPropertyDescription("Updates to make.")
    public long maxTrainSteps = 100_000;

    @JsonPropertyDescription("Samples in an update, of each process.")
    public int totalTrainBatchSizePerDevice = 8192;

    @JsonPropertyDescription("Micro-batches in an update; their size is the batch size divided by this.")
    public int gradientAccumulationSteps = 512;

    @JsonPropertyDescription("Updates between two refreshes of the memory's keys; 0 for only one, at the start.")
    public long refreshingSteps = 300;

    @JsonPropertyDescription("Before the first update, fit the memory layers in closed form to so many masked texts and the"
            + " passages that state what is masked; 0 for not.")
    public long fitSamples = 0;

    @JsonPropertyDescription("Updates that go on with the old keys while a refresh runs in the background; 0 to wait"
            + " for it.")
    public long refreshingLag = 0;

    @JsonPropertyDescription("Updates between two lines of the log.")
    public long loggingSteps = 1;

    @JsonPropertyDescription("Updates between two checkpoints; 0 for only one, at the end.")
    public long ckptSteps = 500;

    @JsonPropertyDescription("Checkpoints to keep.")
    public int maxCkpt = 5;

    @JsonPropertyDescription("Number format of matrix products: fp32, bf16 or fp16.")
    public String dtype = "bf16";

    @JsonPropertyDescription("A regular expression: only weights whose name contains a match are trained.")
    public Optional<String> trainable = Optional.empty();

    @JsonPropertyDescription("Run the document encoder once over all passages and keep what it makes of their tokens"
            + " (2 bytes a hidden channel and token): much faster, where its embeddings and layers are not trained.")
    public boolean keepPassageStates = false;

    @JsonPropertyDescription("cpu, cuda or cuda:N.")
    public String device = "cpu";

    @JsonPropertyDescription("Threads that one operation uses; 0 for one per processor.")
    public int threads = 0;

    @JsonPropertyDescription("Of everything random: new weights, order, masks, dropout.")
    public long seed = 42;

    /** What is masked. */
    public enum MaskingKind { RANDOM_TOKENS, WHOLE_WORDS, SALIENT_SPANS;

        @JsonCreator
        static MaskingKind of(String name) {
            return named("masking", name, values());
        }

        @JsonValue
        @Override
        public String toString() {
            return shown(this);
        }
    }

    /** What changes the weights. */
    public enum OptimizerKind { LAMB, ADAMW;

        @JsonCreator
        static OptimizerKind of(String name) {
            return named("optimizer", name, values());
        }

        @JsonValue
        @Override
        public String toString() {
            return shown(this);
        }
    }

    /** How the learning rate goes. */
    public enum ScheduleKind { POLYNOMIAL, LINEAR, CONSTANT;

        @JsonCreator
        static ScheduleKind of(String name) {
            return named("schedule", name, values());
        }

        @JsonValue
        @Override
        public String toString() {
            return shown(this);
        }
    }

    private static <E extends Enum<E>> E named(String field, String name, E[] values) {
        return Arrays.stream(values).filter(value -> shown(value).equals(name)).findFirst()
                .orElseThrow(() -> Problem.of("%s is '%s'; expected %s", field, name,
                        Arrays.stream(values).map(Enum::toString).collect(Collectors.joining(", "))));
    }

    private static String shown(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Where configurations are read from and written to. */
    public static final ConfigFile<PretrainingConfig> FILE =
            new ConfigFile<>(PretrainingConfig.class, PretrainingConfig::new, "pluglm pretrain --help");

    /**
     * Reads a configuration file (YAML or JSON) with other values over it.
     *
     * @param file may be absent: everything then has its default
     * @param over values by name, as flags give them; they are read as YAML, so that 0 is a number
     * @throws Problem if a field is not known, or a value does not fit it
     */
    public static PretrainingConfig read(Optional<Path> file, Map<String, String> over) {
        return FILE.read(file, over);
    }

    /** The configuration as a file that {@link #read} reads. */
    public byte[] toYaml() {
        return FILE.write(this);
    }

    /**
     * Checks what can be checked before anything is read.
     *
     * @throws Problem if a value is missing, out of range, or two contradict each other
     */
    public void check() {
        require(!dataDir.isEmpty(), "data_dir is missing; name the shards or texts to train on");
        require(outputDir != null, "output_dir is missing; name a directory for the run");
        require(initFrom.isPresent() != model.isPresent(), initFrom.isPresent()
                ? "init_from and model are both given; a run starts from a model, or draws a new one"
                : "neither init_from nor model is given; name a model to start from, or describe a new one");
        require(model.isEmpty() || vocabFile.isPresent(), "vocab_file is missing; a new model needs a vocabulary");
        require(model.isPresent() || vocabFile.isEmpty(), "vocab_file is given, but the model of init_from has its own");
        range("passage_tokens", passageTokens, 4, 65_535);
        range("max_seq_length", maxSeqLength, 8, 65_535);
        range("short_windows", shortWindows, 0, 1);
        range("salient_share", salientShare, 0, 1);
        range("ordinary_share", ordinaryShare, 0, 1);
        require(ordinaryShare == 0 || masking == MaskingKind.SALIENT_SPANS,
                "ordinary_share is %s, but masking is %s: all samples are ordinary ones".formatted(ordinaryShare, masking));
        range("masked_lm_ratio", maskedLmRatio, 1e-6, 1);
        range("max_predictions_per_seq", maxPredictionsPerSeq, 0, 65_535);
        range("exclude_own_text", excludeOwnText, 0, 1);
        range("counterfactual_share", counterfactualShare, 0, 1);
        require(counterfactualShare == 0 || masking == MaskingKind.SALIENT_SPANS,
                "counterfactual_share is %s, but masking is %s; names and numbers are known with salient_spans only"
                        .formatted(counterfactualShare, masking));
        range("learning_rate", learningRate, 0, 1e3);
        range("warmup_proportion", warmupProportion, 0, 1);
        range("weight_decay", weightDecay, 0, 1e3);
        range("max_grad_norm", maxGradNorm, 0, 1e9);
        range("max_train_steps", maxTrainSteps, 0, 1e12);
        range("total_train_batch_size_per_device", totalTrainBatchSizePerDevice, 1, 1 << 24);
        range("gradient_accumulation_steps", gradientAccumulationSteps, 1, totalTrainBatchSizePerDevice);
        require(totalTrainBatchSizePerDevice % gradientAccumulationSteps == 0,
                "total_train_batch_size_per_device (%d) is not divisible by gradient_accumulation_steps (%d)".formatted(
                        totalTrainBatchSizePerDevice, gradientAccumulationSteps));
        range("refreshing_steps", refreshingSteps, 0, 1e12);
        range("fit_samples", fitSamples, 0, 1e12);
        range("refreshing_lag", refreshingLag, 0, Math.max(0, refreshingSteps));
        range("logging_steps", loggingSteps, 1, 1e12);
        range("ckpt_steps", ckptSteps, 0, 1e12);
        range("max_ckpt", maxCkpt, 1, 1e6);
        range("threads", threads, 0, 4096);
        require(List.of("fp32", "bf16", "fp16").contains(dtype), "dtype is '" + dtype + "'; expected fp32, bf16 or fp16");
        trainable.ifPresent(pattern -> {
            try {
                Pattern.compile(pattern);
            } catch (PatternSyntaxException e) {
                throw new Problem("trainable is '" + pattern + "', no regular expression: " + e.getDescription(), e);
            }
        });
    }
}
