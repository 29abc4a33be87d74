/**
 * The {@code stoa} command: one class per verb, and {@link io.stoa.cli.House}, the only place where objects are wired.
 * stdout carries results, stderr progress and complaints; {@link io.stoa.cli.ExitCode} lists how a command can end.
 */
@NullMarked
package io.stoa.cli;

import org.jspecify.annotations.NullMarked;
