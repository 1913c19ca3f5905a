package dev.pluglm.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;

class CliTest {

    @Test
    void everyCommandHasAHelpThatSaysWhatItDoes() {
        CommandLine root = new CommandLine(new Pluglm());
        helps(root, "");
    }

    private static void helps(CommandLine command, String path) {
        String[] words = (path + " --help").strip().split(" ");
        String help = Run.ok((Object[]) words);
        assertTrue(help.contains("Usage: pluglm" + (path.isEmpty() ? "" : " " + path)), help);
        assertTrue(command.getCommandSpec().usageMessage().header().length > 0, () -> path + " has no header");
        command.getSubcommands().forEach((name, sub) -> helps(sub, (path + " " + name).strip()));
    }

    @Test
    void theVersionNamesTheProgramAndItsJava() {
        assertTrue(Run.ok("--version").matches("(?s)pluglm .*, Java 2[5-9].*"));
    }

    @Test
    void aCommandWithoutItsVerbIsBadUsageAndShowsTheVerbs() {
        Run run = Run.of("memory");
        assertEquals(2, run.code());
        assertEquals("", run.out());
        assertTrue(run.err().contains("create"), run.err());
        assertEquals(2, Run.of().code());
    }

    @Test
    void aMistypedCommandOrOptionIsNamedWithTheOneThatIsMeant() {
        Run run = Run.of("memry");
        assertEquals(2, run.code());
        assertTrue(run.err().startsWith("pluglm: ") && run.err().contains("did you mean 'memory'"), run.err());
        assertEquals(2, Run.of("memory", "list", "x", "--jsn").code());
        assertEquals("pluglm: Missing required parameter: 'DIR'", Run.failure(2, "memory", "list"));
    }

    @Test
    void whatIsNoMemoryIsToldInOneLineWithoutAStackTrace(@TempDir Path folder) {
        Path missing = folder.resolve("a\u001b[31mb");
        String line = Run.failure(1, "memory", "list", missing);
        assertTrue(line.startsWith("pluglm: ") && line.contains("there is no such directory"), line);
        assertFalse(line.contains("\u001b"), "an escape reached the terminal");
        assertTrue(Run.failure(1, "memory", "stats", folder).contains("holds no memory"));
    }

    @Test
    void theStackTraceIsShownToThoseWhoAsk(@TempDir Path folder) {
        Run run = Run.of("memory", "list", folder.resolve("none"), "--stacktrace");
        assertEquals(1, run.code());
        assertTrue(run.err().contains("\tat dev.pluglm."), run.err());
    }

    @Test
    void anOutputThatNobodyReadsAnyMoreEndsTheCommandQuietly() {
        StringWriter err = new StringWriter();
        PrintWriter closed = new PrintWriter(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        });
        assertEquals(Cli.CLOSED, Cli.run(new String[] {"--help"}, closed, new PrintWriter(err)));
        assertEquals("", err.toString());
    }

    @Test
    void textOfAnyOriginIsPlainOnATerminal() {
        assertEquals("a b c?d", Plain.line("  a\n\tb   c\u0007d "));
        assertEquals("caf\u00e9 \u4e2d\ud83d\ude00", Plain.line("caf\u00e9\u2028\u4e2d\ud83d\ude00"));
        assertEquals("??", Plain.line("\ud83d\u202e"));
        assertEquals("abc\u2026", Plain.shortened("abcdefgh", 4));
        assertEquals("abcd", Plain.shortened("abcd", 4));
        assertEquals(80, Plain.shortened("x".repeat(1_000_000), 80).length());
    }

    @Test
    void sizesAndCountsAreReadable() {
        assertEquals("999 bytes", MemoryStatistics.size(999));
        assertEquals("3.4 MB", MemoryStatistics.size(3_400_000));
        assertEquals("1 passage", Console.count(1, "passage"));
        assertEquals("1,240 passages", Console.count(1240, "passage"));
    }
}
