package dev.pluglm.corpus.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The masked positions inside a row: a whole .npy file of uint16, one dimension, as {@code numpy.save} writes it. */
final class NpyPositions {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int PREFIX = 10;
    private static final Pattern HEADER = Pattern.compile(
            "\\{'descr': '<u2', 'fortran_order': (?:False|True), 'shape': \\((\\d{1,9}),\\), \\}\\s*");

    private NpyPositions() {}

    static byte[] write(List<Integer> positions) {
        String header = "{'descr': '<u2', 'fortran_order': False, 'shape': (%d,), }".formatted(positions.size());
        int headerLength = Math.ceilDiv(PREFIX + header.length() + 1, 64) * 64 - PREFIX;
        ByteBuffer npy = ByteBuffer.allocate(PREFIX + headerLength + 2 * positions.size())
                .order(ByteOrder.LITTLE_ENDIAN);
        npy.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) headerLength);
        npy.put((header + " ".repeat(headerLength - header.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII));
        positions.forEach(position -> npy.putShort(position.shortValue()));
        return npy.array();
    }

    /** @throws IllegalArgumentException if these bytes are no such file; the message says why */
    static List<Integer> read(byte[] npy) {
        ByteBuffer in = ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN);
        if (npy.length < PREFIX || !java.util.Arrays.equals(npy, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                || npy[6] != 1) {
            throw new IllegalArgumentException("is no .npy array of version 1");
        }
        int headerLength = Short.toUnsignedInt(in.getShort(8));
        if (PREFIX + headerLength > npy.length) {
            throw new IllegalArgumentException("is a .npy array that is cut off in its header");
        }
        String header = new String(npy, PREFIX, headerLength, StandardCharsets.US_ASCII);
        Matcher matcher = HEADER.matcher(header);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("is a .npy array with the header " + header.strip() + ", expected one "
                    + "dimension of '<u2'");
        }
        int count = Integer.parseInt(matcher.group(1));
        int bytes = npy.length - PREFIX - headerLength;
        if (bytes != 2L * count) {
            throw new IllegalArgumentException("is a .npy array of %d numbers in %d bytes".formatted(count, bytes));
        }
        List<Integer> positions = new ArrayList<>(count);
        in.position(PREFIX + headerLength);
        for (int i = 0; i < count; i++) {
            positions.add(Short.toUnsignedInt(in.getShort()));
        }
        return positions;
    }
}
