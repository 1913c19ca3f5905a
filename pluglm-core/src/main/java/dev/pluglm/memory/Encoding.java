package dev.pluglm.memory;

import dev.pluglm.memory.PassageEncoder.Encoded;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** Passages encoded as they are asked for, a batch at a time, so that any number of them takes the same memory. */
final class Encoding implements Iterator<Entry> {
    private final Iterator<Passage> passages;
    private final PassageEncoder encoder;
    private final Consumer<Passage> check;
    private Iterator<Entry> batch = List.<Entry>of().iterator();

    /** @param check refuses passages before anything is spent on encoding them */
    Encoding(Iterator<Passage> passages, PassageEncoder encoder, Consumer<Passage> check) {
        this.passages = passages;
        this.encoder = encoder;
        this.check = check;
    }

    @Override
    public boolean hasNext() {
        return batch.hasNext() || passages.hasNext();
    }

    @Override
    public Entry next() {
        if (!batch.hasNext()) {
            batch = encodeNext();
        }
        return batch.next();
    }

    private Iterator<Entry> encodeNext() {
        List<Passage> next = new ArrayList<>();
        while (next.size() < encoder.atOnce() && passages.hasNext()) {
            Passage passage = passages.next();
            check.accept(passage);
            next.add(passage);
        }
        List<Encoded> encoded = encoder.encode(next);
        if (encoded.size() != next.size()) {
            throw new IllegalStateException("the encoder returned " + encoded.size() + " results for " + next.size()
                    + " passages");
        }
        List<Entry> entries = new ArrayList<>(next.size());
        for (int i = 0; i < next.size(); i++) {
            entries.add(new Entry(next.get(i), encoded.get(i)));
        }
        return entries.iterator();
    }
}
