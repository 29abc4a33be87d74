/**
 * Whether a model called the right functions with the right arguments, by the rules of the Berkeley Function Calling
 * Leaderboard (BFCL v4, its AST check; Patil et al., ICML 2025).
 *
 * <p>An {@link io.stoa.benchmark.toolcall.AnswerSyntax} reads an answer into {@link
 * io.stoa.benchmark.toolcall.FunctionCall}s; {@link io.stoa.benchmark.toolcall.ToolCallChecker} holds them against a
 * {@link io.stoa.benchmark.toolcall.ToolCallItem}, which knows the functions on offer and every allowed value, and gives
 * a {@link io.stoa.benchmark.toolcall.Judgement} with BFCL's own name of the fault. Nothing is executed.
 *
 * <p>The rules are kept even where they look odd, because a score is only comparable under the same rules; each oddity
 * is named where it is applied. Answers are hostile input: their size and nesting are bounded, and an answer that cannot
 * be read is a judgement, never an exception.
 */
@NullMarked
package io.stoa.benchmark.toolcall;

import org.jspecify.annotations.NullMarked;
