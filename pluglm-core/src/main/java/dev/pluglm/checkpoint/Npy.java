package dev.pluglm.checkpoint;

import dev.pluglm.disk.PendingFile;
import dev.pluglm.problem.Problem;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * One array in NumPy's
 * <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">.npy format</a>, versions 1 to 3,
 * row-major and little-endian. Reading maps the file and copies nothing; the array is valid until {@link #close()}.
 */
public final class Npy implements AutoCloseable {
    private final MappedFile file;
    private final StoredTensor tensor;

    private Npy(MappedFile file, StoredTensor tensor) {
        this.file = file;
        this.tensor = tensor;
    }

    /** @throws Problem if the file is missing, damaged, or of a kind that is not read here */
    public static Npy open(Path path) {
        return MappedFile.parse(path, Npy::read);
    }

    public StoredTensor tensor() {
        return tensor;
    }

    @Override
    public void close() {
        file.close();
    }

    static Npy read(MappedFile file) {
        ByteCursor in = new ByteCursor(file.path().toString(), file.bytes());
        FileKind kind = FileKind.of(file.bytes());
        if (kind != FileKind.NPY) {
            throw file.problem("%s, expected a NumPy array (.npy)", kind.description());
        }
        NpyHeader header = NpyHeader.parse(in);
        MemorySegment data = in.slice(in.remaining());
        long expected = header.type().bytes(header.shape()).orElseThrow(() ->
                file.problem("has the shape %s, which no array can have", Arrays.toString(header.shape())));
        if (data.byteSize() != expected) {
            throw file.problem("has %d bytes of data, expected %d for %s %s", data.byteSize(), expected, header.type(),
                    Arrays.toString(header.shape()));
        }
        return new Npy(file, new StoredTensor(header.type(), header.shape(), data));
    }

    /**
     * Writes one array, beside the target first.
     *
     * @throws Problem if it cannot be written (what was there before is then unchanged) or is BF16, which NumPy lacks
     */
    public static void write(Path path, StoredTensor tensor) {
        try (PendingFile out = new PendingFile(path)) {
            out.write(ByteBuffer.wrap(NpyHeader.bytes(path, tensor.type(), tensor.shape())));
            out.write(tensor.data());
            out.commit();
        }
    }

    /**
     * Starts an array whose rows are written block by block.
     *
     * @param rows how many rows there will be, 0 or more
     * @param rowShape the shape of one row, such as [128]
     */
    public static Writer writer(Path path, DType type, long rows, long... rowShape) {
        long bytes = type.bytes(NpyHeader.shape(rows, rowShape)).orElseThrow(() ->
                Problem.of("%s: no array can have the shape %s", path,
                        Arrays.toString(NpyHeader.shape(rows, rowShape))));
        return new Writer(path, type, rows, OptionalLong.of(bytes), rowShape);
    }

    /**
     * Starts an array of as many rows as will be written.
     *
     * @param rowShape the shape of one row, such as [128]; none of its lengths is 0
     */
    public static Writer growing(Path path, DType type, long... rowShape) {
        return new Writer(path, type, 0, OptionalLong.empty(), rowShape);
    }

    /** Writes rows as they come; the file appears at its place with {@link #commit()}, and not at all without. */
    public static final class Writer implements AutoCloseable {
        private final DType type;
        private final long[] rowShape;
        private final OptionalLong expected;
        private final PendingFile out;
        private final Path path;
        private long written;

        private Writer(Path path, DType type, long rows, OptionalLong expected, long... rowShape) {
            this.path = path;
            this.type = type;
            this.rowShape = rowShape.clone();
            this.expected = expected;
            byte[] header = NpyHeader.growing(path, type, rows, rowShape);
            this.out = new PendingFile(path);
            out.write(ByteBuffer.wrap(header));
        }

        /** Appends one or more rows: little-endian numbers of the writer's type, row-major. */
        public void append(MemorySegment rows) {
            if (expected.isPresent() && rows.byteSize() > expected.getAsLong() - written) {
                throw Problem.of("%s: more rows were written than announced: %d bytes, expected %d", path,
                        written + rows.byteSize(), expected.getAsLong());
            }
            out.write(rows);
            written += rows.byteSize();
        }

        /** Appends one or more rows of floats, as F32 or rounded to F16. */
        public void append(float[] rows) {
            switch (type) {
                case F32 -> append(MemorySegment.ofArray(rows));
                case F16 -> {
                    short[] halves = new short[rows.length];
                    for (int i = 0; i < rows.length; i++) {
                        halves[i] = Float.floatToFloat16(rows[i]);
                    }
                    append(MemorySegment.ofArray(halves));
                }
                default -> throw new IllegalArgumentException("floats cannot be written as " + type);
            }
        }

        /** @throws Problem if fewer rows were written than announced */
        public void commit() {
            if (expected.isPresent() && written != expected.getAsLong()) {
                throw Problem.of("%s: fewer rows were written than announced: %d bytes, expected %d", path, written,
                        expected.getAsLong());
            }
            if (expected.isEmpty()) {
                long rows = written / type.bytes(rowShape).orElseThrow();
                out.overwrite(0, ByteBuffer.wrap(NpyHeader.growing(path, type, rows, rowShape)));
            }
            out.commit();
        }

        /** Removes what was written, unless it was committed. */
        @Override
        public void close() {
            out.close();
        }
    }
}
