/** Samples for pre-training in NVIDIA's LDDL format: pairs of sentences, masking, Parquet shards of equal size. */
package dev.pluglm.corpus.shard;
