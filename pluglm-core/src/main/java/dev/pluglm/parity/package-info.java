/** Whether this implementation computes the published code's numbers, on folders of numbers that it computed. */
package dev.pluglm.parity;
