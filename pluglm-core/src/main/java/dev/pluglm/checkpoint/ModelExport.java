package dev.pluglm.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.tensor.Scope;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model in the published layout: safetensors under the reference's names, its configuration, its vocabulary. */
public final class ModelExport {

    private ModelExport() {}

    /**
     * Writes {@code model.safetensors}, {@code config.json} with {@code model_args}, and {@code vocab.txt}.
     *
     * @param directory must not exist, or be empty
     */
    public static void write(Checkpoint checkpoint, Path directory) {
        AtomicFiles.createDirectory(directory, into -> {
            try (Scope _ = Scope.open()) {
                Map<String, StoredTensor> own = new LinkedHashMap<>();
                checkpoint.model().parameters().all()
                        .forEach((name, tensor) -> own.put(name, TorchTensors.stored(tensor)));
                Safetensors.write(into.resolve("model.safetensors"),
                        PublishedNames.withAliases(own, checkpoint.model().config()));
            }
            ObjectNode json = ConfigJson.object();
            json.set("model_args", ConfigJson.write(checkpoint.model().config()));
            AtomicFiles.write(into.resolve("config.json"), ConfigJson.bytes(json));
            checkpoint.vocabulary().write(into.resolve("vocab.txt"));
        });
    }
}
