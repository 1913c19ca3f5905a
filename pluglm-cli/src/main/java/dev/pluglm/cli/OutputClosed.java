package dev.pluglm.cli;

/** Nobody reads the output any more, as behind {@code | head}: there is nothing left to do, and nothing to say. */
final class OutputClosed extends RuntimeException {
    OutputClosed() {
        super("the output is closed", null, false, false);
    }
}
