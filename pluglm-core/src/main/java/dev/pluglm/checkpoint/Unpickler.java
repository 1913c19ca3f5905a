package dev.pluglm.checkpoint;

import dev.pluglm.checkpoint.Pickled.Tuple;
import dev.pluglm.problem.Problem;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the pickles that torch.save writes (protocols 0 to 5 as far as it uses them). It can execute nothing: names
 * outside of {@link PickledName} are refused when they are read. Its work and memory are bounded whatever the bytes
 * are, and nothing here recurses.
 *
 * <p>Opcodes are those of Python's {@code pickletools}.
 */
final class Unpickler {
    private static final int MAX_STEPS = 2_000_000;
    private static final int MAX_TEXT = 64 << 20;
    private static final int MAX_LINE = 4096;

    private final ByteCursor in;
    private final PickleCalls calls;
    private final ArrayList<Object> stack = new ArrayList<>();
    private final ArrayList<Integer> marks = new ArrayList<>();
    private final Map<Long, Object> memo = new HashMap<>();
    private int textLeft = MAX_TEXT;

    Unpickler(ByteCursor in, PickleCalls calls) {
        this.in = in;
        this.calls = calls;
    }

    /** Reads one pickle; the cursor then stands behind it. */
    Object load() {
        for (int step = 0; step < MAX_STEPS; step++) {
            int opcode = in.u8();
            if (opcode == '.') {
                Object result = pop();
                if (!stack.isEmpty() || !marks.isEmpty()) {
                    throw in.problem("has more than one value in the pickle that ends at byte %d", in.position());
                }
                return result;
            }
            step(opcode);
        }
        throw in.problem("has a pickle of more than %d steps", MAX_STEPS);
    }

