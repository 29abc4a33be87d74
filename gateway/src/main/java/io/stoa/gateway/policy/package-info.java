/**
 * Who may ask for what and how much: keys, budgets that cannot be overspent, rate limits, guards.
 */
@NullMarked
package io.stoa.gateway.policy;

import org.jspecify.annotations.NullMarked;
