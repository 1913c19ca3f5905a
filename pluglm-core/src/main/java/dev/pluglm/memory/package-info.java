/** Passages and where they are kept: an editable index on disk, arrays, several memories plugged together. */
package dev.pluglm.memory;
