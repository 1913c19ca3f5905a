package dev.pluglm.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.pluglm.disk.PendingFile;
import dev.pluglm.problem.JsonReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The JSON header of a safetensors file. */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
    private static final String METADATA = "__metadata__";

    /** One tensor: its data lies from {@code begin} to before {@code end}, counted from the end of the header. */
    record Entry(DType type, long[] shape, long begin, long end) {}

    /** Parses JSON strictly; whether offsets make sense is not checked here. */
    static SafetensorsHeader parse(MappedFile file, byte[] json) {
        JsonFactory factory = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
        try (JsonParser in = factory.createParser(json)) {
            SafetensorsHeader header = new SafetensorsHeader(new LinkedHashMap<>(), new LinkedHashMap<>());
            expect(file, in, in.nextToken(), JsonToken.START_OBJECT, "the header");
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                if (name.equals(METADATA)) {
                    readMetadata(file, in, header.metadata);
                } else {
                    header.entries.put(name, readEntry(file, in, "tensor " + Shown.quoted(name)));
                }
            }
            if (in.nextToken() != null) {
                throw file.problem("has more than one JSON value in its header");
            }
            return header;
        } catch (JsonProcessingException e) {
            throw file.problem("its header is not well-formed JSON: %s", JsonReason.of(e));
        } catch (IOException e) {
            throw file.problem("its header could not be read: %s", e.getMessage());
        }
    }

    private static void readMetadata(MappedFile file, JsonParser in, Map<String, String> metadata) throws IOException {
        expect(file, in, in.nextToken(), JsonToken.START_OBJECT, METADATA);
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String key = in.currentName();
            expect(file, in, in.nextToken(), JsonToken.VALUE_STRING, METADATA + " " + Shown.quoted(key));
            metadata.put(key, in.getText());
        }
    }

    private static Entry readEntry(MappedFile file, JsonParser in, String what) throws IOException {
        expect(file, in, in.nextToken(), JsonToken.START_OBJECT, what);
        DType type = null;
        long[] shape = null;
        long[] offsets = null;
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            switch (in.currentName()) {
                case "dtype" -> {
                    expect(file, in, in.nextToken(), JsonToken.VALUE_STRING, "the dtype of " + what);
                    String name = in.getText();
                    type = DType.ofSafetensors(name).orElseThrow(() -> file.problem("%s has the dtype %s, which is not "
                            + "one of %s", what, Shown.quoted(name), Arrays.toString(DType.values())));
                }
                case "shape" -> shape = readLongs(file, in, "the shape of " + what);
                case "data_offsets" -> offsets = readLongs(file, in, "data_offsets of " + what);
                default -> throw file.problem("%s has the unknown field %s", what, Shown.quoted(in.currentName()));
            }
        }
        if (type == null || shape == null || offsets == null || offsets.length != 2) {
            throw file.problem("%s must have a dtype, a shape and two data_offsets", what);
        }
        return new Entry(type, shape, offsets[0], offsets[1]);
    }

    private static long[] readLongs(MappedFile file, JsonParser in, String what) throws IOException {
        expect(file, in, in.nextToken(), JsonToken.START_ARRAY, what);
        long[] values = new long[DType.MAX_RANK];
        int count = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            expect(file, in, in.currentToken(), JsonToken.VALUE_NUMBER_INT, what);
            if (count == values.length) {
                throw file.problem("%s has more than %d numbers", what, values.length);
            }
            if (in.getNumberType() == JsonParser.NumberType.BIG_INTEGER || in.getLongValue() < 0) {
                throw file.problem("%s has the number %s, expected 0 to 2^63-1", what, Shown.quoted(in.getText()));
            }
            values[count++] = in.getLongValue();
        }
        return Arrays.copyOf(values, count);
    }

    private static void expect(MappedFile file, JsonParser in, JsonToken found, JsonToken expected, String what)
            throws IOException {
        if (found != expected) {
            throw file.problem("%s is %s at byte %d of the header, expected %s", what, found,
                    in.currentTokenLocation().getByteOffset(), expected);
        }
    }

    static void write(Path path, Map<String, StoredTensor> tensors, Map<String, String> metadata) {
        List<Map.Entry<String, StoredTensor>> ordered = tensors.entrySet().stream()
                .sorted(Comparator.comparingInt(e -> -e.getValue().type().size()))
                .toList();
        byte[] header = json(ordered, metadata);
        int padding = -header.length & 7;
        try (PendingFile out = new PendingFile(path)) {
            ByteBuffer start = ByteBuffer.allocate(8 + header.length + padding).order(ByteOrder.LITTLE_ENDIAN);
            start.putLong(header.length + padding).put(header).put(" ".repeat(padding).getBytes());
            out.write(start.flip());
            ordered.forEach(tensor -> out.write(tensor.getValue().data()));
            out.commit();
        }
    }

    private static byte[] json(List<Map.Entry<String, StoredTensor>> tensors, Map<String, String> metadata) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = new JsonFactory().createGenerator(bytes)) {
            out.writeStartObject();
            if (!metadata.isEmpty()) {
                out.writeObjectFieldStart(METADATA);
                for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
                    out.writeStringField(entry.getKey(), entry.getValue());
                }
                out.writeEndObject();
            }
            long begin = 0;
            for (Map.Entry<String, StoredTensor> entry : tensors) {
                if (entry.getKey().equals(METADATA)) {
                    throw new IllegalArgumentException("no tensor can be called " + METADATA);
                }
                long end = begin + entry.getValue().data().byteSize();
                out.writeObjectFieldStart(entry.getKey());
                out.writeStringField("dtype", entry.getValue().type().name());
                out.writeFieldName("shape");
                long[] shape = entry.getValue().shape();
                out.writeArray(shape, 0, shape.length);
                out.writeFieldName("data_offsets");
                out.writeArray(new long[] {begin, end}, 0, 2);
                out.writeEndObject();
                begin = end;
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
