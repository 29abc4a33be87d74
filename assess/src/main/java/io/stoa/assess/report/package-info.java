/**
 * An {@link io.stoa.assess.Assessment} for people and machines: {@link io.stoa.assess.report.TerminalReport terminal},
 * {@link io.stoa.assess.report.JsonReport JSON}, and {@link io.stoa.assess.report.HtmlReport one self-contained HTML
 * page}.
 *
 * <p>A report decides nothing and measures nothing. It looks the numbers up by their names ({@link
 * io.stoa.model.Quantity#SCORE} and its neighbours) among the findings, and derives two things that are no part of any
 * verdict: {@link io.stoa.assess.report.Quality}, the mean score over the workload's shares, and the {@link
 * io.stoa.assess.report.ParetoFront} of quality against size and speed. A number that is not there is shown as missing,
 * never as zero.
 *
 * <p>Names and sentences come from model files, cards and endpoints, so they are hostile until shown otherwise: markup
 * is only ever made by {@link io.stoa.assess.report.Markup}, which escapes, and control characters reach neither page nor
 * terminal.
 */
@NullMarked
package io.stoa.assess.report;

import org.jspecify.annotations.NullMarked;
