/**
 * What happened: a hash chain with one record a request, whose content can be erased without breaking the proof.
 */
@NullMarked
package io.stoa.gateway.audit;

import org.jspecify.annotations.NullMarked;
