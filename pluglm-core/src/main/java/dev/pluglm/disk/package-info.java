/**
 * Files: written so that a reader sees the old content or the new, never half of it, and read whether they are packed or
 * not.
 */
package dev.pluglm.disk;
