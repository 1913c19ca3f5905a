package dev.pluglm.tensor;

/** Placeholder until the tensor engine's start-up is written. */
final class Torch {
    private Torch() {}
}
