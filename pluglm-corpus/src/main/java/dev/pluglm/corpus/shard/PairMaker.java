package dev.pluglm.corpus.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Cuts the documents of one partition into pairs of segments, the way BERT's published data was made (SPEC 4).
 *
 * <p>A document is a list of sentences, a sentence the ids of its pieces; every document has a sentence and every
 * sentence a piece.
 */
final class PairMaker {
    private static final int DRAWS = 10;

    /** Ids of both segments. */
    record Pair(int[] a, int[] b, boolean randomNext) {}

    private final List<List<int[]>> documents;
    private final int room;
    private final double shortProbability;
    private final SplittableRandom random;

    PairMaker(List<List<int[]>> documents, ShardOptions options, SplittableRandom random) {
        this.documents = documents;
        this.room = options.targetLength() - 3;
        this.shortProbability = options.shortProbability();
        this.random = random;
    }

    /** The pairs of the document with this index. */
    List<Pair> pairs(int index) {
        List<int[]> sentences = documents.get(index);
        List<Pair> pairs = new ArrayList<>();
        int target = random.nextDouble() < shortProbability ? random.nextInt(2, room + 1) : room;
        int from = 0;
        int length = 0;
        for (int i = 0; i < sentences.size(); i++) {
            length += sentences.get(i).length;
            if (i == sentences.size() - 1 || length >= target) {
                int count = i + 1 - from;
                int aEnd = from + (count == 1 ? 1 : random.nextInt(1, count));
                Segment a = new Segment(room);
                sentences.subList(from, aEnd).forEach(a::add);
                Segment b = new Segment(room);
                boolean randomNext = count == 1 || random.nextBoolean();
                if (randomNext) {
                    randomNext = drawOther(index, target - a.length(), b);
                    // The sentences that B did not take start the next pair.
                    i = aEnd - 1;
                } else {
                    sentences.subList(aEnd, i + 1).forEach(b::add);
                }
                pairs.add(cut(a.ids(), b.ids(), randomNext));
                from = i + 1;
                length = 0;
            }
        }
        return pairs;
    }

    /** Fills a segment from another document, if ten draws find one; false if it came from the same. */
    private boolean drawOther(int index, int target, Segment segment) {
        int drawn = index;
        for (int i = 0; i < DRAWS && drawn == index; i++) {
            drawn = random.nextInt(documents.size());
        }
        List<int[]> sentences = documents.get(drawn);
        int start = random.nextInt(sentences.size());
        for (int i = start; i < sentences.size() && (i == start || segment.length() < target); i++) {
            segment.add(sentences.get(i));
        }
        return drawn != index;
    }

    /** Drops ids from the longer segment, at either end, until both fit; of equal ones from b. */
    private Pair cut(int[] a, int[] b, boolean randomNext) {
        int aStart = 0;
        int aEnd = a.length;
        int bStart = 0;
        int bEnd = b.length;
        while (aEnd - aStart + bEnd - bStart > room) {
            boolean front = random.nextBoolean();
            if (aEnd - aStart > bEnd - bStart) {
                aStart += front ? 1 : 0;
                aEnd -= front ? 0 : 1;
            } else {
                bStart += front ? 1 : 0;
                bEnd -= front ? 0 : 1;
            }
        }
        return new Pair(java.util.Arrays.copyOfRange(a, aStart, aEnd), java.util.Arrays.copyOfRange(b, bStart, bEnd),
                randomNext);
    }

    /** Ids one after the other. */
    private static final class Segment {
        private int[] ids;
        private int length;

        Segment(int capacity) {
            ids = new int[capacity];
        }

        void add(int[] more) {
            if (length + more.length > ids.length) {
                ids = java.util.Arrays.copyOf(ids, 2 * (length + more.length));
            }
            System.arraycopy(more, 0, ids, length, more.length);
            length += more.length;
        }

        int length() {
            return length;
        }

        int[] ids() {
            return java.util.Arrays.copyOf(ids, length);
        }
    }
}
