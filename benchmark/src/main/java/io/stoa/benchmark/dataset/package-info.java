/**
 * Reading benchmark data, from files and from the Hugging Face Hub.
 *
 * <p>A {@link io.stoa.benchmark.dataset.DatasetReader} turns files of one {@link io.stoa.benchmark.dataset.Format} into
 * {@link io.stoa.benchmark.dataset.Row}s: JSON objects that know their place. {@link
 * io.stoa.benchmark.dataset.HubDatasets} finds the files of a published dataset, downloads them once, and holds them to
 * the commit and the digests they had. What a row means (a question, choices, an answer) is decided elsewhere.
 *
 * <p>Files and answers of servers are taken as hostile: everything that is read has a bound of {@link
 * io.stoa.benchmark.dataset.Limits}, and a refusal names the file and the line.
 */
@NullMarked
package io.stoa.benchmark.dataset;

import org.jspecify.annotations.NullMarked;
