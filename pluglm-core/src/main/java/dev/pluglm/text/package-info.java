/** Tokens, and passages out of running text. */
package dev.pluglm.text;
