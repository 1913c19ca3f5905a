package dev.pluglm.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What stands on top of the hidden states and predicts (SPEC 1.2 "Heads", SPEC 5). */
sealed interface Head {

    /** {@code [batch, length, hidden]} states to logits; their shape is the head's. */
    Tensor logits(Tensor states, boolean training);

    /** Of which tokens it reads the states. */
    default Wanted wanted() {
        return Wanted.ALL;
    }

    /**
     * The mean loss of a batch.
     *
     * @param logits of this head
     * @param labels int64, or fp32 for regression; see the head
     * @return a scalar
     */
    Tensor loss(Tensor logits, Tensor labels);

    static Head of(Parameters p, PlugLMConfig config) {
        return switch (config.task()) {
            case MASKED_LM -> new MaskedLm(p.at("cls").at("predictions"), config);
            case CLASSIFICATION -> new Classification(p, config);
            case MULTI_LABEL -> new MultiLabel(p, config);
            case REGRESSION -> new Regression(p, config);
            case TOKEN_CLASSIFICATION -> new TokenClassification(p, config);
            case QUESTION_ANSWERING -> new QuestionAnswering(p, config);
            case YES_NO -> new YesNo(p, config);
        };
    }

    private static Tensor crossEntropy(Tensor logits, Tensor labels, int ignored) {
        Tensor flat = logits.reshape(-1, logits.size(-1));
        int mean = 1;
        return torch.cross_entropy_loss(flat, labels.reshape(-1), new TensorOptional(), mean, ignored, 0);
    }

    /** Logits over the vocabulary, {@code [..., vocabulary]}; its labels are {@code [...]}, -1 where nothing is masked. */
    final class MaskedLm implements Head {
        private static final int NOT_MASKED = -1;

        private final Linear dense;
        private final Activation activation;
        private final LayerNorm norm;
        private final Linear decoder;

        MaskedLm(Parameters.Group p, PlugLMConfig config) {
            int hidden = config.hiddenSize();
            dense = new Linear(p.at("transform").at("dense"), hidden, hidden);
            activation = config.hiddenAct();
            norm = new LayerNorm(p.at("transform").at("LayerNorm"), hidden, config.layerNormEps());
            decoder = new Linear(p.at("decoder").matrix(config.vocabSize(), hidden), p.bias(config.vocabSize()));
        }

        @Override
        public Tensor logits(Tensor states, boolean training) {
            return decoder.forward(norm.forward(activation.apply(dense.forward(states))));
        }

        @Override
        public Tensor loss(Tensor logits, Tensor labels) {
            return crossEntropy(logits, labels, NOT_MASKED);
        }
    }

    /** Outputs for the whole input: the state of the first token, through a dense layer, tanh and a last layer. */
    final class FirstToken {
        private final Linear dense;
        private final Linear outputs;
        private final Dropout dropout;

        FirstToken(Parameters p, String name, int count, PlugLMConfig config) {
            dense = new Linear(p.at("bert").at("pooler").at("dense"), config.hiddenSize(), config.hiddenSize());
            outputs = new Linear(p.at(name), config.hiddenSize(), count);
            dropout = new Dropout(config.hiddenDropoutProb());
        }

        /** {@code [batch, length, hidden] -> [batch, count]}. */
        Tensor forward(Tensor states, boolean training) {
            Tensor pooled = torch.tanh(dense.forward(states.select(1, 0)));
            return outputs.forward(dropout.of(pooled, training));
        }
    }

    /** A head that predicts something of the whole input. */
    sealed interface OfFirstToken extends Head {
        FirstToken outputs();

        @Override
        default Tensor logits(Tensor states, boolean training) {
            return outputs().forward(states, training);
        }

        @Override
        default Wanted wanted() {
            return Wanted.FIRST;
        }
    }

    /** One of several labels; logits {@code [batch, labels]}, labels {@code [batch]}. */
    record Classification(FirstToken outputs) implements OfFirstToken {
        private static final int IGNORED = -100;

        Classification(Parameters p, PlugLMConfig config) {
            this(new FirstToken(p, "classifier", config.numLabels(), config));
        }

        @Override
        public Tensor loss(Tensor logits, Tensor labels) {
            return crossEntropy(logits, labels, IGNORED);
        }
    }

    /** Any number of labels; logits {@code [batch, labels]}, labels as many, fp32, 1 for those that are there. */
    record MultiLabel(FirstToken outputs) implements OfFirstToken {

        MultiLabel(Parameters p, PlugLMConfig config) {
            this(new FirstToken(p, "classifier", config.numLabels(), config));
        }

        @Override
        public Tensor loss(Tensor logits, Tensor labels) {
            return torch.binary_cross_entropy_with_logits(logits, labels.to(ScalarType.Float));
        }
    }

    /** A number, learned by its squared error; logits {@code [batch, 1]}, labels {@code [batch]} fp32. */
    record Regression(FirstToken outputs) implements OfFirstToken {

        Regression(Parameters p, PlugLMConfig config) {
            this(new FirstToken(p, "classifier", 1, config));
        }

        @Override
        public Tensor loss(Tensor logits, Tensor labels) {
            return torch.mse_loss(logits.squeeze(-1), labels.to(ScalarType.Float));
        }
    }

    /** A label for each token; logits {@code [batch, length, labels]}, labels {@code [batch, length]}, -100 ignored. */
    final class TokenClassification implements Head {
        private static final int IGNORED = -100;

        private final Linear classifier;
        private final Dropout dropout;

        TokenClassification(Parameters p, PlugLMConfig config) {
            classifier = new Linear(p.at("classifier"), config.hiddenSize(), config.numLabels());
            dropout = new Dropout(config.hiddenDropoutProb());
        }

        @Override
        public Tensor logits(Tensor states, boolean training) {
            return classifier.forward(dropout.of(states, training));
        }

        @Override
        public Tensor loss(Tensor logits, Tensor labels) {
            return crossEntropy(logits, labels, IGNORED);
        }
    }

    /**
     * Where an answer starts and ends; logits {@code [batch, length, 2]}, start before end; labels {@code [batch, 2]}.
     * Positions outside the input are ignored.
     */
    final class QuestionAnswering implements Head {
        private final Linear outputs;

        QuestionAnswering(Parameters p, PlugLMConfig config) {
            outputs = new Linear(p.at("qa_outputs"), config.hiddenSize(), 2);
        }

        @Override
        public Tensor logits(Tensor states, boolean training) {
            return outputs.forward(states);
        }

        @Override
        public Tensor loss(Tensor logits, Tensor labels) {
            int length = Math.toIntExact(logits.size(1));
            Tensor inside = labels.clamp_min(new Scalar(0)).clamp_max(new Scalar(length));
            Tensor start = crossEntropy(logits.select(2, 0), inside.select(1, 0), length);
            Tensor end = crossEntropy(logits.select(2, 1), inside.select(1, 1), length);
            return start.add(end).div(new Scalar(2.0));
        }
    }

    /** Whether the answer is yes; logits {@code [batch, 1]}, labels {@code [batch]}, 1 for yes. */
    record YesNo(FirstToken outputs) implements OfFirstToken {

        YesNo(Parameters p, PlugLMConfig config) {
            this(new FirstToken(p, "regressor", 1, config));
        }

        @Override
        public Tensor loss(Tensor logits, Tensor labels) {
            return torch.binary_cross_entropy_with_logits(logits.squeeze(-1), labels.to(ScalarType.Float));
        }
    }
}
