/** Documents out of what people publish: Wikipedia dumps, PubMed, PMC, S2ORC, JSON lines and plain text. */
package dev.pluglm.corpus;
