package dev.pluglm.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.CodedInputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** What a run writes about itself. */
class RunLogTest {

    @TempDir
    Path directory;

    private static Trainer.Report report(long update, double loss) {
        return new Trainer.Report(update, false, loss, 1e-3, 2.5, 1, 4096, 2);
    }

    @Test
    void aLogThatGoesOnCountsTheLaterLineAndSurvivesAHalfWrittenOne() throws IOException {
        Path file = directory.resolve("log.jsonl");
        try (MetricsLog log = new MetricsLog(file, 1)) {
            log.step(report(1, 9));
            log.step(report(2, 8));
            log.step(report(3, 7));
        }
        Files.writeString(file, "{\"step\":4,\"los", StandardOpenOption.APPEND);
        Files.writeString(file, "\n", StandardOpenOption.APPEND);
        try (MetricsLog log = new MetricsLog(file, 1)) {
            log.step(report(3, 6));
        }
        List<MetricsLog.Line> lines = MetricsLog.read(file);
        assertEquals(List.of(1L, 2L, 3L), lines.stream().map(MetricsLog.Line::step).toList());
        assertEquals(6, lines.getLast().loss());
        assertEquals(2048, lines.getLast().tokens_per_second());
    }

    @Test
    void onlyEveryFewStepsAreLogged() {
        Path file = directory.resolve("log.jsonl");
        try (MetricsLog log = new MetricsLog(file, 5)) {
            for (int step = 1; step <= 12; step++) {
                log.step(report(step, 1));
            }
        }
        assertEquals(List.of(5L, 10L), MetricsLog.read(file).stream().map(MetricsLog.Line::step).toList());
    }

    @Test
    void theEventFileHoldsRecordsWithChecksumsAsTensorBoardReadsThem() throws IOException {
        Clock clock = Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);
        try (TensorBoardLog log = new TensorBoardLog(directory, clock)) {
            log.step(report(17, 3.25));
        }
        List<byte[]> records = records(directory.resolve("events.out.tfevents.1700000000000.pluglm"));
        assertEquals(2, records.size());
        assertTrue(new String(records.get(0)).contains("brain.Event:2"));

        CodedInputStream event = CodedInputStream.newInstance(records.get(1));
        assertEquals(1 << 3 | 1, event.readTag());
        assertEquals(1.7e9, event.readDouble());
        assertEquals(2 << 3, event.readTag());
        assertEquals(17, event.readInt64());
        assertEquals(5 << 3 | 2, event.readTag());
        CodedInputStream summary = CodedInputStream.newInstance(event.readByteArray());
        assertEquals(1 << 3 | 2, summary.readTag());
        CodedInputStream value = CodedInputStream.newInstance(summary.readByteArray());
        assertEquals(1 << 3 | 2, value.readTag());
        assertEquals("loss", value.readString());
        assertEquals(2 << 3 | 5, value.readTag());
        assertEquals(3.25f, value.readFloat());
    }

    private static List<byte[]> records(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<byte[]> records = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] length = new byte[8];
            bytes.get(length);
            assertEquals(masked(length), bytes.getInt());
            byte[] data = new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
            bytes.get(data);
            assertEquals(masked(data), bytes.getInt());
            records.add(data);
        }
        return records;
    }

    /** As TensorFlow's record format defines it: ((crc >> 15) | (crc << 17)) + 0xa282ead8. */
    private static int masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int value = (int) crc.getValue();
        return ((value >>> 15) | (value << 17)) + 0xa282ead8;
    }

    @Test
    void theCurvesAreOnePageThatNeedsNothingElse() throws IOException {
        Path file = directory.resolve("log.jsonl");
        try (MetricsLog log = new MetricsLog(file, 1)) {
            for (int step = 1; step <= 5000; step++) {
                log.step(report(step, 10.0 / step));
            }
        }
        Path page = directory.resolve("curves.html");
        CurvesPage.write(page, "a <b> & c", MetricsLog.read(file));
        String html = Files.readString(page);
        assertTrue(html.contains("a &lt;b&gt; &amp; c"));
        assertEquals(4, html.split("<svg", -1).length - 1);
        assertFalse(html.contains("http:") || html.contains("https:") || html.contains("NaN") || html.contains("src="),
                "no links");
        assertTrue(html.length() < 200_000, () -> html.length() + " characters");
        CurvesPage.write(page, "nothing yet", List.of());
        assertTrue(Files.readString(page).endsWith("</html>\n"));
    }
}
