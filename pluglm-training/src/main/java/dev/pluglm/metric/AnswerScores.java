package dev.pluglm.metric;

/**
 * How well answers match.
 *
 * @param exactMatch the share of questions answered in the same words, in percent
 * @param f1 the mean over questions of the F1 of shared words, in percent
 * @param questions how many there were; the scores of none are 0
 */
public record AnswerScores(double exactMatch, double f1, long questions) {}
