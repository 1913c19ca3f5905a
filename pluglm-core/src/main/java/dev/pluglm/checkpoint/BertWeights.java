package dev.pluglm.checkpoint;

import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Tensor;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights of a BERT under the names of today's {@code transformers}, whichever of several ways they were saved in:
 * with or without {@code bert.} in front, with {@code gamma} and {@code beta} for {@code weight} and {@code bias}, or
 * by TensorFlow, whose matrices lie the other way round.
 */
final class BertWeights {

    private static final Pattern TENSORFLOW_LAYER = Pattern.compile("(.*/layer)_(\\d+)/(.*)");
    private static final String LAYERS = "bert.encoder.layer.";
    /** No BERT has a billion layers. */
    private static final Pattern LAYER = Pattern.compile("bert\\.encoder\\.layer\\.(\\d{1,9})\\.(.*)");
    private static final Set<String> WITHOUT_PREFIX = Set.of("embeddings", "encoder", "pooler");
    private static final String WORDS = "bert.embeddings.word_embeddings.weight";
    private static final String DECODER = "cls.predictions.decoder.weight";

    private final Map<String, StoredTensor> tensors = new HashMap<>();
    private final Set<String> transposed = new TreeSet<>();
    private final String file;

    /** @throws Problem if it is no BERT, or lacks one of the layers to keep */
    BertWeights(Weights weights, String file, KeptLayers kept) {
        this.file = file;
        weights.tensors().forEach((name, tensor) -> {
            boolean tensorFlow = name.contains("/");
            String own = tensorFlow ? fromTensorFlow(name) : fromTransformers(name);
            tensors.putIfAbsent(own, tensor);
            if (tensorFlow && name.endsWith("/kernel")) {
                transposed.add(own);
            }
        });
        if (!tensors.containsKey(WORDS)) {
            throw Problem.of("%s: is not a BERT: it has no tensor %s", file, WORDS);
        }
        requireAllLayers();
        kept.requireIn(layers(), file);
        if (!kept.isAll()) {
            keep(kept);
        }
    }

    private void requireAllLayers() {
        Set<Integer> found = new TreeSet<>();
        tensors.keySet().stream().map(LAYER::matcher).filter(Matcher::matches)
                .forEach(layer -> found.add(Integer.parseInt(layer.group(1))));
        int expected = 0;
        for (int layer : found) {
            if (layer != expected) {
                throw Problem.of("%s: has tensors of layer %d, but none of layer %d (from 0): is it a part of a model?",
                        file, layer, expected);
            }
            expected++;
        }
    }

    /** Leaves the tensors of these layers, under the names of the places that they move to. */
    private void keep(KeptLayers kept) {
        Map<String, StoredTensor> all = new HashMap<>(tensors);
        Set<String> turned = Set.copyOf(transposed);
        tensors.clear();
        transposed.clear();
        all.forEach((name, tensor) -> {
            Matcher layer = LAYER.matcher(name);
            int place = layer.matches() ? kept.place(Integer.parseInt(layer.group(1))) : 0;
            if (place >= 0) {
                String moved = layer.matches() ? LAYERS + place + "." + layer.group(2) : name;
                tensors.put(moved, tensor);
                if (turned.contains(name)) {
                    transposed.add(moved);
                }
            }
        });
    }

    private static String fromTransformers(String name) {
        String first = name.split("\\.", 2)[0];
        String whole = WITHOUT_PREFIX.contains(first) ? "bert." + name : name;
        whole = whole.equals("cls.predictions.decoder.bias") ? "cls.predictions.bias" : whole;
        return whole.replaceAll("LayerNorm\\.gamma$", "LayerNorm.weight").replaceAll("LayerNorm\\.beta$", "LayerNorm.bias");
    }

    private static String fromTensorFlow(String name) {
        String path = name.startsWith("module/") ? name.substring("module/".length()) : name;
        Matcher layer = TENSORFLOW_LAYER.matcher(path);
        if (layer.matches()) {
            path = layer.group(1) + "/" + layer.group(2) + "/" + layer.group(3);
        }
        path = path.replaceAll("/kernel$", "/weight")
                .replaceAll("LayerNorm/gamma$", "LayerNorm/weight")
                .replaceAll("LayerNorm/beta$", "LayerNorm/bias")
                .replaceAll("output_bias$", "bias")
                .replaceAll("_embeddings$", "_embeddings/weight");
        return path.replace('/', '.');
    }

    /** The tensor of that name, fp32; the decoder is the word embeddings where it was not saved apart. */
    Optional<Tensor> get(String name) {
        if (name.equals(DECODER) && !tensors.containsKey(DECODER)) {
            return get(WORDS);
        }
        return Optional.ofNullable(tensors.get(name)).map(stored -> {
            if (!stored.type().isFloating()) {
                throw Problem.of("%s: tensor %s holds numbers of type %s; expected floating ones",
                        file, name, stored.type());
            }
            return transposed.contains(name)
                    ? Scope.returning(() -> TorchTensors.fp32(stored).t().contiguous())
                    : TorchTensors.fp32(stored);
        });
    }

    /** The file that they are from. */
    String file() {
        return file;
    }

    /** Sizes of a dimension of a tensor that every BERT has. */
    int size(String name, int dimension) {
        StoredTensor stored = tensors.get(name);
        if (stored == null) {
            throw Problem.of("%s: is not a BERT: it has no tensor %s", file, name);
        }
        long[] shape = stored.shape();
        if (shape.length <= dimension) {
            throw Problem.of("%s: tensor %s has %d dimensions; expected 2", file, name, shape.length);
        }
        int which = transposed.contains(name) ? shape.length - 1 - dimension : dimension;
        return Math.toIntExact(Math.min(shape[which], Integer.MAX_VALUE));
    }

    boolean hasMaskedLmHead() {
        return tensors.containsKey("cls.predictions.transform.dense.weight");
    }

    /** How many layers there are. */
    int layers() {
        return tensors.keySet().stream()
                .map(LAYER::matcher)
                .filter(Matcher::matches)
                .mapToInt(m -> Integer.parseInt(m.group(1)) + 1)
                .max()
                .orElse(0);
    }
}
