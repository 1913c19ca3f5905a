package dev.pluglm.task;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Settings of which every combination is tried, such as learning rates and batch sizes.
 *
 * <p>As a flag {@code learning_rate=1e-5,3e-5;per_device_train_batch_size=16,32}, in a file a map of lists.
 */
public final class Grid {

    /** Nothing to try: one training as the configuration says. */
    public static final Grid NONE = new Grid(new LinkedHashMap<>());

    /** More trainings than anybody waits for. */
    private static final long MOST = 1000;

    /** Those that change neither the data nor what is reported. */
    private static final List<String> SETTINGS = List.of("learning_rate", "lr_scheduler_type", "num_warmup_steps",
            "num_train_epochs", "epochs", "max_train_steps", "per_device_train_batch_size", "batch_size",
            "gradient_accumulation_steps", "group_by_length", "max_grad_norm", "weight_decay", "class_weights",
            "fix_keys", "fix_values", "fix_queries", "early_stopping_patience", "dtype");

    private final SequencedMap<String, List<String>> values;

    private Grid(SequencedMap<String, List<String>> values) {
        this.values = values;
        values.forEach(Grid::require);
        long points = 1;
        for (List<String> each : values.values()) {
            points = Math.min(points * each.size(), MOST + 1);
        }
        if (points > MOST) {
            throw Problem.of("grid has more than %,d combinations; try fewer values", MOST);
        }
    }

    private static void require(String name, List<String> tried) {
        if (!SETTINGS.contains(name)) {
            throw Problem.of("grid names '%s'; expected some of %s", Shown.of(name), String.join(", ", SETTINGS));
        }
        if (tried.isEmpty() || tried.contains("")) {
            throw Problem.of("grid gives %s no value%s; expected some with commas between", name,
                    tried.size() > 1 ? " in one place" : "");
        }
        if (Set.copyOf(tried).size() < tried.size()) {
            throw Problem.of("grid gives %s the same value twice: %s", name, Shown.of(String.join(", ", tried)));
        }
    }

    /** @throws Problem if it is not {@code name=value,value;name=...} */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Grid of(String written) {
        SequencedMap<String, List<String>> values = new LinkedHashMap<>();
        for (String part : written.isBlank() ? new String[0] : written.split(";")) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw Problem.of("grid has '%s'; expected name=value,value, with ; before the next name",
                        Shown.of(part.strip()));
            }
            String name = part.substring(0, equals).strip().replace('-', '_');
            List<String> tried = List.of(part.substring(equals + 1).split(",", -1)).stream().map(String::strip)
                    .toList();
            if (values.put(name, tried) != null) {
                throw Problem.of("grid names %s twice", Shown.of(name));
            }
        }
        return new Grid(values);
    }

    /** @throws Problem if a setting cannot be tried, or has no values */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Grid of(Map<String, List<Object>> written) {
        SequencedMap<String, List<String>> values = new LinkedHashMap<>();
        written.forEach((name, tried) -> values.put(name, tried == null ? List.of()
                : tried.stream().map(it -> String.valueOf(it).strip()).toList()));
        return new Grid(values);
    }

    /** What is tried for each setting. */
    @JsonValue
    public Map<String, List<String>> values() {
        return values;
    }

    /** Whether there is nothing to try. */
    boolean isEmpty() {
        return values.isEmpty();
    }

    /** All combinations, the last setting changing fastest; a single one of no settings if there is nothing to try. */
    List<Point> points() {
        List<Point> points = List.of(new Point(Map.of()));
        for (Map.Entry<String, List<String>> setting : values.entrySet()) {
            points = points.stream().flatMap(point -> setting.getValue().stream()
                    .map(value -> point.with(setting.getKey(), value))).toList();
        }
        return points;
    }

    /** A combination. */
    record Point(Map<String, String> settings) {

        private Point with(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(settings);
            more.put(name, value);
            return new Point(more);
        }

        /** @throws Problem if a value does not fit its setting */
        FinetuningConfig over(FinetuningConfig config) {
            FinetuningConfig changed = FinetuningConfig.FILE.with(config, settings, "grid");
            changed.grid = NONE;
            return changed;
        }

        /** Where its trainings are; the same whatever else is tried. */
        Path directory(Path outputDir) {
            List<String> names = new ArrayList<>();
            settings.forEach((name, value) -> names.add(name + "=" + value.replaceAll("[^A-Za-z0-9.+-]", "_")));
            return names.isEmpty() ? outputDir : outputDir.resolve("grid").resolve(Path.of("",
                    names.toArray(String[]::new)));
        }

        @Override
        public String toString() {
            return settings.entrySet().stream().map(it -> it.getKey() + " " + it.getValue())
                    .collect(Collectors.joining(", "));
        }
    }

    /** As a flag has it. */
    @Override
    public String toString() {
        return values.entrySet().stream().map(it -> it.getKey() + "=" + String.join(",", it.getValue()))
                .collect(Collectors.joining(";"));
    }
}
