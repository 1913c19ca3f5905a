package dev.pluglm.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The launcher in a folder of its own, with JDKs and a Maven that only tell that they were called. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    @TempDir
    private Path folder;
    private Path home;
    private Path launcher;
    private final Map<String, String> environment = new TreeMap<>();

    private record Ran(int code, String out, String err) {}

    @BeforeEach
    void copyLauncher() throws IOException {
        home = Files.createDirectories(folder.resolve("a house"));
        launcher = Files.copy(Path.of("..", "pluglm"), home.resolve("pluglm"));
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        Files.createDirectories(home.resolve("pluglm-cli/src/main"));
        Files.writeString(home.resolve("pluglm-cli/pom.xml"), "<project/>");
        Path bin = Files.createDirectories(folder.resolve("bin"));
        script(bin.resolve("mvn"), """
                echo built >> '%1$s/builds'
                echo "a line of the log"
                [ ! -e '%1$s/broken' ] || exit 1
                mkdir -p '%2$s/pluglm-cli/target' && touch '%2$s/pluglm-cli/target/pluglm.jar'
                """.formatted(folder, home));
        environment.put("PATH", bin + ":/usr/bin:/bin");
        environment.put("HOME", folder.toString());
        environment.put("PLUGLM_JAVA_HOME", jdk("jdk", "26.0.1").toString());
    }

    /** A JDK that prints its arguments in brackets and exits with 7. */
    private Path jdk(String name, String version) throws IOException {
        Path jdk = folder.resolve(name);
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        script(jdk.resolve("bin/java"), "echo " + name + "; for a; do echo \"[$a]\"; done; exit 7\n");
        return jdk;
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text);
        assertTrue(file.toFile().setExecutable(true));
    }

    private Process start(Path program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/env", "bash", program.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Ran end(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the launcher did not end");
        return new Ran(process.exitValue(), out, err);
    }

    private Ran run(String... arguments) throws IOException, InterruptedException {
        return end(start(launcher, arguments));
    }

    private long builds() throws IOException {
        Path builds = folder.resolve("builds");
        return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
    }

    @Test
    void argumentsAndExitCodesPassThroughAndOnlyTheFirstUseBuilds() throws Exception {
        Ran first = run("fill", "two words", "", "*");
        assertEquals(7, first.code());
        assertTrue(first.out().endsWith("[fill]\n[two words]\n[]\n[*]\n"), first.out());
        assertEquals(1, first.err().lines().count(), first.err());
        assertTrue(first.err().startsWith("pluglm: building"), first.err());
        assertEquals("", run("again").err());
        assertEquals(1, builds());
    }

    @Test
    void memoryIsKeptBetweenTrainingStepsUnlessTheUserSaysOtherwise() throws Exception {
        script(folder.resolve("jdk/bin/java"), "env | grep ^MALLOC_ | sort\n");
        environment.put("MALLOC_ARENA_MAX", "4");
        assertEquals(
                "MALLOC_ARENA_MAX=4\nMALLOC_MMAP_THRESHOLD_=1073741824\nMALLOC_TRIM_THRESHOLD_=4294967296\n",
                run().out());
    }

    @Test
    void sourcesThatAreNewerThanTheBuildAreBuilt() throws Exception {
        run();
        Path source = Files.writeString(home.resolve("pluglm-cli/src/main/New.java"), "class New {}");
        Files.setLastModifiedTime(source, java.nio.file.attribute.FileTime.fromMillis(
                System.currentTimeMillis() + 10_000));
        assertTrue(run().err().startsWith("pluglm: building"));
        assertEquals(2, builds());
    }

    @Test
    void itFindsItselfBehindASymbolicLink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("bin/pl"), Path.of("..", "a house", "pluglm"));
        assertEquals(7, end(start(link, "x")).code());
    }

    @Test
    void aBuildThatFailsShowsItsLogAndIsTriedAgain() throws Exception {
        Files.createFile(folder.resolve("broken"));
        Ran failed = run();
        assertEquals(1, failed.code());
        assertTrue(failed.err().contains("a line of the log"), failed.err());
        assertTrue(failed.err().lines().toList().getLast().startsWith("pluglm: the build failed"), failed.err());
        Files.delete(folder.resolve("broken"));
        assertEquals(7, run().code());
    }

    @Test
    void twoFirstUsesAtATimeBuildOnce() throws Exception {
        Process one = start(launcher, "one");
        Process two = start(launcher, "two");
        assertEquals(7, end(one).code());
        assertEquals(7, end(two).code());
        assertEquals(1, builds());
    }

    @Test
    void theLockOfABuildThatWasKilledIsNoticed() throws Exception {
        Process gone = new ProcessBuilder("/bin/sh", "-c", "exit 0").start();
        gone.waitFor();
        Files.createDirectories(home.resolve("pluglm-cli/target"));
        Files.createSymbolicLink(home.resolve("pluglm-cli/target/build.lock"), Path.of(String.valueOf(gone.pid())));
        assertEquals(7, run().code());
    }

    @Test
    void aJdkThatIsTooOldIsSaidInOneLine() throws Exception {
        environment.put("PLUGLM_JAVA_HOME", jdk("old", "17.0.15").toString());
        Ran refused = run();
        assertEquals(1, refused.code());
        assertEquals(1, refused.err().lines().count(), refused.err());
        assertTrue(refused.err().contains("25 or later (found: 17.0.15)"), refused.err());
    }

    @Test
    void javaHomeIsPassedOverWhereItIsTooOldAndTheNewestOfTheUsualFoldersIsTaken() throws Exception {
        environment.remove("PLUGLM_JAVA_HOME");
        environment.put("JAVA_HOME", jdk("old", "17.0.15").toString());
        environment.put("PATH", folder.resolve("bin") + ":/usr/bin:/bin");
        jdk(".sdkman/candidates/java/99.0.2-x", "99.0.2");
        jdk(".jdks/99.0.10", "99.0.10");
        String chosen = run().out().lines().findFirst().orElse("");
        // A machine whose own java is new enough keeps it.
        assertTrue(chosen.equals(".jdks/99.0.10") || !chosen.contains("99.0.2"), chosen);
    }

    @Test
    void aJavaWithAKnownFaultIsWarnedOf() throws Exception {
        environment.put("PLUGLM_JAVA_HOME", jdk("faulty", "25.0.2").toString());
        assertTrue(run().err().contains("JDK-8377811"));
        environment.put("PLUGLM_JAVA_HOME", jdk("mended", "25.0.3").toString());
        assertEquals("", run().err());
    }
}
