package dev.pluglm.training;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.checkpoint.Checksums;
import dev.pluglm.checkpoint.Safetensors;
import dev.pluglm.checkpoint.StoredTensor;
import dev.pluglm.checkpoint.TorchTensors;
import dev.pluglm.checkpoint.Weights;
import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.problem.JsonReason;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.bytedeco.pytorch.Tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a run: directories {@code step-00000500} of one folder, the newest few of which are kept. Each
 * holds a model that can be used as it is, and all that the run needs to go on bit for bit; it is written whole or not
 * at all, and checked before it is used.
 */
public final class RunCheckpoints {
    private static final String FORMAT = "pluglm-run";
    private static final int VERSION = 1;
    private static final Pattern NAME = Pattern.compile("step-(\\d{8,18})");

    private static final String MODEL = "model";
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String STATE = "run.json";

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

    private final Path folder;
    private final int kept;

    /** Writes what else a run needs, such as its memory, into a checkpoint that is being made. */
    @FunctionalInterface
    public interface Extra {
        void writeInto(Path directory) throws IOException;
    }

    /**
     * Checkpoints in a folder.
     *
     * @param kept how many to keep, at least 1
     */
    public RunCheckpoints(Path folder, int kept) {
        if (kept < 1) {
            throw Problem.of("max_ckpt is %d; expected 1 or more checkpoints to keep", kept);
        }
        this.folder = folder;
        this.kept = kept;
    }

    /** Where the checkpoint after that many updates is, whether or not it is there. */
    public Path at(long updates) {
        return folder.resolve("step-%08d".formatted(updates));
    }

    /** Writes a checkpoint and deletes those that are too old; does nothing if it is there already. */
    public void save(RunState state, Checkpoint model, Map<String, Tensor> optimizer, Extra extra) {
        Path target = at(state.position().updates());
        if (isWhole(target)) {
            return;
        }
        try {
            Files.createDirectories(folder);
            AtomicFiles.replaceDirectory(target, directory -> {
                model.write(directory.resolve(MODEL));
                try (Scope _ = Scope.open()) {
                    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
                    optimizer.forEach((name, tensor) -> tensors.put(name, TorchTensors.stored(tensor)));
                    Safetensors.write(directory.resolve(OPTIMIZER), tensors);
                }
                ObjectNode json = JSON.createObjectNode().put("format", FORMAT).put("version", VERSION);
                json.setAll((ObjectNode) JSON.valueToTree(state));
                AtomicFiles.write(directory.resolve(STATE), JSON.writerWithDefaultPrettyPrinter()
                        .writeValueAsBytes(json));
                extra.writeInto(directory);
                Checksums.write(directory, files(directory));
            });
            rotate();
        } catch (IOException e) {
            throw new Problem(target + ": could not be written: " + e.getMessage(), e);
        }
    }

    private static boolean isWhole(Path directory) {
        try {
            verify(directory);
            return true;
        } catch (Problem e) {
            return false;
        }
    }

    private static void verify(Path directory) {
        try {
            Checksums.verify(directory, files(directory));
        } catch (IOException e) {
            throw new Problem(directory + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The files of a checkpoint but its checksums; the model has its own, of which the list is one of these. */
    private static List<String> files(Path directory) throws IOException {
        List<String> files = new ArrayList<>(List.of(OPTIMIZER, STATE, MODEL + "/" + Checksums.FILE));
        try (Stream<Path> more = Files.list(directory)) {
            more.filter(Files::isRegularFile).map(file -> file.getFileName().toString())
                    .filter(name -> !files.contains(name) && !name.equals(Checksums.FILE)).sorted()
                    .forEach(files::add);
        }
        return files;
    }

    private void rotate() throws IOException {
        List<Path> all = newestFirst();
        for (Path old : all.subList(Math.min(kept, all.size()), all.size())) {
            AtomicFiles.deleteTree(old);
        }
        deleteUnfinished();
    }

    /** Deletes what killed processes left behind. */
    private void deleteUnfinished() throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            for (Path path : list.filter(it -> it.getFileName().toString().endsWith(AtomicFiles.SUFFIX)).toList()) {
                AtomicFiles.deleteTree(path);
            }
        }
    }

    private List<Path> newestFirst() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(folder)) {
            return list.filter(path -> NAME.matcher(path.getFileName().toString()).matches())
                    .sorted(Comparator.comparing(Path::getFileName).reversed()).toList();
        }
    }

    /** Whether there is any checkpoint, sound or not. */
    public boolean isEmpty() {
        try {
            return newestFirst().isEmpty();
        } catch (IOException e) {
            throw new Problem(folder + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The newest checkpoint that is sound.
     *
     * @param warning is told of damaged ones that are passed over
     * @throws Problem if there are checkpoints and all are damaged
     */
    public Optional<Path> newest(Consumer<String> warning) {
        try {
            List<Path> all = newestFirst();
            for (Path directory : all) {
                try {
                    verify(directory);
                    Checkpoint.verify(directory.resolve(MODEL));
                    return Optional.of(directory);
                } catch (Problem damaged) {
                    warning.accept(damaged.getMessage() + "; it is passed over");
                }
            }
            if (!all.isEmpty()) {
                throw Problem.of("%s: none of its %d checkpoints is sound; delete the folder to start anew", folder,
                        all.size());
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new Problem(folder + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The directory of the model in a checkpoint. */
    public static Path model(Path checkpoint) {
        return checkpoint.resolve(MODEL);
    }

    /** @throws Problem if it was written by another version */
    public static RunState state(Path checkpoint) {
        Path file = checkpoint.resolve(STATE);
        try {
            ObjectNode json = (ObjectNode) JSON.readTree(Files.readAllBytes(file));
            int version = json.path("version").asInt(-1);
            if (!FORMAT.equals(json.path("format").asText()) || version != VERSION) {
                throw Problem.of("%s: is '%s' of version %d; this program goes on from '%s' of version %d", file,
                        json.path("format").asText(), version, FORMAT, VERSION);
            }
            json.remove(List.of("format", "version"));
            return JSON.treeToValue(json, RunState.class);
        } catch (JacksonException e) {
            throw new Problem(file + ": " + JsonReason.of(e), e);
        } catch (IOException | ClassCastException e) {
            throw new Problem(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Gives the optimizer the state it had. */
    public static void restore(Path checkpoint, RunState state, Optimizer optimizer) {
        try (Weights saved = Safetensors.open(checkpoint.resolve(OPTIMIZER)); Scope _ = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            saved.tensors().forEach((name, tensor) -> tensors.put(name, TorchTensors.fp32(tensor)));
            optimizer.restore(tensors, state.optimizerSteps());
        }
    }
}
