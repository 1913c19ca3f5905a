package dev.pluglm.tensor;

import dev.pluglm.problem.Problem;

import org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.Locale;

/** In which number format the large matrix products are computed; everything delicate stays in fp32. */
public enum Precision {
    FP32(ScalarType.Float),
    BF16(ScalarType.BFloat16);

    private final ScalarType type;

    Precision(ScalarType type) {
        this.type = type;
    }

    public ScalarType type() {
        return type;
    }

    /**
     * The precision of that name.
     *
     * @throws Problem if there is none
     */
    public static Precision of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "fp32", "float32" -> FP32;
            case "bf16", "bfloat16" -> BF16;
            default -> throw Problem.of("precision '%s' is not known; use fp32 or bf16", name);
        };
    }
}
