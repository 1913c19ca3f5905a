package dev.pluglm.cli;

/** The {@code pluglm} command. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(0);
    }
}
