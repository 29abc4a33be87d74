/**
 * Where a model comes from, and which licence each step of the way claims.
 *
 * <p>A {@link io.stoa.license.lineage.Lineage} is base → model → quantized. Its {@link io.stoa.license.lineage.Claim}s are
 * read from GGUF metadata, model cards and licence files, each with its source; {@link
 * io.stoa.license.lineage.Step#standing} reconciles them. Claims that contradict each other, texts that are only close to a
 * known one, and models without a claim leave the licence open: no source outranks another.
 */
@NullMarked
package io.stoa.license.lineage;

import org.jspecify.annotations.NullMarked;
