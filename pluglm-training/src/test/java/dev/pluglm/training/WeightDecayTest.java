package dev.pluglm.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightDecayTest {

    @ParameterizedTest
    @CsvSource({
        "bert.encoder.layer.0.output.dense.weight, true",
        "bert.encoder.layer.0.output.dense.bias, false",
        "bert.embeddings.LayerNorm.weight, false",
        "bert.encoder.layer.11.memory_layer.know_attn.beta, false",
        "bert.encoder.layer.11.memory_layer.batch_norm.weight, true",
        "old.LayerNorm.gamma, false",
        "cls.predictions.bias, false",
        "cls.predictions.decoder.weight, true",
        "bert.encoder.layer.3.layernorm.weight, true",
    })
    void dependsOnTheNameAlone(String name, boolean decays) {
        assertEquals(decays, WeightDecay.appliesTo(name));
    }
}
