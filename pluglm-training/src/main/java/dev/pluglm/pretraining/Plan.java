package dev.pluglm.pretraining;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a pre-training will need.
 *
 * @param parameters numbers in the model
 * @param trained numbers that training changes
 * @param passages in the memory
 * @param steps updates to make
 * @param tokensPerStep of all processes, without padding, in the steps that were timed
 * @param secondsPerStep median of those steps
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
