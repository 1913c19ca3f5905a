package dev.pluglm.checkpoint;

import dev.pluglm.problem.Problem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The header of an .npy file: a Python dictionary with exactly the keys descr, fortran_order and shape. It is read by a
 * small parser that knows nothing but such dictionaries.
 */
record NpyHeader(DType type, long[] shape) {
    private static final String MAGIC = "\u0093NUMPY";
    private static final int LIMIT = 1 << 16;
    private static final int ALIGNMENT = 64;

    static NpyHeader parse(ByteCursor in) {
        in.slice(MAGIC.length());
        int major = in.u8();
        int minor = in.u8();
        if (major < 1 || major > 3 || minor != 0) {
            throw in.problem("is of version %d.%d of the .npy format, expected 1.0, 2.0 or 3.0", major, minor);
        }
        long length = major == 1 ? in.u16() : in.u32();
        long start = in.position();
        byte[] text = in.array(length, LIMIT, "the header");
        return new Parser(in, start, new String(text, StandardCharsets.ISO_8859_1)).parse();
    }

    /** Magic, version 1.0 and header, padded so that the data is aligned. */
    static byte[] bytes(Path path, DType type, long... shape) {
        String descr = type.npy().orElseThrow(() ->
                Problem.of("%s: NumPy has no type for %s; write F32 or F16, or safetensors", path, type));
        String lengths = LongStream.of(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        String dictionary = "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
                .formatted(descr, lengths, shape.length == 1 ? "," : "");
        int unpadded = MAGIC.length() + 4 + dictionary.length() + 1;
        String text = dictionary + " ".repeat(-unpadded & (ALIGNMENT - 1)) + "\n";
        return ByteBuffer.allocate(MAGIC.length() + 4 + text.length()).order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC.getBytes(StandardCharsets.ISO_8859_1)).put((byte) 1).put((byte) 0)
                .putShort((short) text.length()).put(text.getBytes(StandardCharsets.ISO_8859_1))
                .array();
    }

    /** As {@link #bytes}, as long as for any other number of rows, so that the number can be put right later. */
    static byte[] growing(Path path, DType type, long rows, long... rowShape) {
        byte[] longest = bytes(path, type, shape(Long.MAX_VALUE, rowShape));
        byte[] header = bytes(path, type, shape(rows, rowShape));
        byte[] padded = Arrays.copyOf(header, longest.length);
        Arrays.fill(padded, header.length - 1, padded.length - 1, (byte) ' ');
        padded[padded.length - 1] = '\n';
        ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN)
                .putShort(MAGIC.length() + 2, (short) (padded.length - MAGIC.length() - 4));
        return padded;
    }

    /** The shape of an array of so many rows. */
    static long[] shape(long rows, long... rowShape) {
        return LongStream.concat(LongStream.of(rows), LongStream.of(rowShape)).toArray();
    }

    private static final class Parser {
        private final ByteCursor file;
        private final long start;
        private final String text;
        private int at;

        Parser(ByteCursor file, long start, String text) {
            this.file = file;
            this.start = start;
            this.text = text;
        }

        NpyHeader parse() {
            String descr = null;
            Boolean fortran = null;
            long[] shape = null;
            expect('{');
            while (peek() != '}') {
                String key = string();
                expect(':');
                if (key.equals("descr") && descr == null) {
                    if (peek() == '[') {
                        throw file.problem("holds records with named fields, expected plain numbers");
                    }
                    descr = string();
                } else if (key.equals("fortran_order") && fortran == null) {
                    fortran = bool();
                } else if (key.equals("shape") && shape == null) {
                    shape = tuple();
                } else {
                    throw unexpected("the key " + Shown.quoted(key), "descr, fortran_order and shape, each once");
                }
                if (peek() != '}') {
                    expect(',');
                }
            }
            expect('}');
            if (!text.substring(at).isBlank()) {
                throw unexpected(Shown.quoted(text.substring(at)), "nothing after the dictionary");
            }
            if (descr == null || fortran == null || shape == null) {
                throw file.problem("lacks descr, fortran_order or shape in its header");
            }
            return checked(descr, fortran, shape);
        }

        private NpyHeader checked(String descr, boolean fortran, long[] shape) {
            if (descr.startsWith(">")) {
                throw file.problem("holds big-endian numbers (%s); save it again with array.astype(array.dtype"
                        + ".newbyteorder('<'))", Shown.quoted(descr));
            }
            DType type = DType.ofNpy(descr).orElseThrow(() ->
                    file.problem("holds numbers of type %s, expected one of %s", Shown.quoted(descr),
                            Arrays.stream(DType.values()).flatMap(known -> known.npy().stream())
                                    .collect(Collectors.joining(" "))));
            if (fortran && shape.length > 1) {
                throw file.problem("is stored column by column (fortran_order); save it again with "
                        + "numpy.ascontiguousarray(array)");
            }
            return new NpyHeader(type, shape);
        }

        private char peek() {
            while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            if (at == text.length()) {
                throw unexpected("the end of the header", "more of the dictionary");
            }
            return text.charAt(at);
        }

        private void expect(char expected) {
            if (peek() != expected) {
                throw unexpected(Shown.quoted(text.substring(at, at + 1)), "'" + expected + "'");
            }
            at++;
        }

        private String string() {
            char quote = peek();
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0 || text.substring(at, end).indexOf('\\') >= 0) {
                throw unexpected(Shown.quoted(text.substring(at)), "a string in quotes");
            }
            String value = text.substring(at + 1, end);
            at = end + 1;
            return value;
        }

        private boolean bool() {
            peek();
            for (String word : new String[] {"True", "False"}) {
                if (text.startsWith(word, at)) {
                    at += word.length();
                    return word.equals("True");
                }
            }
            throw unexpected(Shown.quoted(text.substring(at)), "True or False");
        }

        private long[] tuple() {
            long[] values = new long[DType.MAX_RANK];
            int count = 0;
            boolean comma = true;
            expect('(');
            while (peek() != ')') {
                if (!comma || count == values.length) {
                    throw unexpected(Shown.quoted(text.substring(at)),
                            "at most " + values.length + " lengths with commas between");
                }
                values[count++] = number();
                comma = peek() == ',';
                at += comma ? 1 : 0;
            }
            if (count == 1 && !comma) {
                throw unexpected("a number in brackets", "a tuple such as (5,)");
            }
            at++;
            return Arrays.copyOf(values, count);
        }

        private long number() {
            int from = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            try {
                return Long.parseLong(text.substring(from, at));
            } catch (NumberFormatException e) {
                throw unexpected(Shown.quoted(text.substring(from)), "a length from 0 to 2^63-1");
            }
        }

        private Problem unexpected(String found, String expected) {
            return file.problem("has %s at byte %d of its header, expected %s", found, start + at, expected);
        }
    }
}
