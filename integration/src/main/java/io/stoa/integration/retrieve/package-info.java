/**
 * Finds the passages that a question needs.
 *
 * <p>A {@link io.stoa.integration.retrieve.Corpus} is a folder of Markdown files, one document a file; a {@link
 * io.stoa.integration.retrieve.Bm25Index} ranks them for a question, in memory and the same way every time, so that a
 * difference between two candidates is never a difference in what they were given to read.
 *
 * <p>Beyond that: a {@link io.stoa.integration.retrieve.PassageStore} holds passages with their vectors, a {@link
 * io.stoa.integration.retrieve.Retriever} finds them, {@link io.stoa.integration.retrieve.QueryRewriter}s work before it and
 * {@link io.stoa.integration.retrieve.Reranker}s after it, {@link io.stoa.integration.retrieve.Citations} are checked, and
 * {@link io.stoa.integration.retrieve.Abstention} says when not to answer.
 */
@NullMarked
package io.stoa.integration.retrieve;

import org.jspecify.annotations.NullMarked;
