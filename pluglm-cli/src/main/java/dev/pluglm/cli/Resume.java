package dev.pluglm.cli;

/** Whether a run goes on with what was begun in its directory: if anything was, or not. */
enum Resume { AUTO, NEVER }
