/**
 * Finds the passages that a question needs.
 *
 * <p>A {@link io.stoa.integration.retrieve.Corpus} is a folder of Markdown files, one document a file; a {@link
 * io.stoa.integration.retrieve.Bm25Index} ranks them for a question, in memory and the same way every time, so that a
 * difference between two candidates is never a difference in what they were given to read.
 */
@NullMarked
package io.stoa.integration.retrieve;

import org.jspecify.annotations.NullMarked;
