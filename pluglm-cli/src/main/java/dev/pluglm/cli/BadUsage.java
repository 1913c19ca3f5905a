package dev.pluglm.cli;

/** Options that are well formed but make no sense together, or are out of range; ends with exit code 2. */
final class BadUsage extends RuntimeException {
    BadUsage(String message) {
        super(message);
    }
}
