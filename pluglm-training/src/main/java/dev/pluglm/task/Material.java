package dev.pluglm.task;

import dev.pluglm.PlugLM;
import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Torch;

import org.bytedeco.pytorch.Tensor;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What all trainings of a fine-tuning are made of.
 *
 * @param base the model to start from
 * @param learned the task
 * @param memories to plug in
 * @param own what examples must not find in the first of them, where that is made of them
 */
record Material(Checkpoint base, Tasks.Learned learned, TaskData train, Optional<TaskData> dev, Optional<TaskData> test,
        List<Path> memories, Optional<OwnPassages> own) {

    private static final Pattern HEAD = Pattern.compile("^(classifier|qa_outputs|regressor)\\.");

    Material with(List<Path> plugged, Optional<OwnPassages> ofExamples) {
        return new Material(base, learned, train, dev, test, plugged, ofExamples);
    }

    /** The model that a training begins with: the one to start from, with a head for the task. */
    PlugLM start(FinetuningConfig config, long seed) {
        PlugLMModel from = base.model();
        if (from.memoryEncoder().isPresent()) {
            from.carryMemoryEncoder();
        }
        PlugLMConfig shape = from.config().with(draft -> {
            learned.task().shape(draft);
            draft.fixKeys = config.fixKeys;
            draft.fixValues = config.fixValues;
        });
        boolean sameHead = shape.task() == from.config().task() && shape.numLabels() == from.config().numLabels()
                && shape.labels().equals(from.config().labels());
        Map<String, Tensor> weights = from.tensors();
        PlugLMModel model = PlugLMModel.of(shape,
                name -> Optional.ofNullable(weights.get(name)).filter(_ -> sameHead || !HEAD.matcher(name).find()),
                Torch.device(config.device), Precision.FP32, seed);
        return plug(PlugLM.of(new Checkpoint(model, base.vocabulary(),
                "fine-tuned for %s from %s".formatted(learned.settings().kind(), base.origin()))));
    }

    /** A model that was saved. */
    PlugLM load(Path directory, FinetuningConfig config) {
        return plug(PlugLM.load(directory, config.device, Precision.FP32));
    }

    private PlugLM plug(PlugLM model) {
        try {
            return model.plug(memories.toArray(Path[]::new));
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** Identifies all that is learned from and chosen by. */
    String fingerprint() {
        return Supervised.fingerprint(Stream.concat(Stream.of(train), dev.stream())
                .flatMap(data -> data.samples().stream()).toList());
    }
}
