package dev.pluglm.task;

import dev.pluglm.Evidence;
import dev.pluglm.memory.PassageView;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Notes for each example the passages with the largest weight. */
final class FoundPassages implements Lookups {

    private final List<Sample> samples;
    private final int most;
    private final List<List<Evidence>> found = new ArrayList<>();

    /** @param most passages to tell of an example */
    FoundPassages(TaskData data, int most) {
        this.samples = most > 0 ? data.samples() : List.of();
        this.most = most;
        for (int i = 0; i < data.size(); i++) {
            found.add(new ArrayList<>());
        }
    }

    @Override
    public void found(int sample, int layer, PassageView passages, int row, float similarity, double weight) {
        var passage = passages.passage(row);
        List<Evidence> all = found.get(samples.get(sample).example());
        all.add(new Evidence(layer, passages.memory(row), passage.id(), passage.text(), similarity, (float) weight,
                List.of()));
    }

    /** Those of an example, the largest weight first. */
    List<Map<String, Object>> of(int example) {
        return found.get(example).stream().sorted(Comparator.comparingDouble(evidence -> -evidence.weight()))
                .limit(most).map(evidence -> {
                    Map<String, Object> line = new LinkedHashMap<>();
                    line.put("layer", evidence.layer());
                    line.put("memory", evidence.memory());
                    line.put("id", evidence.id());
                    line.put("similarity", evidence.similarity());
                    line.put("weight", evidence.weight());
                    line.put("text", evidence.text());
                    return line;
                }).toList();
    }
}
