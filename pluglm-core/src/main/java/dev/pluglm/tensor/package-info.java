/** Start-up of libtorch, devices and precisions, scopes for native memory. */
package dev.pluglm.tensor;
