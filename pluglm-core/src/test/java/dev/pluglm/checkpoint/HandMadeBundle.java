package dev.pluglm.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes a tiny TensorFlow checkpoint; its fields make it lie, {@code damage} changes its blocks. */
final class HandMadeBundle {
    int compression = 0;
    int shards = 1;
    int byteOrder = 0;
    long biasLength = 2;
    int biasType = 1;
    UnaryOperator<byte[]> damage = UnaryOperator.identity();

    /** Returns the path of the index. */
    Path write(Path prefix) throws IOException {
        Files.write(prefix.resolveSibling(prefix.getFileName() + ".data-00000-of-00001"), data());
        return Files.write(prefix.resolveSibling(prefix.getFileName() + ".index"), index());
    }

    Path writeJar(Path jar, String entry) throws IOException {
        ByteArrayOutputStream inner = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(inner)) {
            put(zip, "saved_model.pb", new byte[100]);
            put(zip, "assets/vocab.txt", "[PAD]\n[UNK]\n".getBytes(StandardCharsets.UTF_8));
            put(zip, "variables/variables.data-00000-of-00001", data());
            put(zip, "variables/variables.index", index());
        }
        try (OutputStream out = Files.newOutputStream(jar); ZipOutputStream zip = new ZipOutputStream(out)) {
            put(zip, entry, inner.toByteArray());
        }
        return jar;
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }

    byte[] data() {
        ByteBuffer data = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        for (float value = 1; value <= 8; value++) {
            data.putFloat(value);
        }
        return data.putLong(-9).array();
    }

    byte[] index() {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        entry(block, 0, "", bytes(0x08, shards, 0x10, byteOrder, 0x1a, 2, 0x08, 1));
        entry(block, 0, "_CHECKPOINTABLE_OBJECT_GRAPH", bytes(0x08, 7, 0x12, 0, 0x28, 3));
        entry(block, 0, "module/bert/bias", tensor(biasType, 24, 8, biasLength));
        entry(block, "module/bert/".length(), "kernel", tensor(1, 0, 24, 2, 3));
        entry(block, "module/".length(), "step", tensor(9, 32, 8));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        byte[] data = handle(block(file, block));
        byte[] meta = handle(block(file, new ByteArrayOutputStream()));
        ByteArrayOutputStream indexBlock = new ByteArrayOutputStream();
        entry(indexBlock, 0, "n", data);
        byte[] index = handle(block(file, indexBlock));
        ByteBuffer footer = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        footer.put(meta).put(index).putLong(40, 0xdb4775248b80fb57L);
        file.writeBytes(footer.array());
        return file.toByteArray();
    }

    private byte[] tensor(int type, int offset, int size, long... shape) {
        ByteArrayOutputStream dimensions = new ByteArrayOutputStream();
        for (long length : shape) {
            ByteArrayOutputStream dimension = new ByteArrayOutputStream();
            dimension.write(0x08);
            varint(dimension, length);
            dimensions.writeBytes(bytes(0x12, dimension.size()));
            dimensions.writeBytes(dimension.toByteArray());
        }
        ByteArrayOutputStream entry = new ByteArrayOutputStream();
        entry.writeBytes(bytes(0x08, type, 0x12, dimensions.size()));
        entry.writeBytes(dimensions.toByteArray());
        entry.writeBytes(bytes(0x20, offset, 0x28, size, 0x35));
        byte[] content = java.util.Arrays.copyOfRange(data(), offset, offset + size);
        entry.writeBytes(little(masked(content)));
        return entry.toByteArray();
    }

    private static void entry(ByteArrayOutputStream block, int shared, String rest, byte[] value) {
        varint(block, shared);
        varint(block, rest.length());
        varint(block, value.length);
        block.writeBytes(rest.getBytes(StandardCharsets.UTF_8));
        block.writeBytes(value);
    }

    /** Appends a block with one restart point and its trailer; returns where it starts and how long it is. */
    private int[] block(ByteArrayOutputStream file, ByteArrayOutputStream entries) {
        int start = file.size();
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        entries.writeBytes(little(0));
        entries.writeBytes(little(1));
        block.writeBytes(damage.apply(entries.toByteArray()));
        int length = block.size();
        block.write(compression);
        file.writeBytes(block.toByteArray());
        file.writeBytes(little(masked(block.toByteArray())));
        return new int[] {start, length};
    }

    private static byte[] handle(int[] startAndLength) {
        ByteArrayOutputStream handle = new ByteArrayOutputStream();
        varint(handle, startAndLength[0]);
        varint(handle, startAndLength[1]);
        return handle.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        for (; (rest & ~0x7FL) != 0; rest >>>= 7) {
            out.write((int) rest & 0x7F | 0x80);
        }
        out.write((int) rest);
    }

    private static int masked(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        int value = (int) crc.getValue();
        return (value >>> 15 | value << 17) + 0xa282ead8;
    }

    private static byte[] little(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
