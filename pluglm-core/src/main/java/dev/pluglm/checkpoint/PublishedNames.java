package dev.pluglm.checkpoint;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.problem.Problem;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names in the reference's state dict (SPEC 1.1), where shared tensors stand under several names. Inside this
 * project each tensor has one: the first that the model itself uses.
 */
final class PublishedNames {

    private static final String SHARED_RETRIEVER = "bert.encoder.retriever.";
    private static final Pattern LAYER_RETRIEVER =
            Pattern.compile("bert\\.encoder\\.layer\\.\\d+\\.memory_layer\\.retriever\\.(.*)");
    private static final String DOCUMENT_EMBEDDINGS = SHARED_RETRIEVER + "document_encoder.embedding.";
    private static final String EMBEDDINGS = "bert.embeddings.";
    private static final String DECODER_BIAS = "cls.predictions.decoder.bias";
    private static final String MLM_BIAS = "cls.predictions.bias";

    private PublishedNames() {}

    /**
     * Each tensor once, under its own name; counters and position numbers, which hold no knowledge, are left out.
     *
     * @throws Problem if two names of one tensor hold different numbers
     */
    static Map<String, StoredTensor> withoutAliases(Map<String, StoredTensor> published, String file) {
        Map<String, StoredTensor> single = new LinkedHashMap<>();
        Map<String, String> seenAs = new LinkedHashMap<>();
        published.forEach((name, tensor) -> {
            if (name.endsWith(".position_ids") || name.endsWith(".num_batches_tracked")) {
                return;
            }
            String own = own(name);
            StoredTensor before = single.putIfAbsent(own, tensor);
            String beforeAs = seenAs.putIfAbsent(own, name);
            if (before != null && !before.isAliasOf(tensor) && !before.hasSameContent(tensor)) {
                throw Problem.of(
                        "%s: %s and %s are one tensor in the published model, but hold different numbers here",
                        file, beforeAs, name);
            }
        });
        return single;
    }

    /** The one name under which this project keeps the tensor of a published name. */
    static String own(String published) {
        String name = published;
        Matcher inLayer = LAYER_RETRIEVER.matcher(name);
        if (inLayer.matches()) {
            name = SHARED_RETRIEVER + inLayer.group(1);
        }
        if (name.startsWith(DOCUMENT_EMBEDDINGS)) {
            name = EMBEDDINGS + name.substring(DOCUMENT_EMBEDDINGS.length());
        }
        return name.equals(DECODER_BIAS) ? MLM_BIAS : name;
    }

    /** All names under which the reference would save these tensors, its counters and position numbers included. */
    static Map<String, StoredTensor> withAliases(Map<String, StoredTensor> own, PlugLMConfig config) {
        Map<String, StoredTensor> published = new LinkedHashMap<>(own);
        published.put(EMBEDDINGS + "position_ids", positionIds(config));
        Optional.ofNullable(own.get(MLM_BIAS)).ifPresent(bias -> published.put(DECODER_BIAS, bias));
        if (own.keySet().stream().anyMatch(name -> name.startsWith(SHARED_RETRIEVER))) {
            alias(published, EMBEDDINGS, DOCUMENT_EMBEDDINGS);
            for (int i = 0; i < config.numHiddenLayers(); i++) {
                if (config.isMemoryLayer(i)) {
                    alias(published, SHARED_RETRIEVER, "bert.encoder.layer." + i + ".memory_layer.retriever.");
                }
            }
        }
        own.keySet().stream().filter(name -> name.endsWith("batch_norm.running_var")).forEach(name -> published.put(
                name.replace("running_var", "num_batches_tracked"), StoredTensor.of(new long[] {0})));
        return published;
    }

    private static void alias(Map<String, StoredTensor> tensors, String from, String to) {
        Map.copyOf(tensors).keySet().stream()
                .filter(name -> name.startsWith(from))
                .sorted()
                .forEach(name -> tensors.put(to + name.substring(from.length()), tensors.get(name)));
    }

    private static StoredTensor positionIds(PlugLMConfig config) {
        long[] ids = new long[config.maxPositionEmbeddings()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i;
        }
        return StoredTensor.of(ids, 1, ids.length);
    }
}
