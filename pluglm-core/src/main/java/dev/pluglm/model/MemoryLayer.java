package dev.pluglm.model;

import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

import java.util.Arrays;
import java.util.Optional;

/**
 * A layer that looks things up (paper, section 3; SPEC 1.2): its input attends to itself, is pooled into a query, and
 * reads the passages that the query finds, beside a feed-forward block.
 */
final class MemoryLayer {
    private final int number;
    private final SelfAttention attention;
    private final Optional<FeedForward> feedForward;
    private final QueryStates queryStates;
    private final Pooler pooler;
    private final Linear queryProjection;
    private final Optional<BatchNorm> queryNorm;
    private final Lookup lookup;
    private final Optional<LayerNorm> valueNorm;
    private final KnowledgeAttention knowledgeAttention;
    private final LayerNorm norm;

    MemoryLayer(Parameters.Group p, int number, Lookup lookup, PlugLMConfig config) {
        int hidden = config.hiddenSize();
        int inner = config.memoryLayerFfnDim();
        Parameters.Group memory = p.at("memory_layer");
        this.number = number;
        this.lookup = lookup;
        attention = new SelfAttention(p.at("attention"), config);
        feedForward = inner == 0
                ? Optional.empty()
                : Optional.of(new FeedForward(
                        Linear.evenlyDrawn(p.at("ffn").at(0), hidden, inner),
                        new Linear(p.at("ffn").at(1), inner, hidden),
                        config));
        queryStates = config.queryStates();
        pooler = Pooler.of(config.memoryPoolerType(), memory.at("pooler"), config);
        knowledgeAttention = KnowledgeAttention.of(memory.at("know_attn"), config);
        valueNorm = config.valueLayerNorm()
                ? Optional.of(new LayerNorm(
                        memory.at("know_attn").at("values").at("LayerNorm"), hidden, config.layerNormEps()))
                : Optional.empty();
        queryProjection = new Linear(memory.at("query_proj"), hidden, config.querySize());
        queryNorm = config.queryBatchnorm()
                ? Optional.of(new BatchNorm(memory.at("batch_norm"), config.querySize()))
                : Optional.empty();
        norm = new LayerNorm(p.at("LayerNorm"), hidden, config.layerNormEps());
    }

    /**
     * Computes the next hidden states.
     *
     * @param x {@code [batch, length, hidden]}
     * @param encoded the states of the layer at which the document encoder ends, of the same shape
     * @param wanted of which tokens the next states are wanted
     * @return {@code [batch, wanted, hidden]}
     */
    Tensor forward(Tensor x, Tensor encoded, Mask mask, Pass pass, Wanted wanted) {
        return Scope.returning(() -> {
            Tensor attended = attention.forward(x, mask, pass.training());
            Tensor query = query(switch (queryStates) {
                case MEMORY_LAYER -> attended;
                case DOCUMENT_ENCODER -> encoded;
            }, mask, pass);
            pass.trace().reading(number, attended);
            Knowledge raw = lookup.find(query, pass);
            Knowledge found = valueNorm.map(n -> raw.with(n.forward(raw.values()))).orElse(raw);
            Tensor readers = wanted.of(attended);
            KnowledgeAttention.Reading reading = knowledgeAttention.forward(readers, query, found, pass.training());
            tell(pass.trace(), found.hits(), reading.weights().detach());
            Tensor memory = nothingWhereNothingWasFound(reading.memory(), found);
            pass.trace().memory(number, memory);
            Tensor sum = feedForward
                    .map(f -> f.plusInput(readers, pass.training()))
                    .orElse(readers);
            return norm.forward(sum.add(memory));
        });
    }

    /** An output projection adds its bias even to nothing; a sequence that finds no passage is to be as without memory. */
    private static Tensor nothingWhereNothingWasFound(Tensor memory, Knowledge found) {
        if (Arrays.stream(found.hits().counts()).allMatch(count -> count > 0)) {
            return memory;
        }
        Tensor any = found.found().sum(1).gt(new Scalar(0)).to(memory.scalar_type());
        return memory.mul(any.view(-1, 1, 1));
    }

    /** @param weights {@code [batch, heads or 1, length or 1, k, slots]} */
    private void tell(Trace trace, Memory.Hits hits, Tensor weights) {
        if (trace != Trace.NONE) {
            trace.lookup(number, hits, weights.sum(new long[] {4}, false, new ScalarTypeOptional()));
            trace.values(number, hits, weights);
        }
    }

    /** {@code [batch, query]}. */
    private Tensor query(Tensor states, Mask mask, Pass pass) {
        Tensor pooled = pooler.forward(states, mask.real());
        pass.trace().asking(number, states, pooled);
        Tensor query = queryProjection.forward(pooled);
        Tensor normalized = queryNorm.map(n -> n.forward(query, pass)).orElse(query);
        return pass.fixedQueries() ? normalized.detach() : normalized;
    }
}
