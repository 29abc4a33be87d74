/**
 * Where passages lie: in a folder ({@link io.stoa.integration.retrieve.store.LuceneStore}), in PostgreSQL ({@link
 * io.stoa.integration.retrieve.store.PgVectorStore}) or in any store of LangChain4j ({@link
 * io.stoa.integration.retrieve.store.LangChainStore}). All pass the same contract test.
 */
@NullMarked
package io.stoa.integration.retrieve.store;

import org.jspecify.annotations.NullMarked;
