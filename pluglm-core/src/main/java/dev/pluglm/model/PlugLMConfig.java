package dev.pluglm.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

import dev.pluglm.problem.Problem;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a model is made of. Names and defaults are those of the reference's configuration (SPEC 2) where it has them.
 *
 * @param vocabSize WordPieces in the vocabulary
 * @param hiddenSize length of a hidden state and of a value, divisible by the heads
 * @param numHiddenLayers all layers, ordinary and memory layers together
 * @param numAttentionHeads heads of self-attention and of multi-head knowledge attention
 * @param intermediateSize inner size of the feed-forward block of an ordinary layer
 * @param hiddenAct activation of the feed-forward blocks and of the masked-LM head
 * @param hiddenDropoutProb dropout on hidden states in training, 0 to 1
 * @param attentionProbsDropoutProb dropout on attention probabilities in training, 0 to 1
 * @param maxPositionEmbeddings longest input, in tokens
 * @param typeVocabSize token types, 2 for BERT
 * @param initializerRange standard deviation of freshly drawn weights
 * @param layerNormEps added to the variance in LayerNorm
 * @param padTokenId the id that pads inputs and passages
 * @param numMemoryLayers how many layers, counted from the top, are memory layers; 0 for a plain BERT
 * @param memoryLayerFfnDim inner size of a memory layer's feed-forward block; 0 for none
 * @param memoryK passages to retrieve in each memory layer
 * @param querySize length of a query and of a key
 * @param knowledgeAttentionType how a memory layer reads the passages it found
 * @param nullPassage whether knowledge attention may read nothing: a passage without values is always found as well
 * @param queryStates which hidden states are pooled into the query
 * @param memoryPoolerType how a memory layer pools hidden states into one query
 * @param queryBatchnorm whether queries pass through a batch norm
 * @param documentEncoderType {@code word_embedding}, or {@code first_N} to add the first N ordinary layers
 * @param documentEncoderPoolerType how the document encoder pools a passage into one vector
 * @param normalizeKeys whether keys are scaled to length 1, so that the search ranks passages by the cosine that knowledge
 *     attention adds to its scores, and a passage is not found for the length of its key alone
 * @param valueType what a memory layer reads of a passage: one pooled value, or one for each token
 * @param valueLayerNorm whether each memory layer normalises the values that it reads (LayerNorm)
 * @param memoryInit where the weights around the memory start, as far as they are drawn
 * @param fixKeys use the stored keys as they are, in training too
 * @param fixValues use the stored values as they are, in training too
 * @param task what the head on top predicts
 * @param numLabels outputs of a classification head
 * @param labels names of those outputs, in order; empty where they have none
 * @param referenceCompatible compute what the published code computes, faults included (SPEC 1.4)
 * @param memoryEncoderFingerprint fingerprint of the encoder that this model's memories are made with; empty where unknown
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record PlugLMConfig(
        int vocabSize,
        int hiddenSize,
        int numHiddenLayers,
        int numAttentionHeads,
        int intermediateSize,
        Activation hiddenAct,
        double hiddenDropoutProb,
        double attentionProbsDropoutProb,
        int maxPositionEmbeddings,
        int typeVocabSize,
        double initializerRange,
        double layerNormEps,
        int padTokenId,
        int numMemoryLayers,
        int memoryLayerFfnDim,
        int memoryK,
        int querySize,
        KnowledgeAttentionType knowledgeAttentionType,
        boolean nullPassage,
        QueryStates queryStates,
        PoolerType memoryPoolerType,
        boolean queryBatchnorm,
        DocumentEncoderType documentEncoderType,
        PoolerType documentEncoderPoolerType,
        boolean normalizeKeys,
        ValueType valueType,
        boolean valueLayerNorm,
        MemoryInit memoryInit,
        boolean fixKeys,
        boolean fixValues,
        Task task,
        int numLabels,
        List<String> labels,
        boolean referenceCompatible,
        String memoryEncoderFingerprint) {

    /** Every size is checked; a configuration that exists can be built. */
    public PlugLMConfig {
        labels = List.copyOf(labels);
        atLeast("vocab_size", vocabSize, 1);
        atLeast("hidden_size", hiddenSize, 1);
        atLeast("num_hidden_layers", numHiddenLayers, 1);
        atLeast("num_attention_heads", numAttentionHeads, 1);
        atLeast("intermediate_size", intermediateSize, 1);
        atLeast("max_position_embeddings", maxPositionEmbeddings, 1);
        atLeast("type_vocab_size", typeVocabSize, 1);
        atLeast("num_memory_layers", numMemoryLayers, 0);
        atLeast("memory_layer_ffn_dim", memoryLayerFfnDim, 0);
        atLeast("memory_k", memoryK, 1);
        atLeast("query_size", querySize, 1);
        atLeast("num_labels", numLabels, 1);
        probability("hidden_dropout_prob", hiddenDropoutProb);
        probability("attention_probs_dropout_prob", attentionProbsDropoutProb);
        if (!(layerNormEps > 0 && initializerRange >= 0)) {
            throw Problem.of(
                    "configuration: layer_norm_eps is %s and initializer_range %s; expected positive numbers",
                    layerNormEps, initializerRange);
        }
        if (hiddenSize % numAttentionHeads != 0) {
            throw Problem.of(
                    "configuration: hidden_size (%d) is not divisible by num_attention_heads (%d)",
                    hiddenSize, numAttentionHeads);
        }
        if (padTokenId < 0 || padTokenId >= vocabSize) {
            throw Problem.of(
                    "configuration: pad_token_id (%d) is not in the vocabulary of %d", padTokenId, vocabSize);
        }
        if (numMemoryLayers > numHiddenLayers) {
            throw Problem.of(
                    "configuration: num_memory_layers (%d) is larger than num_hidden_layers (%d)",
                    numMemoryLayers, numHiddenLayers);
        }
        if (documentEncoderType.layers() > numHiddenLayers - numMemoryLayers) {
            throw Problem.of(
                    "configuration: document_encoder_type %s shares %d layers, but only %d of the %d are ordinary",
                    documentEncoderType, documentEncoderType.layers(), numHiddenLayers - numMemoryLayers,
                    numHiddenLayers);
        }
        if (!labels.isEmpty() && labels.size() != numLabels) {
            throw Problem.of(
                    "configuration: labels size (%d) is not equal to num_labels (%d)", labels.size(), numLabels);
        }
        if (valueType == ValueType.TOKENS && knowledgeAttentionType == KnowledgeAttentionType.SENTENCE_LEVEL) {
            throw new Problem("configuration: sentence_level knowledge attention weighs whole passages, so it cannot choose"
                    + " among the values of value_type tokens; use multi_head or single_head, or value_type pooled");
        }
        if (referenceCompatible) {
            onlyWhatThePublishedCodeHas(
                    valueType != ValueType.POOLED, valueLayerNorm, normalizeKeys, nullPassage,
                    queryStates != QueryStates.MEMORY_LAYER);
            onlyWhatTheReferenceCan(
                    knowledgeAttentionType, memoryPoolerType, documentEncoderPoolerType, documentEncoderType);
        }
    }

    /** The published model's configuration, with one block of changes. */
    public static PlugLMConfig of(Consumer<Draft> changes) {
        Draft draft = new Draft();
        changes.accept(draft);
        return draft.build();
    }

    /** This configuration with some changes. */
    public PlugLMConfig with(Consumer<Draft> changes) {
        Draft draft = new Draft(this);
        changes.accept(draft);
        return draft.build();
    }

    /** Channels of one attention head. */
    @JsonIgnore
    public int headSize() {
        return hiddenSize / numAttentionHeads;
    }

    /** Whether layer {@code layer} (from 0 at the bottom) is a memory layer. */
    public boolean isMemoryLayer(int layer) {
        return layer >= numHiddenLayers - numMemoryLayers;
    }

    /**
     * A configuration being put together; its first values are those of the published pre-training (SPEC 2).
     *
     * <p>Also what a {@code config.json} is read into.
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public static final class Draft {
        public int vocabSize = 30522;
        public int hiddenSize = 768;
        public int numHiddenLayers = 12;
        public int numAttentionHeads = 12;
        public int intermediateSize = 3072;
        public Activation hiddenAct = Activation.GELU;
        public double hiddenDropoutProb = 0.1;
        public double attentionProbsDropoutProb = 0.1;
        public int maxPositionEmbeddings = 512;
        public int typeVocabSize = 2;
        public double initializerRange = 0.02;
        public double layerNormEps = 1e-12;
        public int padTokenId = 0;
        public int numMemoryLayers = 1;
        public int memoryLayerFfnDim = 768;
        public int memoryK = 5;
        public int querySize = 128;
        public KnowledgeAttentionType knowledgeAttentionType = KnowledgeAttentionType.MULTI_HEAD;
        public boolean nullPassage = false;
        public QueryStates queryStates = QueryStates.MEMORY_LAYER;
        public PoolerType memoryPoolerType = PoolerType.ATTENTIVE;
        public boolean queryBatchnorm = true;
        public DocumentEncoderType documentEncoderType = DocumentEncoderType.WORD_EMBEDDING;
        public PoolerType documentEncoderPoolerType = PoolerType.ATTENTIVE;
        public boolean normalizeKeys = false;
        public ValueType valueType = ValueType.POOLED;
        public boolean valueLayerNorm = false;
        public MemoryInit memoryInit = MemoryInit.PUBLISHED;
        public boolean fixKeys = false;
        public boolean fixValues = false;
        public Task task = Task.MASKED_LM;
        public int numLabels = 2;
        public List<String> labels = List.of();
        public boolean referenceCompatible = false;
        public String memoryEncoderFingerprint = "";

        /** The published model. */
        public Draft() {}

        private Draft(PlugLMConfig config) {
            become(config);
        }

        /** Takes over every value of a finished configuration. */
        public void become(PlugLMConfig config) {
            vocabSize = config.vocabSize;
            hiddenSize = config.hiddenSize;
            numHiddenLayers = config.numHiddenLayers;
            numAttentionHeads = config.numAttentionHeads;
            intermediateSize = config.intermediateSize;
            hiddenAct = config.hiddenAct;
            hiddenDropoutProb = config.hiddenDropoutProb;
            attentionProbsDropoutProb = config.attentionProbsDropoutProb;
            maxPositionEmbeddings = config.maxPositionEmbeddings;
            typeVocabSize = config.typeVocabSize;
            initializerRange = config.initializerRange;
            layerNormEps = config.layerNormEps;
            padTokenId = config.padTokenId;
            numMemoryLayers = config.numMemoryLayers;
            memoryLayerFfnDim = config.memoryLayerFfnDim;
            memoryK = config.memoryK;
            querySize = config.querySize;
            knowledgeAttentionType = config.knowledgeAttentionType;
            nullPassage = config.nullPassage;
            queryStates = config.queryStates;
            memoryPoolerType = config.memoryPoolerType;
            queryBatchnorm = config.queryBatchnorm;
            documentEncoderType = config.documentEncoderType;
            documentEncoderPoolerType = config.documentEncoderPoolerType;
            normalizeKeys = config.normalizeKeys;
            valueType = config.valueType;
            valueLayerNorm = config.valueLayerNorm;
            memoryInit = config.memoryInit;
            fixKeys = config.fixKeys;
            fixValues = config.fixValues;
            task = config.task;
            numLabels = config.numLabels;
            labels = config.labels;
            referenceCompatible = config.referenceCompatible;
            memoryEncoderFingerprint = config.memoryEncoderFingerprint;
        }

        /**
         * The finished configuration.
         *
         * @throws Problem if a value is out of range or two contradict each other
         */
        public PlugLMConfig build() {
            return new PlugLMConfig(
                    vocabSize, hiddenSize, numHiddenLayers, numAttentionHeads, intermediateSize, hiddenAct,
                    hiddenDropoutProb, attentionProbsDropoutProb, maxPositionEmbeddings, typeVocabSize,
                    initializerRange, layerNormEps, padTokenId, numMemoryLayers, memoryLayerFfnDim, memoryK,
                    querySize, knowledgeAttentionType, nullPassage, queryStates, memoryPoolerType, queryBatchnorm,
                    documentEncoderType, documentEncoderPoolerType, normalizeKeys, valueType, valueLayerNorm,
                    memoryInit, fixKeys, fixValues, task, numLabels, labels, referenceCompatible,
                    memoryEncoderFingerprint);
        }
    }

    private static void atLeast(String field, int found, int least) {
        // A size beyond this bound is a damaged file, not a model.
        int most = 1 << 26;
        if (found < least || found > most) {
            throw Problem.of("configuration: %s is %d; expected %d to %d", field, found, least, most);
        }
    }

    private static void probability(String field, double found) {
        if (!(found >= 0 && found < 1)) {
            throw Problem.of("configuration: %s is %s; expected 0 or more and less than 1", field, found);
        }
    }

    private static void onlyWhatThePublishedCodeHas(
            boolean tokens, boolean valueNorm, boolean keyNorm, boolean nullPassage, boolean documentQueries) {
        Map<String, Boolean> ours = new LinkedHashMap<>();
        ours.put("value_type tokens", tokens);
        ours.put("value_layer_norm", valueNorm);
        ours.put("normalize_keys", keyNorm);
        ours.put("null_passage", nullPassage);
        ours.put("query_states document_encoder", documentQueries);
        ours.values().removeIf(asked -> !asked);
        if (!ours.isEmpty()) {
            throw Problem.of("configuration: the published code has no %s, so there is nothing to be"
                    + " reference_compatible with; set it to false", String.join(", no ", ours.keySet()));
        }
    }

    private static void onlyWhatTheReferenceCan(
            KnowledgeAttentionType attention, PoolerType pooler, PoolerType documentPooler, DocumentEncoderType type) {
        if (attention == KnowledgeAttentionType.SINGLE_HEAD
                || pooler != PoolerType.ATTENTIVE
                || documentPooler != PoolerType.ATTENTIVE
                || type.layers() > 0) {
            throw Problem.of(
                    "configuration: the published code fails with knowledge attention %s, poolers %s and %s and "
                            + "document encoder %s, so there is nothing to be reference_compatible with; set it to false",
                    attention, pooler, documentPooler, type);
        }
    }
}
