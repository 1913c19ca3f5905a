package dev.pluglm.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The {@code pluglm} command. */
public final class Main {
    /** Lucene logs here, at INFO, which vector instructions it uses. Kept, since a logger nobody holds is reset. */
    private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

    private Main() {}

    public static void main(String[] arguments) {
        LUCENE.setLevel(Level.SEVERE);
        Output out = new Output(new FileOutputStream(FileDescriptor.out));
        PrintWriter err = writer(new FileOutputStream(FileDescriptor.err));
        int code = Cli.run(arguments, writer(out), err);
        Optional<String> failure = out.failure();
        if (code == Cli.CLOSED && failure.isPresent()) {
            err.println("pluglm: the results could not be written: " + failure.get());
            err.flush();
            code = Cli.FAILURE;
        }
        System.exit(code);
    }

    private static PrintWriter writer(OutputStream stream) {
        return new PrintWriter(stream, false, StandardCharsets.UTF_8);
    }

    /** Standard output; remembers why it could not be written, which a PrintWriter does not tell. */
    private static final class Output extends FilterOutputStream {
        private Optional<String> failure = Optional.empty();

        Output(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = failure.or(() -> Optional.of(String.valueOf(e.getMessage())));
                throw e;
            }
        }

        /** Empty also where a reader has read enough and gone, like {@code head}. */
        Optional<String> failure() {
            return failure.filter(reason -> !reason.contains("Broken pipe"));
        }
    }
}
