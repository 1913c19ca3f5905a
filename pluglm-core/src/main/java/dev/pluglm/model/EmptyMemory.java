package dev.pluglm.model;

import java.util.Optional;

/** A memory without passages; also what a model looks into when none is plugged. */
enum EmptyMemory implements Memory, Memory.View {
    INSTANCE;

    @Override
    public View view() {
        return this;
    }

    @Override
    public int size() {
        return 0;
    }

    @Override
    public int rowLimit() {
        return 0;
    }

    @Override
    public int keySize() {
        return 0;
    }

    @Override
    public int valueSize() {
        return 0;
    }

    @Override
    public Optional<String> encoderFingerprint() {
        return Optional.empty();
    }

    @Override
    public Hits search(float[] queries, int count, int k) {
        return Hits.none(count, k);
    }

    @Override
    public float[] keys(int[] rows) {
        return new float[0];
    }

    @Override
    public float[] values(int[] rows) {
        return new float[0];
    }

    @Override
    public int[][] tokens(int[] rows) {
        return new int[0][];
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
