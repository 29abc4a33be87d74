/**
 * What answers cost: per million tokens, per request, per accepted answer; energy; when own hardware has paid off.
 *
 * <p>Prices are inputs with a date and a source ({@link io.stoa.hardware.cost.Price}), never constants, and an amount
 * keeps its currency ({@link io.stoa.hardware.cost.Money}): adding euros to dollars is an error, not a conversion.
 * Amounts are decimals because prices are written as decimals; they are multiplied with measured rates, which are
 * doubles, in 16 significant digits, and rounded only when they are shown. What is uncertain stays an interval ({@link
 * io.stoa.hardware.cost.CostRange}).
 */
@NullMarked
package io.stoa.hardware.cost;

import org.jspecify.annotations.NullMarked;
