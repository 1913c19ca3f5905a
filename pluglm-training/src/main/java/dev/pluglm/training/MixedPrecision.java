package dev.pluglm.training;

import dev.pluglm.problem.Problem;

import org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.Locale;

/** In which number format training computes matrix products, from weights that stay in fp32. */
public enum MixedPrecision {
    NONE(ScalarType.Float),
    BF16(ScalarType.BFloat16),
    FP16(ScalarType.Half);

    private final ScalarType type;

    MixedPrecision(ScalarType type) {
        this.type = type;
    }

    ScalarType type() {
        return type;
    }

    /** A new loss scaler, of the kind that this format needs: fp16 has too short a range to go without. */
    public LossScaler lossScaler() {
        return this == FP16 ? LossScaler.dynamic() : LossScaler.disabled();
    }

    /**
     * The format of that name: {@code fp32} or {@code none}, {@code bf16}, {@code fp16}.
     *
     * @throws Problem if there is none
     */
    public static MixedPrecision of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "fp32", "float32", "none" -> NONE;
            case "bf16", "bfloat16" -> BF16;
            case "fp16", "float16" -> FP16;
            default -> throw Problem.of("precision '%s' is not known; use fp32, bf16 or fp16", name);
        };
    }
}
