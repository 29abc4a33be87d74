/**
 * Agents: a model that calls tools in turns, within its allow-list and limits, each turn and each call a step of its
 * run.
 */
@NullMarked
package io.stoa.integration.agent;

import org.jspecify.annotations.NullMarked;
