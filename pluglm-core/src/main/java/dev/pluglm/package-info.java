/** PlugLM for programs: load a model, plug memories, predict, and see what was used. Start with {@link dev.pluglm.PlugLM}. */
package dev.pluglm;
