package dev.pluglm.checkpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * A BundleEntryProto, or the fields that both it and the BundleHeaderProto have numbers for: what the index of a
 * TensorFlow checkpoint says about one tensor.
 *
 * @see <a href="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/tensor_bundle.proto">
 *     tensor_bundle.proto</a>
 */
record BundleEntry(long type, List<Long> shape, long shard, long offset, long size, int crc, boolean sliced) {

    /** One field of a protocol buffer; {@code body} is set for length-delimited ones only. */
    private record Field(int number, int wireType, long value, ByteCursor body) {}

    static BundleEntry parse(ByteCursor in, String place) {
        long type = 0;
        long shard = 0;
        long offset = 0;
        long size = 0;
        int crc = 0;
        boolean sliced = false;
        List<Long> shape = new ArrayList<>();
        while (in.remaining() > 0) {
            Field field = field(in, place);
            switch (field.number) {
                case 1 -> type = number(in, field);
                case 2 -> readShape(in, field, place, shape);
                case 3 -> shard = number(in, field);
                case 4 -> offset = number(in, field);
                case 5 -> size = number(in, field);
                case 6 -> crc = (int) field.value;
                case 7 -> sliced = true;
                default -> { }
            }
        }
        return new BundleEntry(type, shape, shard, offset, size, crc, sliced);
    }

    /** Fields 1 and 2 of a BundleHeaderProto: how many shards there are, and 0 for little-endian numbers. */
    static long[] parseHeader(ByteCursor in, String place) {
        long[] header = new long[2];
        while (in.remaining() > 0) {
            Field field = field(in, place);
            if (field.number == 1 || field.number == 2) {
                header[field.number - 1] = number(in, field);
            }
        }
        return header;
    }

    private static void readShape(ByteCursor in, Field field, String place, List<Long> shape) {
        if (field.wireType != 2) {
            throw in.problem("has a shape of wire type %d, expected 2", field.wireType);
        }
        while (field.body.remaining() > 0) {
            Field dimension = field(field.body, place);
            if (dimension.number == 3 && dimension.value != 0) {
                throw in.problem("has an unknown number of dimensions");
            }
            if (dimension.number == 2 && dimension.wireType == 2) {
                long length = 0;
                while (dimension.body.remaining() > 0) {
                    Field size = field(dimension.body, place);
                    length = size.number == 1 ? number(in, size) : length;
                }
                if (shape.size() == DType.MAX_RANK) {
                    throw in.problem("has more than %d dimensions", DType.MAX_RANK);
                }
                shape.add(length);
            }
        }
    }

    private static long number(ByteCursor in, Field field) {
        if (field.wireType != 0) {
            throw in.problem("has field %d with wire type %d, expected a number", field.number, field.wireType);
        }
        return field.value;
    }

    private static Field field(ByteCursor in, String place) {
        long tag = in.varint();
        int number = (int) (tag >>> 3);
        int wireType = (int) tag & 7;
        ByteCursor none = new ByteCursor(place, java.lang.foreign.MemorySegment.NULL);
        return switch (wireType) {
            case 0 -> new Field(number, wireType, in.varint(), none);
            case 1 -> new Field(number, wireType, in.i64(), none);
            case 2 -> new Field(number, wireType, 0, new ByteCursor(place, in.slice(in.varint())));
            case 5 -> new Field(number, wireType, in.u32(), none);
            default -> throw in.problem("has a field of wire type %d before byte %d, expected 0, 1, 2 or 5", wireType,
                    in.position());
        };
    }
}
