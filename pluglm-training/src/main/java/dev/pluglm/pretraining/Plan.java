package dev.pluglm.pretraining;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.training.Trainer;

import org.bytedeco.pytorch.Tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a pre-training will need.
 *
 * @param parameters numbers in the model
 * @param trained numbers that training changes
 * @param passages in the memory
 * @param steps updates to make
 * @param tokensPerStep of all processes, without padding, in the step that was timed
 * @param secondsPerStep that it took
 * @param memoryBytes weights, gradients, optimizer and the memory's keys and tokens; activations come on top
 * @param peakBytes the most memory this process had so far; 0 where the system does not tell
 * @param checkpointBytes of one checkpoint
 * @param diskBytes of all that the run keeps
 */
public record Plan(
        long parameters,
        long trained,
        long passages,
        long steps,
        long tokensPerStep,
        double secondsPerStep,
        long memoryBytes,
        long peakBytes,
        long checkpointBytes,
        long diskBytes) {

    /**
     * What a pre-training will need, by a step that was timed.
     *
     * @param passages in the memory
     */
    static Plan of(PretrainingConfig config, PlugLMModel model, long passages, Trainer.Report step) {
        PlugLMConfig shape = model.config();
        long parameters = model.tensors().values().stream().mapToLong(Tensor::numel).sum();
        long trained = model.parameters().count();
        long memory = passages * (shape.querySize() * (Short.BYTES + Float.BYTES)
                + (long) config.passageTokens * Integer.BYTES);
        long checkpoint = Float.BYTES * (parameters + 2 * trained) + passages * shape.querySize() * Short.BYTES;
        long store = passages * Short.BYTES * (shape.querySize() + shape.hiddenSize());
        return new Plan(parameters, trained, passages, config.maxTrainSteps, step.tokens(), step.seconds(),
                Float.BYTES * (parameters + 3 * trained) + memory, peakMemory(), checkpoint,
                checkpoint * checkpoints(config) + Float.BYTES * parameters + store);
    }

    /** How many there will be at a time. */
    private static long checkpoints(PretrainingConfig config) {
        long written = config.ckptSteps == 0 ? 1 : Math.ceilDiv(config.maxTrainSteps, config.ckptSteps);
        return Math.min(config.maxCkpt, Math.max(1, written));
    }

    /** What Linux knows of the most memory that this process had; 0 elsewhere. */
    private static long peakMemory() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024).findFirst().orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Hours for all steps, at the rate that was timed; refreshes and checkpoints come on top. */
    public double hours() {
        return secondsPerStep * steps / 3600;
    }

    /** For people. */
    public List<String> lines() {
        return List.of(
                text("parameters   %,d, of which %,d are trained", parameters, trained),
                text("memory of    %,d passages", passages),
                text("a step       %,d tokens, %.2f s, %,.0f tokens/s", tokensPerStep, secondsPerStep,
                        tokensPerStep / secondsPerStep),
                text("all steps    %,d in about %s", steps, time(hours())),
                text("RAM          %s for weights, gradients, optimizer and memory%s", size(memoryBytes),
                        peakBytes == 0 ? "" : "; " + size(peakBytes) + " at the most in the steps timed"),
                text("disk         %s: checkpoints of %s, the model and its memory", size(diskBytes),
                        size(checkpointBytes)));
    }

    /** For programs. */
    public Map<String, Object> numbers() {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("parameters", parameters);
        numbers.put("trained", trained);
        numbers.put("passages", passages);
        numbers.put("steps", steps);
        numbers.put("tokens_per_step", tokensPerStep);
        numbers.put("seconds_per_step", secondsPerStep);
        numbers.put("hours", hours());
        numbers.put("memory_bytes", memoryBytes);
        numbers.put("peak_bytes", peakBytes);
        numbers.put("checkpoint_bytes", checkpointBytes);
        numbers.put("disk_bytes", diskBytes);
        return numbers;
    }

    private static String time(double hours) {
        double minutes = Math.ceil(hours * 60);
        return minutes <= 1 ? "a minute" : hours < 1 ? text("%.0f minutes", minutes) : text("%,.1f hours", hours);
    }

    private static String size(long bytes) {
        return bytes < 1 << 30 ? text("%,.0f MB", bytes / 1e6) : text("%,.1f GB", bytes / 1e9);
    }

    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
