/**
 * Signatures after the OpenSSF Model Signing specification v1.0: a DSSE envelope with an in-toto statement in a Sigstore
 * bundle, by keys and certificates over P-256, P-384 and P-521.
 */
@NullMarked
package io.stoa.edge.sign;

import org.jspecify.annotations.NullMarked;
