"""What FAISS does with the keys that MemorySearchBenchmark left in a directory, on one thread.

    python faiss_search.py DIRECTORY

Needs numpy and faiss-cpu.
"""
import sys
import time
from pathlib import Path

import faiss
import numpy as np

directory = Path(sys.argv[1])
keys = np.load(directory / "keys.npy").astype(np.float32)
queries = np.load(directory / "queries.npy")
truth = np.load(directory / "truth.npy")
count, size = keys.shape
k = truth.shape[1]
faiss.omp_set_num_threads(1)


def measure(name, index, build, prepare=lambda: None):
    prepare()
    nanos = []
    found = 0
    for _ in range(2):  # the second round counts
        nanos.clear()
        found = 0
        for query, right in zip(queries, truth):
            start = time.perf_counter_ns()
            _, rows = index.search(query[None], k)
            nanos.append(time.perf_counter_ns() - start)
            found += len(set(rows[0]) & set(right))
    batches = []
    for _ in range(7):
        start = time.perf_counter_ns()
        index.search(queries[:32], k)
        batches.append(time.perf_counter_ns() - start)
    print(f"{name}: build {build:.1f} s, recall@{k} {found / truth.size:.4f}, one query p50 "
          f"{np.percentile(nanos, 50) / 1e6:.3f} ms, p99 {np.percentile(nanos, 99) / 1e6:.3f} ms, "
          f"32 queries p50 {np.percentile(batches, 50) / 1e6:.1f} ms", flush=True)


def built(description):
    start = time.perf_counter()
    index = faiss.index_factory(size, description, faiss.METRIC_INNER_PRODUCT)
    if not index.is_trained:
        index.train(keys[np.random.default_rng(1).permutation(count)[:200_000]])
    index.add(keys)
    return index, time.perf_counter() - start


print(f"FAISS {faiss.__version__}, {count} keys of {size}, one thread")
for description in ("Flat", "SQfp16"):
    measure(description, *built(description))
cells = 1024 if count < 500_000 else 4096
index, seconds = built(f"IVF{cells},SQfp16")
for nprobe in (8, 32, 128):
    measure(f"IVF{cells},SQfp16 nprobe {nprobe}", index, seconds, lambda: setattr(index, "nprobe", nprobe))
if count <= 200_000:
    index, seconds = built("HNSW32")
    for ef in (50, 100):
        measure(f"HNSW32 ef {ef}", index, seconds, lambda: setattr(index.hnsw, "efSearch", ef))
