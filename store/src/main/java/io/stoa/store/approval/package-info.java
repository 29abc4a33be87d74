/**
 * Signed approvals: what an assessment concluded about one candidate under one intended use, in a form that a gateway
 * can check without trusting whoever may write the ledger.
 *
 * <p>{@code stoa assess} signs one {@link io.stoa.store.approval.Approval} per candidate and use and appends it to the
 * ledger, refusals too, so that a refusal is known as such. An operator answers it with an {@link
 * io.stoa.store.approval.Acceptance} of its conditions or with a {@link io.stoa.store.approval.Revocation}. An {@link
 * io.stoa.store.approval.ApprovalBook} reads all three from the ledger and rules, at a given moment, whether a candidate
 * may serve a use.
 *
 * <h2>The rules</h2>
 *
 * The newest approval of a candidate under a use counts, also when it is worse than the one before. One that was appended
 * again after a newer one is found by its date. Conditions are accepted word for word: an acceptance holds for later
 * approvals of the same file, use and conditions, and for no others. A revocation holds for every approval of the same
 * candidate and use, also for later ones, until an acceptance after it lifts it: an assessment that runs by night must
 * not undo what a person decided. Whatever cannot be checked does not stand.
 *
 * <h2>Signatures</h2>
 *
 * Ed25519 (RFC 8032) over the UTF-8 bytes of the record's canonical JSON (RFC 8785, see {@link
 * io.stoa.store.CanonicalJson}). A key is called by the first 16 hexadecimal digits of the SHA-256 of its X.509 encoding.
 */
@NullMarked
package io.stoa.store.approval;

import org.jspecify.annotations.NullMarked;
