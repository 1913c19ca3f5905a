/** The model as the paper describes it: BERT layers, memory layers, knowledge attention, the document encoder, the heads. */
package dev.pluglm.model;
