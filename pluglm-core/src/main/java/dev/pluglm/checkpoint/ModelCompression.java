package dev.pluglm.checkpoint;

import dev.pluglm.model.PlugLMModel;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Device;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A model in fewer bytes: its weights rounded to fp16 or int8 ({@link StoredWeights}), and matrices that are the same,
 * as a BERT's word embeddings and its decoder, stored once.
 *
 * <p>It is another model, whose memory encoder has a fingerprint of its own: memories have to be encoded with it.
 */
public final class ModelCompression {

    private final WeightFormat format;
    private final Map<String, StoredTensor> stored = new LinkedHashMap<>();
    private final Map<String, String> sameAs = new LinkedHashMap<>();
    private Rounding rounding = Rounding.NONE;

    private ModelCompression(WeightFormat format) {
        this.format = format;
    }

    /**
     * Writes a model with rounded weights; the model itself stays as it is.
     *
     * @param format FP16 or INT8
     * @param zipped whether the file of weights is put into a zip: about a tenth less for int8, and longer to load
     * @param directory must not exist, or be empty
     * @return what was lost
     * @throws Problem if it cannot be written, or a weight is not a finite number
     */
    public static Rounding write(Checkpoint checkpoint, WeightFormat format, boolean zipped, Path directory) {
        if (format == WeightFormat.FP32) {
            throw new IllegalArgumentException("fp32 rounds nothing; write the checkpoint as it is");
        }
        ModelCompression compressed = new ModelCompression(format);
        try (Scope _ = Scope.open()) {
            Map<String, StoredTensor> exact = checkpoint.stored();
            exact.forEach((name, tensor) -> compressed.add(name, tensor, exact));
            StoredWeights rounded =
                    new StoredWeights(directory.toString(), compressed.stored, compressed.sameAs);
            Optional<String> encoder;
            try (PlugLMModel model = PlugLMModel.of(
                    checkpoint.model().config(), rounded::get, new Device("cpu"), Precision.FP32, 0)) {
                encoder = model.memoryEncoderFingerprint();
            }
            checkpoint.write(directory, encoder, saidOnce(checkpoint.origin(), format), rounded, zipped);
        }
        return compressed.rounding;
    }

    /** What a model was made from; where it was rounded like this before, that is said once. */
    private static String saidOnce(String origin, WeightFormat format) {
        String note = ", rounded to " + format;
        return origin.endsWith(note) ? origin : origin + note;
    }

    private void add(String name, StoredTensor tensor, Map<String, StoredTensor> exact) {
        boolean matrix = tensor.shape().length == 2;
        Optional<String> same = !matrix ? Optional.empty() : stored.keySet().stream()
                .filter(earlier -> exact.containsKey(earlier) && exact.get(earlier).hasSameContent(tensor))
                .findFirst();
        if (same.isPresent()) {
            sameAs.put(name, same.get());
            return;
        }
        RoundedTensor rounded = matrix && format == WeightFormat.INT8
                ? RoundedTensor.int8(name, tensor)
                : RoundedTensor.fp16(name, tensor);
        stored.put(name, rounded.tensor());
        rounded.scale().ifPresent(scale -> stored.put(name + StoredWeights.SCALE, scale));
        rounding = rounding.and(rounded.rounding());
    }
}
