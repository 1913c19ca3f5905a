package dev.pluglm.memory;

import dev.pluglm.memory.Edit.Operation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The edits of a memory, oldest first. Each commit carries the whole log (its last {@value #LENGTH} edits, and
 * older ones that can still be undone), so that it outlives the commits that it tells of.
 *
 * <p>An edit leads from one <em>state</em> to another. States are named by the edit that first reached them; an undo
 * goes back to an earlier state and names none. So the last edit not yet undone is named by the state that the memory
 * is in, and undoing it leads to the state which that edit was made on.
 */
record EditLog(List<Line> lines) {
    private static final int LENGTH = 1000;

    /** An edit, the state that it led to, and the state that it was made on: 0 where nothing can be undone. */
    record Line(Edit edit, long state, long madeOn) {}

    EditLog {
        lines = lines.size() <= LENGTH ? List.copyOf(lines) : shortened(lines);
    }

    /** The last lines, and the older ones without which the way back would be lost. */
    private static List<Line> shortened(List<Line> lines) {
        Map<Long, Line> byState = new HashMap<>();
        lines.forEach(line -> byState.put(line.state(), line));
        Set<Line> wayBack = new HashSet<>();
        Line state = lines.getLast();
        while (state != null && wayBack.size() <= Tuning.STANDARD.undoable() && wayBack.add(state)) {
            state = byState.get(state.madeOn());
        }
        int recent = lines.size() - LENGTH;
        return IntStream.range(0, lines.size()).filter(i -> i >= recent || wayBack.contains(lines.get(i)))
                .mapToObj(lines::get).toList();
    }

    static EditLog created() {
        return new EditLog(List.of(line(1, Operation.CREATE, 0, 0, 0, OptionalLong.empty(), 1, 0)));
    }

    Line last() {
        return lines.getLast();
    }

    List<Edit> edits() {
        return lines.stream().map(Line::edit).toList();
    }

    EditLog with(Operation operation, int added, int removed, int passages) {
        long number = last().edit().number() + 1;
        long madeOn = operation == Operation.PURGE ? 0 : last().state();
        return and(line(number, operation, added, removed, passages, OptionalLong.empty(), number, madeOn));
    }

    /** The log after going back to the state before the present one. */
    EditLog withUndo(int passages) {
        int change = passages - last().edit().passages();
        long state = last().madeOn();
        return and(line(last().edit().number() + 1, Operation.UNDO, Math.max(0, change), Math.max(0, -change),
                passages, OptionalLong.of(last().state()), state, madeOn(state)));
    }

    /** The present state and those that undoing would lead to, at most {@code limit} of them. */
    List<Long> undoable(int limit) {
        List<Long> states = new ArrayList<>();
        for (long state = last().state(); state > 0 && states.size() < limit; state = madeOn(state)) {
            states.add(state);
        }
        return states;
    }

    private long madeOn(long state) {
        for (Line line : lines.reversed()) {
            if (line.state() == state) {
                return line.madeOn();
            }
        }
        return 0;
    }

    private EditLog and(Line line) {
        List<Line> longer = new ArrayList<>(lines);
        longer.add(line);
        return new EditLog(longer);
    }

    private static Line line(long number, Operation operation, int added, int removed, int passages,
            OptionalLong undone, long state, long madeOn) {
        Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
        return new Line(new Edit(number, now, operation, added, removed, passages, undone), state, madeOn);
    }

    String write() {
        return lines.stream()
                .map(l -> l.edit().number() + " " + l.edit().time().toEpochMilli() + " " + l.edit().operation().name()
                        + " " + l.edit().added() + " " + l.edit().removed() + " " + l.edit().passages()
                        + " " + l.edit().undone().orElse(0) + " " + l.state() + " " + l.madeOn())
                .collect(Collectors.joining("\n"));
    }

    /** Reads what {@link #write} wrote; an IllegalArgumentException if it is anything else. */
    static EditLog read(String written) {
        List<Line> lines = Arrays.stream(written.split("\n")).map(EditLog::readLine).toList();
        return new EditLog(lines);
    }

    private static Line readLine(String written) {
        String[] f = written.split(" ");
        if (f.length != 9) {
            throw new IllegalArgumentException("a log line of " + f.length + " fields, expected 9");
        }
        long undone = Long.parseLong(f[6]);
        Edit edit = new Edit(Long.parseLong(f[0]), Instant.ofEpochMilli(Long.parseLong(f[1])), Operation.valueOf(f[2]),
                Integer.parseInt(f[3]), Integer.parseInt(f[4]), Integer.parseInt(f[5]),
                undone == 0 ? OptionalLong.empty() : OptionalLong.of(undone));
        return new Line(edit, Long.parseLong(f[7]), Long.parseLong(f[8]));
    }
}
