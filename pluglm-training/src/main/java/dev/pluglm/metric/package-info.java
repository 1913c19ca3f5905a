/**
 * Scores of predictions: accuracy and F1, correlation, entities, answers, ranks (SPEC 5). Pure arithmetic over labels,
 * tags and strings; nothing here knows a model.
 *
 * <p>Numbers are those of scikit-learn, scipy, seqeval, the SQuAD scorer and the BioASQ evaluation. Where those leave a
 * score undefined (a correlation with a constant) it is NaN, and NaN is never the best; where they refuse (nothing to
 * score) there is one {@link dev.pluglm.problem.Problem}. No score depends on the order of the examples.
 */
package dev.pluglm.metric;
