package dev.pluglm.task;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What came of a fine-tuning.
 *
 * @param dev each score's mean over the seeds and standard deviation (of a sample; 0 for a single seed)
 * @param test likewise, of the test file
 * @param grid the combinations that were tried, if there were several
 * @param all everything, as in {@code report.json}
 */
public record Report(Map<String, Summary> dev, Map<String, Summary> test, List<Combination> grid,
        Map<String, Object> all) {

    /** A score over several seeds. */
    public record Summary(double mean, double deviation) {

        static Summary of(double... scores) {
            double mean = DoubleStream.of(scores).average().orElse(Double.NaN);
            double squares = DoubleStream.of(scores).map(score -> (score - mean) * (score - mean)).sum();
            return new Summary(mean, scores.length < 2 ? 0 : Math.sqrt(squares / (scores.length - 1)));
        }
    }

    /**
     * A combination of a grid.
     *
     * @param dev each score's mean over the seeds and standard deviation
     * @param best whether the model is that of this one
     */
    public record Combination(Map<String, String> settings, Map<String, Summary> dev, boolean best) {}

    static Report of(FinetuningConfig config, Material material, List<Trial> trials, int best) {
        List<RunResult> results = trials.get(best).results();
        Map<String, Summary> dev = summaries(results, RunResult::dev);
        Map<String, Summary> test = summaries(results, RunResult::test);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("task", material.learned().settings().kind().toString());
        all.put("model", config.model.toString());
        all.put("memories", material.memories().stream().map(Path::toString).toList());
        Map<String, Object> examples = new LinkedHashMap<>();
        examples.put("train", material.train().size());
        material.dev().ifPresent(it -> examples.put("dev", it.size()));
        material.test().ifPresent(it -> examples.put("test", it.size()));
        all.put("examples", examples);
        all.put("dev", dev);
        all.put("test", test);
        List<Combination> grid = config.grid.isEmpty() ? List.of() : IntStream.range(0, trials.size())
                .mapToObj(i -> new Combination(trials.get(i).point().settings(), summaries(trials.get(i).results(),
                        RunResult::dev), i == best)).toList();
        if (!grid.isEmpty()) {
            all.put("grid", grid);
        }
        all.put("runs", results.stream().map(Report::run).toList());
        all.put("config", FinetuningConfig.FILE.values(config));
        return new Report(dev, test, grid, all);
    }

    private static Map<String, Object> run(RunResult result) {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("seed", result.seed());
        run.put("epochs", result.epochs());
        run.put("best_epoch", result.bestEpoch());
        if (!result.dev().isEmpty()) {
            run.put("dev", result.dev());
        }
        if (!result.test().isEmpty()) {
            run.put("test", result.test());
        }
        run.putAll(result.details());
        if (!result.memoryUse().isEmpty()) {
            run.put("memory_use", result.memoryUse());
        }
        run.put("steps", result.steps());
        run.put("seconds", result.seconds());
        return run;
    }

    /** Mean and deviation of each score over several runs. */
    static Map<String, Summary> summaries(List<RunResult> results, Function<RunResult, Map<String, Double>> part) {
        Map<String, Summary> summaries = new LinkedHashMap<>();
        part.apply(results.getFirst()).keySet().forEach(name -> summaries.put(name, Summary.of(
                results.stream().mapToDouble(it -> part.apply(it).get(name)).toArray())));
        return summaries;
    }

    void write(Path file) {
        JsonFiles.object(file, all);
    }
}