    private void step(int opcode) {
        switch (opcode) {
            case 0x80 -> protocol();
            case 0x95 -> in.i64();
            case '(' -> marks.add(stack.size());
            case '0' -> popOrMark();
            case '1' -> popMark();
            case '2' -> push(top());
            case 'N' -> push(Pickled.None.NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'I' -> textInt();
            case 'L' -> textLong();
            case 'J' -> push((long) in.i32());
            case 'K' -> push((long) in.u8());
            case 'M' -> push((long) in.u16());
            case 0x8a -> push(integer(in.u8()));
            case 0x8b -> push(integer(in.i32()));
            case 'F' -> textDouble();
            case 'G' -> push(in.bigEndianDouble());
            case 'V', 'S' -> textString(opcode);
            case 'U', 0x8c -> push(text(in.u8()));
            case 'T' -> push(text(in.i32()));
            case 'X' -> push(text(in.u32()));
            case 0x8d -> push(text(in.i64()));
            case 'C' -> push(bytes(in.u8()));
            case 'B' -> push(bytes(in.u32()));
            case 0x8e -> push(bytes(in.i64()));
            case ']' -> push(new ArrayList<>());
            case 'l' -> push(new ArrayList<>(popMark()));
            case 'a' -> appendAll(List.of(pop()));
            case 'e' -> appendAll(popMark());
            case ')' -> push(new Tuple(List.of()));
            case 't' -> push(new Tuple(popMark()));
            case 0x85, 0x86, 0x87 -> push(new Tuple(popLast(opcode - 0x84)));
            case '}' -> push(new LinkedHashMap<>());
            case 'd' -> {
                List<Object> items = popMark();
                push(new LinkedHashMap<>());
                putAll(items);
            }
            case 's' -> putAll(popLast(2));
            case 'u' -> putAll(popMark());
            case 'p' -> memo.put(textIndex(), top());
            case 'q' -> memo.put((long) in.u8(), top());
            case 'r' -> memo.put(in.u32(), top());
            case 0x94 -> memo.put((long) memo.size(), top());
            case 'g' -> push(remembered(textIndex()));
            case 'h' -> push(remembered(in.u8()));
            case 'j' -> push(remembered(in.u32()));
            case 'c', 'i' -> push(name(line(), line()));
            case 0x93 -> stackName();
            case 'R', 0x81 -> {
                List<Object> call = popLast(2);
                push(calls.call(call.getFirst(), call.getLast()));
            }
            case 'b' -> build();
            case 'Q' -> push(calls.storage(pop()));
            default -> throw in.problem("has the pickle opcode 0x%02x at byte %d, which no checkpoint needs", opcode,
                    in.position() - 1);
        }
    }

    private void protocol() {
        int version = in.u8();
        if (version > 5) {
            throw in.problem("has a pickle of protocol %d at byte %d, expected at most 5", version, in.position() - 2);
        }
    }

    private void push(Object value) {
        stack.add(value);
    }

    /** The stack may not be emptied below the newest mark. */
    private int floor() {
        return marks.isEmpty() ? 0 : marks.getLast();
    }

    private Object top() {
        if (stack.size() <= floor()) {
            throw in.problem("takes a value from an empty stack before byte %d of its pickle", in.position());
        }
        return stack.getLast();
    }

    private Object pop() {
        top();
        return stack.removeLast();
    }

    private void popOrMark() {
        if (stack.size() == floor() && !marks.isEmpty()) {
            marks.removeLast();
        } else {
            pop();
        }
    }

    private List<Object> popMark() {
        if (marks.isEmpty()) {
            throw in.problem("goes back to a mark that is not there before byte %d of its pickle", in.position());
        }
        return popLast(stack.size() - marks.removeLast());
    }

    private List<Object> popLast(int count) {
        if (stack.size() - count < floor()) {
            throw in.problem("takes %d values from a stack of %d before byte %d of its pickle", count,
                    stack.size() - floor(), in.position());
        }
        List<Object> last = stack.subList(stack.size() - count, stack.size());
        List<Object> values = Collections.unmodifiableList(Arrays.asList(last.toArray()));
        last.clear();
        return values;
    }

    @SuppressWarnings("unchecked")
    private void appendAll(List<Object> values) {
        if (!(top() instanceof ArrayList<?> list)) {
            throw in.problem("appends to %s before byte %d, expected a list", Pickled.kind(top()), in.position());
        }
        ((ArrayList<Object>) list).addAll(values);
    }

    @SuppressWarnings("unchecked")
    private void putAll(List<Object> items) {
        if (!(top() instanceof LinkedHashMap<?, ?> map) || items.size() % 2 != 0) {
            throw in.problem("puts keys and values into %s before byte %d, expected pairs into a dict",
                    Pickled.kind(top()), in.position());
        }
        for (int i = 0; i < items.size(); i += 2) {
            Object key = items.get(i);
            // Only keys whose hash is cheap: that of a tuple could be exponentially deep.
            if (!(key instanceof String || key instanceof Long || key instanceof Double || key instanceof Boolean
                    || key == Pickled.None.NONE)) {
                throw in.problem("has %s as the key of a dict before byte %d, expected a str or a number",
                        Pickled.kind(key), in.position());
            }
            if (((LinkedHashMap<Object, Object>) map).put(key, items.get(i + 1)) != null) {
                throw in.problem("has the key %s twice in one dict before byte %d", Shown.quoted(key.toString()),
                        in.position());
            }
        }
    }

    private Object remembered(long index) {
        Object value = memo.get(index);
        if (value == null) {
            throw in.problem("refers to value %d before byte %d of its pickle, which was never remembered", index,
                    in.position());
        }
        return value;
    }

    private Pickled.Name name(String module, String name) {
        return new Pickled.Name(PickledName.of(module, name).orElseThrow(() ->
                in.problem("names %s, which is not on the list of what a checkpoint may hold; nothing was executed",
                        Shown.quoted(module + "." + name))));
    }

    private void stackName() {
        List<Object> parts = popLast(2);
        if (!(parts.getFirst() instanceof String module) || !(parts.getLast() instanceof String name)) {
            throw in.problem("names something by %s before byte %d, expected two str", Pickled.kind(parts.getLast()),
                    in.position());
        }
        push(name(module, name));
    }

    /** Attributes of an object: a state dict has its modules' versions there, which nothing needs. */
    private void build() {
        pop();
        if (!(top() instanceof Map)) {
            throw in.problem("sets attributes of %s before byte %d, expected an OrderedDict", Pickled.kind(top()),
                    in.position());
        }
    }

    private String text(long length) {
        String text = in.utf8(length, textLeft, "a text");
        textLeft -= (int) length;
        return text;
    }

    private byte[] bytes(long length) {
        byte[] bytes = in.array(length, textLeft, "a bytes object");
        textLeft -= bytes.length;
        return bytes;
    }

    private Object integer(int length) {
        byte[] digits = in.array(length, 255, "an int");
        if (digits.length == 0) {
            return 0L;
        }
        for (int i = 0, j = digits.length - 1; i < j; i++, j--) {
            byte swapped = digits[i];
            digits[i] = digits[j];
            digits[j] = swapped;
        }
        return number(new BigInteger(digits));
    }

    private static Object number(BigInteger value) {
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (int next = in.u8(); next != '\n'; next = in.u8()) {
            if (line.length() == MAX_LINE) {
                throw in.problem("has a line of more than %d characters before byte %d of its pickle", MAX_LINE,
                        in.position());
            }
            line.append((char) next);
        }
        return line.toString();
    }

    private void textInt() {
        String line = line();
        push(switch (line) {
            case "00" -> (Object) false;
            case "01" -> (Object) true;
            default -> parsed(line);
        });
    }

    private void textLong() {
        String line = line();
        push(parsed(line.endsWith("L") ? line.substring(0, line.length() - 1) : line));
    }

    private Object parsed(String digits) {
        try {
            if (digits.length() <= MAX_LINE / 4) {
                return number(new BigInteger(digits));
            }
        } catch (NumberFormatException e) {
            throw notANumber(digits);
        }
        throw notANumber(digits);
    }

    private void textDouble() {
        String line = line();
        try {
            push(Double.parseDouble(line));
        } catch (NumberFormatException e) {
            throw notANumber(line);
        }
    }

    private long textIndex() {
        String line = line();
        if (parsed(line) instanceof Long index && index >= 0) {
            return index;
        }
        throw notANumber(line);
    }

    private void textString(int opcode) {
        String line = line();
        boolean quoted = line.length() >= 2 && "'\"".indexOf(line.charAt(0)) >= 0
                && line.charAt(line.length() - 1) == line.charAt(0);
        if (line.indexOf('\\') >= 0 || opcode == 'S' && !quoted) {
            throw in.problem("has the text %s before byte %d, expected one without escapes", Shown.quoted(line),
                    in.position());
        }
        push(opcode == 'S' ? line.substring(1, line.length() - 1) : line);
    }

    private Problem notANumber(String text) {
        return in.problem("has %s where a number was expected before byte %d", Shown.quoted(text), in.position());
    }
}
