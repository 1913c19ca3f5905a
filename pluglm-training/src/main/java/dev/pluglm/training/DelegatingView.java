package dev.pluglm.training;

import dev.pluglm.model.Memory;

import java.util.Optional;

/** A memory as it is, but for what a subclass does otherwise. Closing it closes that memory's view. */
public abstract class DelegatingView implements Memory.View {
    private final Memory.View all;

    protected DelegatingView(Memory.View all) {
        this.all = all;
    }

    /** The memory as it is. */
    protected final Memory.View all() {
        return all;
    }

    @Override
    public Memory.Hits search(float[] queries, int count, int k) {
        return all.search(queries, count, k);
    }

    @Override
    public int size() {
        return all.size();
    }

    @Override
    public int rowLimit() {
        return all.rowLimit();
    }

    @Override
    public int keySize() {
        return all.keySize();
    }

    @Override
    public int valueSize() {
        return all.valueSize();
    }

    @Override
    public Optional<String> encoderFingerprint() {
        return all.encoderFingerprint();
    }

    @Override
    public float[] keys(int[] rows) {
        return all.keys(rows);
    }

    @Override
    public float[] values(int[] rows) {
        return all.values(rows);
    }

    @Override
    public int[][] tokens(int[] rows) {
        return all.tokens(rows);
    }

    @Override
    public void close() {
        all.close();
    }
}
