/**
 * Weights on disk: our own format, the published checkpoints, BERT from where it can be had, and their file formats.
 *
 * <p>Everything read here is mapped into memory and little-endian, as are all machines that libtorch runs on.
 */
package dev.pluglm.checkpoint;
