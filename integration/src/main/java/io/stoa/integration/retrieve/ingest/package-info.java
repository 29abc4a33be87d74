/**
 * Makes passages of documents: a folder of Markdown, HTML, PDF, Office files and plain text is read into a store, what has
 * not changed is left alone, and what cannot be read is named while the rest goes on.
 *
 * <p>{@link io.stoa.integration.retrieve.ingest.Ingestion} is the whole of it. A document is parsed into {@link
 * io.stoa.integration.retrieve.ingest.Block}s that know their place, and those are cut into passages by {@link
 * io.stoa.integration.retrieve.ingest.Splitter}.
 */
@NullMarked
package io.stoa.integration.retrieve.ingest;

import org.jspecify.annotations.NullMarked;
