package dev.pluglm.training;

import java.util.regex.Pattern;

/** Which weights decay: all but those whose names contain bias, gamma, beta or LayerNorm (SPEC 3 and 5.1), and the null passage's similarity. */
public final class WeightDecay {

    private static final Pattern EXEMPT = Pattern.compile("bias|gamma|beta|LayerNorm|null_similarity");

    private WeightDecay() {}

    /** Whether the weight of that name decays. The weights of batch norm do, as in the reference. */
    public static boolean appliesTo(String name) {
        return !EXEMPT.matcher(name).find();
    }
}
