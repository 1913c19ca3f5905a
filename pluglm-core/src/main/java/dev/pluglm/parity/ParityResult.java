package dev.pluglm.parity;

import java.util.List;

/**
 * How one case came out.
 *
 * @param name the folder's name
 * @param differences what was compared, in order
 * @param problem why the case could not be run; empty if it could
 */
public record ParityResult(String name, List<Difference> differences, String problem) {

    /**
     * The largest difference of a kind.
     *
     * @param kind what was compared
     * @param largest the largest difference found
     * @param share the largest share of what is tolerated: more than 1 fails
     * @param where the name of the number or tensor with that share
     */
    public record Difference(String kind, double largest, double share, String where) {
        public boolean isTolerated() {
            return share <= 1;
        }
    }

    /** Whether everything could be compared and lies within its tolerance. */
    public boolean isEqual() {
        return problem.isEmpty() && !differences.isEmpty() && differences.stream().allMatch(Difference::isTolerated);
    }
}
