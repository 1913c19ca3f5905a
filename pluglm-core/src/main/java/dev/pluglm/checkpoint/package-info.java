/** Weights on disk: our own format, the published checkpoints, BERT from where it can be had, and their file formats. */
package dev.pluglm.checkpoint;
