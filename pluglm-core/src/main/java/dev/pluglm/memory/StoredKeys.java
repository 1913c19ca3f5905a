package dev.pluglm.memory;

import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The keys of a store laid out for the exact search, one {@link KeyTiles} for each segment, loaded when first searched.
 * Segments never change, so an edit leaves most of them as they are; and one that nothing refers to any more is let go.
 */
final class StoredKeys {
    private final Map<IndexReader.CacheKey, KeyTiles> tiles = new ConcurrentHashMap<>();

    KeyTiles of(LeafReader segment, int keySize) throws IOException {
        IndexReader.CacheHelper core = segment.getCoreCacheHelper();
        try {
            return tiles.computeIfAbsent(core.getKey(), key -> {
                KeyTiles loaded = load(segment, keySize);
                core.addClosedListener(tiles::remove);
                return loaded;
            });
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }

    /** How many segments are held. */
    int size() {
        return tiles.size();
    }

    private static KeyTiles load(LeafReader segment, int keySize) {
        try {
            KeyTiles loaded = new KeyTiles(segment.maxDoc(), keySize);
            FloatVectorValues keys = segment.getFloatVectorValues(PassageDocument.KEY);
            for (int row = 0; row < segment.maxDoc(); row++) {
                loaded.set(row, keys.vectorValue(row), 0);
            }
            return loaded;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
