package dev.pluglm.training;

import dev.pluglm.problem.Problem;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A run as an event file that <a href="https://www.tensorflow.org/tensorboard">TensorBoard</a> draws: protocol-buffer
 * events, each in a record with its length and checksums.
 */
public final class TensorBoardLog implements TrainingRun.Watcher, AutoCloseable {
    private final Path file;
    private final OutputStream out;
    private final Clock clock;

    /** Numbers of the fields of TensorFlow's {@code Event}, {@code Summary} and {@code Summary.Value}. */
    private interface Field {
        int WALL_TIME = 1;
        int STEP = 2;
        int FILE_VERSION = 3;
        int SUMMARY = 5;
        int VALUE = 1;
        int TAG = 1;
        int SIMPLE_VALUE = 2;
    }

    /** Begins an event file in a directory; a run that goes on begins another one, TensorBoard joins them. */
    public TensorBoardLog(Path directory, Clock clock) {
        this.clock = clock;
        this.file = directory.resolve("events.out.tfevents." + clock.millis() + ".pluglm");
        try {
            out = Files.newOutputStream(file);
            record(new Message().put(Field.WALL_TIME, clock.millis() / 1e3)
                    .put(Field.FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.US_ASCII)).bytes());
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    @Override
    public void step(Trainer.Report report) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", report.loss());
        values.put("learning_rate", report.learningRate());
        values.put("gradient_norm", report.gradientNorm());
        values.put("tokens_per_second", report.tokens() / report.seconds());
        values.put("loss_scale", report.scale());
        try {
            Message summary = new Message();
            values.forEach((tag, value) -> summary.put(Field.VALUE, new Message()
                    .put(Field.TAG, tag.getBytes(StandardCharsets.US_ASCII))
                    .put(Field.SIMPLE_VALUE, value.floatValue()).bytes()));
            record(new Message().put(Field.WALL_TIME, clock.millis() / 1e3).put(Field.STEP, report.update())
                    .put(Field.SUMMARY, summary.bytes()).bytes());
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** A protocol-buffer message: each field is its number and wire type, then its value. */
    private static final class Message {
        private static final int VARINT = 0;
        private static final int EIGHT_BYTES = 1;
        private static final int LENGTH = 2;
        private static final int FOUR_BYTES = 5;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message put(int field, double value) {
            return tag(field, EIGHT_BYTES).raw(little(8).putDouble(value).array());
        }

        Message put(int field, float value) {
            return tag(field, FOUR_BYTES).raw(little(4).putFloat(value).array());
        }

        Message put(int field, long value) {
            return tag(field, VARINT).varint(value);
        }

        Message put(int field, byte[] value) {
            return tag(field, LENGTH).varint(value.length).raw(value);
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        private Message tag(int field, int type) {
            return varint((long) field << 3 | type);
        }

        private Message varint(long value) {
            long left = value;
            while ((left & ~0x7f) != 0) {
                out.write((int) (left & 0x7f | 0x80));
                left >>>= 7;
            }
            out.write((int) left);
            return this;
        }

        private Message raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void record(byte[] data) throws IOException {
        byte[] length = little(8).putLong(data.length).array();
        out.write(length);
        out.write(checksum(length));
        out.write(data);
        out.write(checksum(data));
        out.flush();
    }

    /** CRC-32C, rotated and shifted as the record format asks, so that a checksum of a checksum is not trivial. */
    private static byte[] checksum(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int masked = Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
        return little(4).putInt(masked).array();
    }

    private Problem unwritable(IOException e) {
        return new Problem(file + ": could not be written: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }
}
