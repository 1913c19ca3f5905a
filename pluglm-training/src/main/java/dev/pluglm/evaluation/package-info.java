/**
 * How well a model does, and what its memory has to do with it: masked tokens of running text, questions about facts,
 * the passages found for them, and edits of what the memory says. Each is measured without a memory, with the right
 * one and with a wrong one, by the caller's plugging.
 */
package dev.pluglm.evaluation;
