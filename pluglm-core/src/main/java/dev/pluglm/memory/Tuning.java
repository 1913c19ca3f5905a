package dev.pluglm.memory;

/**
 * What a store is set to.
 *
 * @param exactBelow memories with fewer passages are searched exactly
 * @param graphFrom the part of a memory that is written at once gets a graph where it has more passages than about
 *     {@code graphFrom * ln(passages)}; smaller parts are compared one by one
 * @param width how many candidates the graph search keeps for one query
 * @param undoable how many edits can be undone
 */
record Tuning(int exactBelow, int graphFrom, int width, int undoable) {

    /** Beyond this many hits a query, a graph search is slower than looking at everything. */
    static final int WIDEST = 1000;

    /** Measured by {@code MemorySearchBenchmark}; parts of more than about 50,000 passages get a graph. */
    static final Tuning STANDARD = new Tuning(100_000, 4600, 350, 100);

    Tuning(int exactBelow, int graphFrom, int width) {
        this(exactBelow, graphFrom, width, STANDARD.undoable);
    }

    /** Whether a part of so many passages has a graph that is worth walking. */
    boolean hasGraph(int passages) {
        // The logarithm of 1 is 0: Lucene makes a graph of a single passage, which would be merged with the large one.
        return passages > Math.max(1, graphFrom * Math.log(passages));
    }
}
