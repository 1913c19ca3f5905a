/** The one kind of error that is addressed to the user. */
package dev.pluglm.problem;
