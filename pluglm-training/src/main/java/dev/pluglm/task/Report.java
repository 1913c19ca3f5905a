package dev.pluglm.task;

import dev.pluglm.metric.Scores;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * What came of a fine-tuning.
 *
 * @param dev each score's mean over the seeds and standard deviation (of a sample; 0 for a single seed)
 * @param test likewise, of the test file
 * @param all everything, as in {@code report.json}
 */
public record Report(Map<String, Summary> dev, Map<String, Summary> test, Map<String, Object> all) {

    /** A score over several seeds. */
    public record Summary(double mean, double deviation) {

        static Summary of(double... scores) {
            double mean = DoubleStream.of(scores).average().orElse(Double.NaN);
            double squares = DoubleStream.of(scores).map(score -> (score - mean) * (score - mean)).sum();
            return new Summary(mean, scores.length < 2 ? 0 : Math.sqrt(squares / (scores.length - 1)));
        }
    }

    static Report of(TaskKind kind, FinetuningConfig config, Finetuning.Data data, List<Path> memories,
            List<FinetuningRun.Result> results) {
        Map<String, Summary> dev = summaries(results, FinetuningRun.Result::dev);
        Map<String, Summary> test = summaries(results, FinetuningRun.Result::test);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("task", kind.toString());
        all.put("model", config.model.toString());
        all.put("memories", memories.stream().map(Path::toString).toList());
        Map<String, Object> examples = new LinkedHashMap<>();
        examples.put("train", data.train().size());
        data.dev().ifPresent(it -> examples.put("dev", it.size()));
        data.test().ifPresent(it -> examples.put("test", it.size()));
        all.put("examples", examples);
        all.put("dev", dev);
        all.put("test", test);
        all.put("runs", results.stream().map(Report::run).toList());
        all.put("config", FinetuningConfig.FILE.values(config));
        return new Report(dev, test, all);
    }

    private static Map<String, Object> run(FinetuningRun.Result result) {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("seed", result.seed());
        run.put("epochs", result.epochs());
        run.put("best_epoch", result.bestEpoch());
        result.dev().ifPresent(scores -> run.put("dev", scores.byName()));
        result.test().ifPresent(scores -> run.put("test", scores.byName()));
        run.putAll(result.details());
        if (!result.memoryUse().isEmpty()) {
            run.put("memory_use", result.memoryUse());
        }
        run.put("steps", result.steps());
        run.put("seconds", result.seconds());
        return run;
    }

    private static Map<String, Summary> summaries(List<FinetuningRun.Result> results,
            Function<FinetuningRun.Result, Optional<Scores>> part) {
        Map<String, Summary> summaries = new LinkedHashMap<>();
        List<Scores> scores = results.stream().map(part).flatMap(Optional::stream).toList();
        if (!scores.isEmpty()) {
            scores.getFirst().byName().keySet().forEach(name -> summaries.put(name, Summary.of(
                    scores.stream().mapToDouble(it -> it.byName().get(name)).toArray())));
        }
        return summaries;
    }

    void write(Path file) {
        JsonFiles.object(file, all);
    }
}
