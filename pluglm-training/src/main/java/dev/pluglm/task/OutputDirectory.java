package dev.pluglm.task;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;
import dev.pluglm.training.RunFolder;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Whether the directory of a fine-tuning may be used for it. */
final class OutputDirectory {

    /** What may be other when a fine-tuning goes on: it changes no result, or adds further trainings. */
    private static final Set<String> FREE = Set.of("output_dir", "seeds", "grid", "threads", "ckpt_steps",
            "per_device_eval_batch_size");

    private OutputDirectory() {}

    /** @throws Problem if it holds something else, a finished fine-tuning, or one of another configuration */
    static void require(FinetuningConfig config, boolean goOn) {
        Path directory = config.outputDir;
        if (!goOn && Files.exists(directory.resolve(Finetuning.REPORT))) {
            throw Problem.of("%s: holds a finished fine-tuning already; choose another output_dir", directory);
        }
        Path configuration = directory.resolve(Finetuning.CONFIG);
        boolean begun = Files.exists(configuration);
        RunFolder.require(directory, begun, "fine-tuning");
        if (begun && goOn) {
            requireSame(configuration, config);
        }
    }

    private static void requireSame(Path file, FinetuningConfig config) {
        Map<String, Object> before = FinetuningConfig.FILE.values(
                FinetuningConfig.FILE.read(Optional.of(file), Map.of()));
        FinetuningConfig.FILE.values(config).forEach((name, value) -> {
            boolean free = FREE.contains(name) && !(name.equals("seeds") && !config.grid.isEmpty());
            if (!free && !Objects.equals(value, before.get(name))) {
                throw Problem.of("%s: the run was begun with %s %s, not %s; go on with that, or choose another"
                        + " output_dir", file, name, Shown.of(String.valueOf(before.get(name))),
                        Shown.of(String.valueOf(value)));
            }
        });
    }
}
