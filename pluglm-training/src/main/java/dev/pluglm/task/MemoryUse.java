package dev.pluglm.task;

import dev.pluglm.memory.PassageView;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/** How much predictions used each memory that is plugged in, and which passages they used most. */
final class MemoryUse implements Lookups {

    private static final int SHOWN = 10;
    private static final int LONGEST_TEXT = 200;
    /** Beyond so many different passages new ones are no longer told apart, so that memory stays bounded. */
    private static final int TOLD_APART = 1 << 20;

    private final Map<Integer, Map<String, Count>> layers = new TreeMap<>();
    private final Map<String, Used> passages = new LinkedHashMap<>();
    private final BitSet samples = new BitSet();

    private static final class Count {
        private long hits;
        private double weight;
        private final BitSet touched = new BitSet();
    }

    private static final class Used {
        private final String memory;
        private final String id;
        private final String text;
        private long hits;
        private double weight;

        private Used(String memory, String id, String text) {
            this.memory = memory;
            this.id = id;
            this.text = text;
        }
    }

    @Override
    public void found(int sample, int layer, PassageView view, int row, float similarity, double weight) {
        String memory = view.memory(row);
        samples.set(sample);
        Count count = layers.computeIfAbsent(layer, _ -> new TreeMap<>()).computeIfAbsent(memory, _ -> new Count());
        count.hits++;
        count.weight += weight;
        count.touched.set(sample);
        var passage = view.passage(row);
        String key = memory + "\n" + passage.id();
        Used used = passages.size() < TOLD_APART || passages.containsKey(key)
                ? passages.computeIfAbsent(key, _ -> new Used(memory, passage.id(), shortened(passage.text())))
                : new Used(memory, passage.id(), "");
        used.hits++;
        used.weight += weight;
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text
                : text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, LONGEST_TEXT) - 1)) + "...";
    }

    /**
     * The numbers, for a report: {@code layers}, each with its memories' share of hits (0 to 1), the samples that
     * touched it, and the mean weight of a hit; and {@code most_used}. Empty if nothing was found.
     */
    Map<String, Object> report() {
        if (layers.isEmpty()) {
            return Map.of();
        }
        List<Map<String, Object>> byLayer = new ArrayList<>();
        layers.forEach((layer, memories) -> {
            long all = memories.values().stream().mapToLong(count -> count.hits).sum();
            memories.forEach((memory, count) -> {
                SequencedMap<String, Object> line = new LinkedHashMap<>();
                line.put("layer", layer);
                line.put("memory", memory);
                line.put("hits", count.hits);
                line.put("share_of_hits", (double) count.hits / all);
                line.put("samples_touched", count.touched.cardinality());
                line.put("mean_weight", count.weight / count.hits);
                byLayer.add(line);
            });
        });
        List<Map<String, Object>> mostUsed = passages.values().stream()
                .sorted(Comparator.comparingDouble((Used used) -> -used.weight).thenComparing(used -> used.id))
                .limit(SHOWN).map(used -> {
                    Map<String, Object> line = new LinkedHashMap<>();
                    line.put("memory", used.memory);
                    line.put("id", used.id);
                    line.put("hits", used.hits);
                    line.put("weight", used.weight);
                    line.put("text", used.text);
                    return line;
                }).toList();
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("samples", samples.cardinality());
        report.put("different_passages", passages.size());
        report.put("layers", byLayer);
        report.put("most_used", mostUsed);
        return report;
    }
}
