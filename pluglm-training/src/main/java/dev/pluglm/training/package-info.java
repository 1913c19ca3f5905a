/**
 * How any PlugLM is trained: the loop, optimisers, schedules, loss scaling, checkpoints and resume, several processes.
 * What is learned (masked text, labels) is the business of the packages after it.
 */
package dev.pluglm.training;
