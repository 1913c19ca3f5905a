/** Writing to disk so that a reader sees the old content or the new, never half of it. */
package dev.pluglm.disk;
