package dev.pluglm.problem;

/**
 * Something the person at the keyboard can mend: a file that is damaged, a memory that does not fit the model.
 *
 * <p>The message is one line for that person: what was asked, what was found and where, and what to do. The command
 * line prints it as it stands and exits with 1; a stack trace never reaches the user for one of these.
 */
public final class Problem extends RuntimeException {

    public Problem(String message) {
        super(message);
    }

    public Problem(String message, Throwable cause) {
        super(message, cause);
    }

    /** A problem whose message is built like {@link String#format}. */
    public static Problem of(String format, Object... arguments) {
        return new Problem(String.format(java.util.Locale.ROOT, format, arguments));
    }

    /** The same, with the file that it is about named in front where it is not yet. */
    public Problem in(String file) {
        return getMessage().startsWith(file) ? this : new Problem(file + ": " + getMessage(), this);
    }
}
