package dev.pluglm.pretraining;

import dev.pluglm.model.Memory;
import dev.pluglm.pretraining.Counterfactuals.Change;
import dev.pluglm.training.DelegatingView;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A memory in which some texts read one token for another. They find what they would find; where a passage has the
 * token, they are told of a row that is not in the memory, above all others, with the changed tokens and the key of the
 * passage.
 */
final class CounterfactualView extends DelegatingView {
    private final List<Optional<Change>> changes;
    private final List<Changed> added = new ArrayList<>();
    private final Map<Changed, Integer> rows = new HashMap<>();

    private record Changed(int row, Change change) {}

    /** @param changes for each text of the batch, in the order of its queries */
    CounterfactualView(Memory.View all, List<Optional<Change>> changes) {
        super(all);
        this.changes = List.copyOf(changes);
    }

    @Override
    public Memory.Hits search(float[] queries, int count, int k) {
        if (count != changes.size()) {
            throw new IllegalArgumentException(count + " queries for " + changes.size() + " texts");
        }
        Memory.Hits found = all().search(queries, count, k);
        for (int query = 0; query < count; query++) {
            if (changes.get(query).isPresent()) {
                Change change = changes.get(query).get();
                for (int at = query * found.k(); at < query * found.k() + found.counts()[query]; at++) {
                    found.rows()[at] = changed(found.rows()[at], change);
                }
            }
        }
        return found;
    }

    private int changed(int row, Change change) {
        if (Arrays.stream(all().tokens(new int[] {row})[0]).noneMatch(token -> token == change.from())) {
            return row;
        }
        return rows.computeIfAbsent(new Changed(row, change), it -> {
            added.add(it);
            return all().rowLimit() + added.size() - 1;
        });
    }

    private Optional<Changed> added(int row) {
        return row < all().rowLimit() ? Optional.empty() : Optional.of(added.get(row - all().rowLimit()));
    }

    private int[] inMemory(int[] some) {
        return Arrays.stream(some).map(row -> added(row).map(Changed::row).orElse(row)).toArray();
    }

    @Override
    public int rowLimit() {
        return all().rowLimit() + added.size();
    }

    @Override
    public float[] keys(int[] some) {
        return all().keys(inMemory(some));
    }

    @Override
    public float[] values(int[] some) {
        return all().values(inMemory(some));
    }

    @Override
    public int[][] tokens(int[] some) {
        int[][] tokens = all().tokens(inMemory(some));
        for (int i = 0; i < some.length; i++) {
            Optional<Change> change = added(some[i]).map(Changed::change);
            if (change.isPresent()) {
                tokens[i] = Arrays.stream(tokens[i])
                        .map(token -> token == change.get().from() ? change.get().to() : token).toArray();
            }
        }
        return tokens;
    }
}
