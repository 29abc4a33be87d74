/**
 * What a person looks at: one page, served by the gateway at {@code /}, that shows what is served, why it may be, what it
 * costs and what happened last.
 *
 * <p>{@link io.stoa.console.ConsoleFeed} hears of every request and keeps figures of fixed size; {@link
 * io.stoa.console.ConsoleSources} is the seam for what only others know (standings, budgets, the audit's head, the
 * monitor); {@link io.stoa.console.ConsolePages} gives the files of the page and, as {@code /console/snapshot.json}, all
 * that it shows. The page asks for the snapshot every two seconds. It is built from {@code console/web} with Vite and
 * Svelte; the built files are resources of this module, so that whoever runs Stoa needs no Node.
 *
 * <p>What is never shown: keys (only their public ids), prompts and answers (not even kept ones: those are exported with
 * the audit, where that is recorded).
 */
@NullMarked
package io.stoa.console;

import org.jspecify.annotations.NullMarked;
