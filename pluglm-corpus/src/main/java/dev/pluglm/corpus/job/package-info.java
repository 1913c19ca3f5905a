/** A whole run: the files of a corpus in, documents, passages, token arrays or shards out. */
package dev.pluglm.corpus.job;
