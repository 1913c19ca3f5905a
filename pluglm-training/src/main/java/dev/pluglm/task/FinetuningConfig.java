package dev.pluglm.task;

import static dev.pluglm.training.ConfigFile.range;
import static dev.pluglm.training.ConfigFile.require;

import dev.pluglm.problem.Problem;
import dev.pluglm.training.ConfigFile;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How to fine-tune: what a configuration file says, with flags over it. Names and defaults are the reference's where it
 * has them (SPEC 7, {@code run_classification}); a value of 0 means 0.
 *
 * <p>Filled by whoever runs a fine-tuning, then checked by {@link #check}; not changed afterwards.
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public final class FinetuningConfig {

    /** Where configurations are read from and written to. */
    public static final ConfigFile<FinetuningConfig> FILE =
            new ConfigFile<>(FinetuningConfig.class, FinetuningConfig::new, "pluglm finetune TASK --help");

    @JsonAlias("ckpt_path")
    @JsonPropertyDescription("The model directory to start from.")
    public Path model;

    @JsonPropertyDescription("Labelled examples to train on.")
    public Path trainFile;

    @JsonPropertyDescription("Labelled examples that choose the best epoch; without them the last one is taken.")
    public Optional<Path> devFile = Optional.empty();

    @JsonPropertyDescription("Labelled examples that the best model is scored on at the end.")
    public Optional<Path> testFile = Optional.empty();

    @JsonPropertyDescription("Where the model, the report and the predictions go.")
    public Path outputDir;

    @JsonPropertyDescription("A memory to plug in; may be several.")
    public List<Path> memory = List.of();

    @JsonPropertyDescription("Make the training examples, with their labels, a memory too, in which no example finds"
            + " itself while training.")
    public boolean inTaskMemory = false;

    @JsonPropertyDescription("Use the keys as they are stored; otherwise they are encoded anew and trained.")
    public boolean fixKeys = true;

    @JsonPropertyDescription("Use the values as they are stored; otherwise they are encoded anew and trained.")
    public boolean fixValues = true;

    @JsonPropertyDescription("Look passages up as the model was pre-trained to: no gradients go through queries.")
    public boolean fixQueries = true;

    @JsonAlias("max_seq_length")
    @JsonPropertyDescription("The longest input, in tokens; 0 for 384 in question answering and 128 elsewhere.")
    public int maxSeqLen = 0;

    @JsonPropertyDescription("Scores to report, with commas between; the first chooses the best epoch. Default:"
            + " accuracy for classes, pearson for numbers; entities and answers have scores of their own.")
    public String metrics = "";

    @JsonPropertyDescription("Put the token [unused1] before each text.")
    public boolean tagged = false;

    @JsonPropertyDescription("The column of the (first) text, where it has no usual name.")
    public Optional<String> textColumn = Optional.empty();

    @JsonPropertyDescription("The column of the second text.")
    public Optional<String> pairColumn = Optional.empty();

    @JsonPropertyDescription("The column of the label or score.")
    public Optional<String> labelColumn = Optional.empty();

    @JsonPropertyDescription("Any number of labels for a text, in a list, rather than one.")
    public boolean multiLabel = false;

    @JsonPropertyDescription("With multi_label: what stands between the labels of a string, where they are no lists.")
    public String labelSeparator = "";

    @JsonPropertyDescription("With multi_label: a label is given if its probability is at least this.")
    public double threshold = 0.5;

    @JsonPropertyDescription("How much examples of each label count: balanced (as much in all for each label), or"
            + " label=weight with commas between, 1 for the others.")
    public String classWeights = "";

    @JsonPropertyDescription("The highest learning rate.")
    public double learningRate = 5e-5;

    @JsonPropertyDescription("How the learning rate goes after the warm-up: linear (falls to 0) or constant.")
    public String lrSchedulerType = "linear";

    @JsonPropertyDescription("Updates in which the learning rate climbs.")
    public long numWarmupSteps = 0;

    @JsonAlias("epochs")
    @JsonPropertyDescription("Passes over the training examples.")
    public int numTrainEpochs = 3;

    @JsonPropertyDescription("Updates to make at most; 0 for as many as the epochs have.")
    public long maxTrainSteps = 0;

    @JsonAlias("batch_size")
    @JsonPropertyDescription("Inputs computed at once in training.")
    public int perDeviceTrainBatchSize = 12;

    @JsonPropertyDescription("Inputs computed at once in evaluation; changes nothing but speed and memory.")
    public int perDeviceEvalBatchSize = 8;

    @JsonPropertyDescription("Batches in an update.")
    public int gradientAccumulationSteps = 1;

    @JsonPropertyDescription("Put inputs of similar lengths into one batch, which wastes less on padding.")
    public boolean groupByLength = true;

    @JsonPropertyDescription("Gradients are scaled down to this norm; 0 for no limit.")
    public double maxGradNorm = 1;

    @JsonPropertyDescription("Weight decay of all but biases, norms and beta.")
    public double weightDecay = 0;

    @JsonPropertyDescription("Stop after so many epochs in a row that are not better than the best; 0 to go on.")
    public int earlyStoppingPatience = 0;

    @JsonPropertyDescription("Updates between checkpoints, from which --resume auto goes on; there is one at the end of"
            + " each epoch anyway. 0 for no others.")
    public long ckptSteps = 0;

    @JsonPropertyDescription("In question answering: tokens that neighbouring pieces of a long text share.")
    public int docStride = 128;

    @JsonPropertyDescription("In question answering: the longest answer, in tokens.")
    public int maxAnswerLength = 30;

    @JsonPropertyDescription("In question answering: how many answers to weigh.")
    public int nBestSize = 20;

    @JsonPropertyDescription("In question answering: answer nothing if that is better by more than this.")
    public double nullScoreDiffThreshold = 0;

    @JsonPropertyDescription("Of everything random: new weights, order, dropout.")
    public long seed = 42;

    @JsonPropertyDescription("How many runs to make, with the seeds that follow on the first.")
    public int seeds = 1;

    @JsonPropertyDescription("Settings of which every combination is trained, like"
            + " learning_rate=1e-5,3e-5;batch_size=16,32; the best on the dev file is taken. In CONFIG a map of lists.")
    public Grid grid = Grid.NONE;

    @JsonPropertyDescription("Number format of matrix products in training: fp32, bf16 or fp16; scores are computed in"
            + " fp32.")
    public String dtype = "bf16";

    @JsonPropertyDescription("cpu, cuda or cuda:N.")
    public String device = "cpu";

    @JsonPropertyDescription("Threads that one operation uses; 0 for one per processor.")
    public int threads = 0;

    /**
     * Checks what can be checked before anything is read.
     *
     * @throws Problem if a value is missing, out of range, or two contradict each other
     */
    public void check() {
        require(model != null, "model is missing; name the model directory to start from");
        require(trainFile != null, "train_file is missing; name a file of labelled examples");
        require(outputDir != null, "output_dir is missing; name a directory for the run");
        require(textColumn.isPresent() || pairColumn.isEmpty() && labelColumn.isEmpty(),
                "pair_column and label_column go with text_column; name the column of the text too");
        require(lrSchedulerType.equals("linear") || lrSchedulerType.equals("constant"),
                "lr_scheduler_type is '" + lrSchedulerType + "'; expected linear or constant");
        require(List.of("fp32", "bf16", "fp16").contains(dtype),
                "dtype is '" + dtype + "'; expected fp32, bf16 or fp16");
        require(earlyStoppingPatience == 0 || devFile.isPresent(),
                "early_stopping_patience needs a dev_file to see whether an epoch is better");
        range("max_seq_len", maxSeqLen, 0, 65_535);
        require(maxSeqLen == 0 || maxSeqLen >= 8, "max_seq_len is " + maxSeqLen + "; expected at least 8, or 0");
        range("threshold", threshold, 0, 1);
        require(multiLabel || labelSeparator.isEmpty(), "label_separator goes with multi_label; set that too");
        range("learning_rate", learningRate, 0, 1e3);
        range("num_warmup_steps", numWarmupSteps, 0, 1e12);
        range("num_train_epochs", numTrainEpochs, 1, 1e6);
        range("max_train_steps", maxTrainSteps, 0, 1e12);
        range("per_device_train_batch_size", perDeviceTrainBatchSize, 1, 1 << 20);
        range("per_device_eval_batch_size", perDeviceEvalBatchSize, 1, 1 << 20);
        range("gradient_accumulation_steps", gradientAccumulationSteps, 1, 1 << 20);
        range("max_grad_norm", maxGradNorm, 0, 1e9);
        range("weight_decay", weightDecay, 0, 1e3);
        range("early_stopping_patience", earlyStoppingPatience, 0, 1e6);
        range("ckpt_steps", ckptSteps, 0, 1e12);
        range("doc_stride", docStride, 0, 65_535);
        range("max_answer_length", maxAnswerLength, 1, 65_535);
        range("n_best_size", nBestSize, 1, 1000);
        range("null_score_diff_threshold", nullScoreDiffThreshold, -1e9, 1e9);
        range("seeds", seeds, 1, 1000);
        require(grid.isEmpty() || devFile.isPresent(),
                "grid needs a dev_file to see which combination is the best");
        grid.points().stream().filter(_ -> !grid.isEmpty()).forEach(point -> point.over(this).check());
        range("threads", threads, 0, 4096);
    }
}
