package dev.pluglm.training;

/** LAMB of one weight, word for word as in SPEC 3, in double precision. */
final class PlainLamb {

    private final double[] weight;
    private final double[] average;
    private final double[] square;
    private final double decay;

    PlainLamb(float[] weight, double decay) {
        this.weight = new double[weight.length];
        this.average = new double[weight.length];
        this.square = new double[weight.length];
        this.decay = decay;
        for (int i = 0; i < weight.length; i++) {
            this.weight[i] = weight[i];
        }
    }

    void step(float[] gradient, double learningRate, double scale, int t) {
        double[] step = new double[weight.length];
        double weightSquares = 0;
        double stepSquares = 0;
        for (int i = 0; i < weight.length; i++) {
            double g = gradient[i] / scale;
            average[i] = 0.9 * average[i] + 0.1 * g;
            square[i] = 0.999 * square[i] + 0.001 * g * g;
            double m = average[i] / (1 - Math.pow(0.9, t));
            double v = square[i] / (1 - Math.pow(0.999, t));
            step[i] = m / (Math.sqrt(v) + 1e-6) + decay * weight[i];
            weightSquares += weight[i] * weight[i];
            stepSquares += step[i] * step[i];
        }
        double rate = decay != 0 && weightSquares > 0 && stepSquares > 0
                ? learningRate * Math.sqrt(weightSquares) / Math.sqrt(stepSquares)
                : learningRate;
        for (int i = 0; i < weight.length; i++) {
            weight[i] -= rate * step[i];
        }
    }

    float[] weight() {
        float[] rounded = new float[weight.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) weight[i];
        }
        return rounded;
    }
}
