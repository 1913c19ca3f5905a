/** The one kind of error that is addressed to the user, and text made fit to stand in it. */
package dev.pluglm.problem;
