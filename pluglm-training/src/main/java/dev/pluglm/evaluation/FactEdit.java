package dev.pluglm.evaluation;

import dev.pluglm.memory.Passage;

import java.util.List;

/**
 * An edit that makes a memory state another object for a fact.
 *
 * @param question asks for the fact
 * @param object the new object
 * @param token its token
 * @param before the passages that state the fact, as they are
 * @param after the same with the new object in place of the old one, wherever they mention it
 */
record FactEdit(Question question, String object, int token, List<Passage> before, List<Passage> after) {}
