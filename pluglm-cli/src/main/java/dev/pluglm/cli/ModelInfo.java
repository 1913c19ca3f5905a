package dev.pluglm.cli;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.model.PlugLMConfig;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

@Command(name = "info", header = "Show what a model is.")
final class ModelInfo extends Action {
    @Parameters(index = "0", paramLabel = "MODEL", description = "The model directory.")
    private Path directory;

    @Override
    int run(Console console) {
        try (Checkpoint model = Checkpoint.read(directory)) {
            print(console, directory, model);
        }
        return Cli.OK;
    }

    static void print(Console console, Path directory, Checkpoint checkpoint) {
        Map<String, Object> facts = facts(directory, checkpoint);
        if (console.isJson()) {
            console.json(facts);
            return;
        }
        facts.forEach((name, value) -> console.line(
                "%-16s  %s".formatted(name, value instanceof Long number ? Console.count(number) : value)));
    }

    private static Map<String, Object> facts(Path directory, Checkpoint checkpoint) {
        PlugLMConfig c = checkpoint.model().config();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", directory.toString());
        facts.put("made from", checkpoint.origin());
        facts.put("task", c.task().name().toLowerCase(Locale.ROOT));
        boolean memory = c.numMemoryLayers() > 0;
        facts.put("layers", "%d of %d hidden units, %d heads; %s".formatted(
                c.numHiddenLayers(), c.hiddenSize(), c.numAttentionHeads(),
                memory ? "the top %d look into the memory".formatted(c.numMemoryLayers()) : "none looks into a memory"));
        facts.put("feed-forward", c.intermediateSize()
                + (memory ? ", in memory layers " + c.memoryLayerFfnDim() : ""));
        if (memory) {
            memory(facts, c);
        }
        facts.put("vocabulary", (long) c.vocabSize());
        facts.put("longest input", (long) c.maxPositionEmbeddings());
        facts.put("parameters", checkpoint.model().parameters().count());
        facts.put("weights", "%s, %s".formatted(
                Checkpoint.weightFormat(directory), MemoryStatistics.size(Checkpoint.size(directory))));
        facts.put("computes", c.referenceCompatible() ? "as the published code, faults included" : "correctly");
        facts.put("memory encoder", checkpoint.model().memoryEncoderFingerprint()
                .map(fingerprint -> fingerprint.substring(0, 12))
                .orElse("none"));
        return facts;
    }

    private static void memory(Map<String, Object> facts, PlugLMConfig c) {
        facts.put("memory", "%d passages a query, queries of %d from the states of the %s, %s attention%s".formatted(
                c.memoryK(), c.querySize(), switch (c.queryStates()) {
                    case MEMORY_LAYER -> "memory layer";
                    case DOCUMENT_ENCODER -> "document encoder's last layer";
                }, c.knowledgeAttentionType().name().toLowerCase(Locale.ROOT),
                c.nullPassage() ? " that may read nothing" : ""));
        facts.put("passages", "encoded by %s, %s%s%s".formatted(c.documentEncoderType(), switch (c.valueType()) {
            case POOLED -> "read as one value";
            case TOKENS -> "read token by token";
        }, c.normalizeKeys() ? ", keys of length 1" : "", c.valueLayerNorm() ? ", values normalised" : ""));
    }
}
