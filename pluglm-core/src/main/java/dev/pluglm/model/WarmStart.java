package dev.pluglm.model;

import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * First weights for a memory that is added to a trained model ({@link MemoryInit#WARM_START}):
 *
 * <ul>
 *   <li>What the memory adds is 0 ({@link SilentMemory}), so that at first the model computes what it computed without.
 *   <li>A query is made as a key is: the poolers of memory layers start as the document encoder's, the projections of
 *       queries as that of keys, whose rows are orthogonal. So a text finds passages of related words from the first step
 *       on, and there is something to learn from.
 *   <li>β is {@value #BETA}: how near a passage is counts from the start.
 * </ul>
 */
final class WarmStart implements Function<String, Optional<Tensor>> {
    private static final double BETA = 5;

    private static final String RETRIEVER = "bert.encoder.retriever.";
    private static final String KEY_PROJECTION = RETRIEVER + "key_proj.";
    private static final String KEY_POOLER = RETRIEVER + "document_encoder.pooler.";
    private static final Pattern QUERY_SIDE =
            Pattern.compile("bert\\.encoder\\.layer\\.\\d+\\.memory_layer\\.(query_proj|pooler)\\.(.*)");

    private final PlugLMConfig config;
    private final Function<String, Optional<Tensor>> given;
    private final long seed;

    /** @param given the weights at hand: where they have the key's side, the query's side starts as that */
    WarmStart(PlugLMConfig config, Function<String, Optional<Tensor>> given, long seed) {
        this.config = config;
        this.given = given;
        this.seed = seed;
    }

    /** The first numbers of a weight that is not given; empty if it is to be drawn as ever. */
    @Override
    public Optional<Tensor> apply(String name) {
        if (name.endsWith(".know_attn.beta")) {
            return Optional.of(Tensors.full(BETA, heads()));
        }
        Optional<Tensor> silent = SilentMemory.weight(name, config);
        if (silent.isPresent()) {
            return silent;
        }
        Matcher query = QUERY_SIDE.matcher(name);
        if (query.matches()) {
            String key = (query.group(1).equals("pooler") ? KEY_POOLER : KEY_PROJECTION) + query.group(2);
            return given.apply(key).or(() -> keySide(key));
        }
        return keySide(name);
    }

    private long heads() {
        return config.knowledgeAttentionType() == KnowledgeAttentionType.MULTI_HEAD ? config.numAttentionHeads() : 1;
    }

    private Optional<Tensor> keySide(String name) {
        if (name.equals(KEY_PROJECTION + "weight")) {
            return Optional.of(orthogonal(config.querySize(), config.hiddenSize()));
        }
        if (name.startsWith(KEY_PROJECTION) || name.startsWith(KEY_POOLER)) {
            boolean scores = name.contains(".att_fc2.");
            int outputs = name.startsWith(KEY_PROJECTION) ? config.querySize() : scores ? 1 : config.hiddenSize();
            long[] shape = shape(name, outputs);
            return Optional.of(name.endsWith(".weight")
                    ? normal(config.initializerRange(), scores ? 2 : 1, shape)
                    : Tensors.full(0, shape));
        }
        return Optional.empty();
    }

    private long[] shape(String name, int outputs) {
        return name.endsWith(".weight") ? new long[] {outputs, config.hiddenSize()} : new long[] {outputs};
    }

    /** A matrix whose rows are orthogonal and of length 1; its columns, where it has fewer of these. */
    private Tensor orthogonal(int rows, int columns) {
        return Scope.returning(() -> {
            boolean tall = rows > columns;
            Tensor drawn = normal(1, 0, tall ? new long[] {rows, columns} : new long[] {columns, rows});
            Tensor orthonormal = torch.linalg_qr(drawn).get0();
            return (tall ? orthonormal : orthonormal.t()).clone().contiguous();
        });
    }

    /** The same numbers for the same {@code which}, whoever asks for them, and in whatever order. */
    private Tensor normal(double deviation, int which, long... shape) {
        try (Generator generator = torch.make_generator_cpu(seed * 31 + which)) {
            return Tensors.full(0, shape).normal_(0, deviation, new GeneratorOptional(generator));
        }
    }
}
