/** Pre-training: samples out of shards and text, masks, memory refresh (paper, section 3.4; SPEC 3 and 4). */
package dev.pluglm.pretraining;
