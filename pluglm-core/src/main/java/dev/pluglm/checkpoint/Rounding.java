package dev.pluglm.checkpoint;

import dev.pluglm.problem.Problem;

import java.util.Locale;

/**
 * By how much a number format of fewer bits changes weights, each in relation to the largest number of its row; a
 * vector is one row.
 *
 * @param largest largest change, 0.01 for one of a hundredth of the row's largest number
 * @param where name of the tensor with the largest change; empty if nothing changes
 * @param total sum of the changes of all numbers
 * @param count how many numbers there are
 */
public record Rounding(double largest, String where, double total, long count) {

    static final Rounding NONE = new Rounding(0, "", 0, 0);

    /**
     * Compares a row with what is kept of it.
     *
     * @param name the tensor's
     * @param row the number of the row, for messages
     * @throws Problem if a number is not finite, so that it has no size that others could be compared with
     */
    static Rounding of(String name, long row, float[] exact, float[] kept) {
        double most = most(name, row, exact);
        double largest = 0;
        double total = 0;
        for (int i = 0; most > 0 && i < exact.length; i++) {
            double change = Math.abs((double) exact[i] - kept[i]) / most;
            largest = Math.max(largest, change);
            total += change;
        }
        return new Rounding(largest, largest > 0 ? name : "", total, exact.length);
    }

    /** The largest absolute number of a row. */
    static float most(String name, long row, float[] numbers) {
        float most = 0;
        for (int i = 0; i < numbers.length; i++) {
            if (!Float.isFinite(numbers[i])) {
                throw Problem.of("tensor %s: number %d of row %d is %s, which is no weight; the training that made it "
                        + "has failed, so take an earlier checkpoint", name, i, row, numbers[i]);
            }
            most = Math.max(most, Math.abs(numbers[i]));
        }
        return most;
    }

    /** Mean change of a number; 0 if there are none. */
    public double mean() {
        return count == 0 ? 0 : total / count;
    }

    Rounding and(Rounding other) {
        boolean worse = other.largest > largest;
        return new Rounding(worse ? other.largest : largest, worse ? other.where : where, total + other.total,
                count + other.count);
    }

    /** Such as {@code mean 0.0012, at most 0.0039 (bert.embeddings.word_embeddings.weight)}. */
    @Override
    public String toString() {
        String most = String.format(Locale.ROOT, "mean %.2g, at most %.2g", mean(), largest);
        return where.isEmpty() ? most : most + " (" + where + ")";
    }
}
