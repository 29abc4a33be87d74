/**
 * What happened: a hash chain with one record a request, whose content can be erased without breaking the proof.
 *
 * <h2>What is kept</h2>
 *
 * Every gateway appends to a chain of its own ({@link io.stoa.gateway.audit.AuditLog}): a line for each request, served
 * or refused, and for each start, close, erasure and dropping of old records. A line holds a canonical JSON document and
 * its SHA-256; the document holds the digest of the line before. Every so many records and minutes the head is signed
 * (Ed25519) into a {@link io.stoa.gateway.audit.Checkpoint}, together with the root of a Merkle tree over the segment, so
 * that single records can be shown to belong to the chain ({@link io.stoa.gateway.audit.Inclusion}). Where the files lie:
 * {@link io.stoa.gateway.audit.AuditFolder}.
 *
 * <h2>What it proves, and what it cannot</h2>
 *
 * {@link io.stoa.gateway.audit.AuditVerifier} finds records that were edited, removed, added or moved, records that were
 * cut off the end after a checkpoint, checkpoints that were changed or removed, and salts or content that went without an
 * erasure on the record. It cannot find records cut off after the last checkpoint of a process that was killed, nor an
 * older state that was put back whole, unless a head was written down elsewhere and is given as a witness; nor, without
 * the public key from elsewhere, a chain that was made anew with another key. Nor does it show that what was recorded is
 * true.
 *
 * <h2>Content</h2>
 *
 * Bodies are not kept unless asked for. A record commits to them with a salt of 32 random bytes, which lies beside the
 * chain; erasing overwrites the salt and deletes the body. What is overwritten can survive in snapshots and backups of the
 * file system, and in cells of a flash disk: erase there, too. Kept bodies are plain files that only their owner may read;
 * whoever needs them encrypted puts the folder on an encrypted file system.
 *
 * <h2>Where it may be killed</h2>
 *
 * Anywhere: see {@link io.stoa.gateway.audit.AuditLog} for what is safe when. Half a line that a crash left is moved to
 * {@code set-aside}, and the next start's first record says so, with its digest.
 */
@NullMarked
package io.stoa.gateway.audit;

import org.jspecify.annotations.NullMarked;
