/**
 * Labelled data for the downstream tasks (SPEC 5): readers that stream examples out of the files people have, and say
 * file and line where one is broken. Nothing here knows a model.
 *
 * <ul>
 * <li>{@link dev.pluglm.task.data.TextExamples}: texts and pairs with labels or scores, as JSON lines, CSV, TSV or
 *     Parquet;
 * <li>{@link dev.pluglm.task.data.TokenExamples}: sentences with entities, as CoNLL columns or JSON lines;
 * <li>{@link dev.pluglm.task.data.QuestionExamples}: questions answered by a piece of a text, as SQuAD or QED;
 * <li>{@link dev.pluglm.task.data.YesNoExamples}: questions answered by yes or no, as BoolQ, PubMedQA or BioASQ;
 * </ul>
 *
 * <p>Files may be compressed by gzip. Only one line or entry of a file is in memory at a time, 16 MiB at most.
 */
package dev.pluglm.task.data;
