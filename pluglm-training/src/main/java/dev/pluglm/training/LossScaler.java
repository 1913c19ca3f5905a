package dev.pluglm.training;

import dev.pluglm.problem.Problem;

/**
 * What the loss is multiplied by, so that small gradients do not vanish in fp16 (SPEC 3, gradient scaler). The scale
 * starts at {@value #START}, halves whenever gradients overflow, and doubles after {@value #PATIENCE} updates in a row
 * without overflow. An update whose gradients overflow is skipped: no weights, no optimiser step, no schedule step.
 */
public final class LossScaler {

    private static final double START = 65536;
    private static final int PATIENCE = 2000;

    /** The scale, like its inverse, must stay an fp32 number. */
    private static final double LOWEST = 0x1p-126;
    private static final double HIGHEST = 0x1p126;

    private State state;

    private LossScaler(State state) {
        this.state = state;
    }

    /** A scaler for fp16, at the start of training. */
    public static LossScaler dynamic() {
        return new LossScaler(new State(true, START, 0));
    }

    /** A scaler whose scale always is 1: for fp32 and bf16, where gradients do not vanish. */
    public static LossScaler disabled() {
        return new LossScaler(new State(false, 1, 0));
    }

    /** A scaler that goes on from a saved state. */
    public static LossScaler restore(State state) {
        return new LossScaler(state);
    }

    /** What to multiply the loss by now, and to divide its gradients by. */
    public double scale() {
        return state.scale();
    }

    /**
     * Learns how an update went; call it once for each, a skipped one too.
     *
     * @param overflow whether a gradient was infinite or not a number (see {@link Gradients#finite})
     */
    public void update(boolean overflow) {
        state = state.after(overflow);
    }

    /** What a checkpoint needs to keep. */
    public State state() {
        return state;
    }

    /**
     * A scaler between two updates.
     *
     * @param dynamic whether the scale ever changes; if not, it is 1
     * @param scale positive and finite
     * @param cleanSteps updates without overflow since the scale last changed, 0 to 1999
     */
    public record State(boolean dynamic, double scale, int cleanSteps) {

        /** @throws Problem if a number is out of its range */
        public State {
            if (!(scale >= LOWEST && scale <= HIGHEST) || !dynamic && scale != 1) {
                throw Problem.of("the loss scale is %s, expected %s", scale,
                        dynamic ? "a number from " + LOWEST + " to " + HIGHEST : "1, as it never changes");
            }
            if (cleanSteps < 0 || cleanSteps >= PATIENCE) {
                throw Problem.of("the loss scaler counts %d updates without overflow, expected 0 to %d",
                        cleanSteps, PATIENCE - 1);
            }
        }

        private State after(boolean overflow) {
            if (!dynamic) {
                return this;
            }
            if (overflow) {
                return new State(true, Math.max(scale / 2, LOWEST), 0);
            }
            return cleanSteps + 1 < PATIENCE
                    ? new State(true, scale, cleanSteps + 1)
                    : new State(true, Math.min(scale * 2, HIGHEST), 0);
        }
    }
}
