package dev.pluglm.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

class OfflineStartTest {

    @Test
    void theFirstStartWithAnEmptyCacheAsksNoNetworkAndPrintsNothing(@TempDir Path folder)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m", "-DENGINE_CACHE_DIR=" + folder.resolve("cache"),
                        "-DDJL_CACHE_DIR=" + folder.resolve("cache"),
                "-cp", System.getProperty("java.class.path"), OfflineStart.class.getName())
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertEquals(0, process.waitFor(), () -> read(output));
        assertEquals("[CLS] hello world [SEP]", read(output).strip());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The other process: every address that is opened fails loudly. */
    static final class OfflineStart {

        public static void main(String[] arguments) throws IOException {
            URL.setURLStreamHandlerFactory(protocol -> protocol.startsWith("http") ? new NoNetwork() : null);
            try {
                URI.create("http://example.org/").toURL().openStream().close();
                throw new AssertionError("the network is still open");
            } catch (IOException e) {
                // As it should be: from here on, what asks the network is seen below.
                NoNetwork.asked = 0;
            }
            try (Tokenizer tokenizer = Tokenizer.of(SmallVocabulary.create())) {
                int[] ids = tokenizer.encode("Hello world", 512).ids();
                System.out.println(String.join(" ", Arrays.stream(ids).mapToObj(tokenizer::token).toList()));
            }
            System.exit(NoNetwork.asked);
        }
    }

    private static final class NoNetwork extends URLStreamHandler {
        private static volatile int asked;

        @Override
        protected URLConnection openConnection(URL address) throws IOException {
            asked++;
            throw new IOException("no network in this test");
        }
    }
}
