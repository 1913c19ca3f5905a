package dev.pluglm.model;

/**
 * What one pass through the model is for.
 *
 * @param training whether dropout is on and batch norm uses the batch's statistics
 * @param memory the passages that memory layers look into
 * @param storedKeys take keys as stored rather than encode the passages found anew
 * @param storedValues take values as stored rather than encode the passages found anew
 * @param fixedQueries let no gradient go through queries: what finds passages, and the layers below for its sake, are not
 *     trained
 * @param trace watches the pass
 * @param peers the processes whose shares of the batch are normalised together
 */
public record Pass(
        boolean training,
        Memory.View memory,
        boolean storedKeys,
        boolean storedValues,
        boolean fixedQueries,
        Trace trace,
        Peers peers) {

    /** A prediction that reads the memory as it is stored. */
    public static Pass prediction(Memory.View memory) {
        return new Pass(false, memory, true, true, false, Trace.NONE, Peers.NONE);
    }

    /** A pass that treats keys and values as the configuration says: fixed, or encoded anew with gradients. */
    public static Pass of(PlugLMConfig config, boolean training, Memory.View memory) {
        return new Pass(training, memory, config.fixKeys(), config.fixValues(), false, Trace.NONE, Peers.NONE);
    }

    /** The same pass with keys as they are stored. */
    public Pass withStoredKeys() {
        return new Pass(training, memory, true, storedValues, fixedQueries, trace, peers);
    }

    /** The same pass with queries fixed, or trained. */
    public Pass withQueries(boolean fixed) {
        return new Pass(training, memory, storedKeys, storedValues, fixed, trace, peers);
    }

    /** The same pass, watched. */
    public Pass watchedBy(Trace watcher) {
        return new Pass(training, memory, storedKeys, storedValues, fixedQueries, watcher, peers);
    }

    /** The same pass as a share of one that several processes make together. */
    public Pass together(Peers others) {
        return new Pass(training, memory, storedKeys, storedValues, fixedQueries, trace, others);
    }
}
