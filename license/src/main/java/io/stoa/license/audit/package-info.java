/**
 * Whole folders of models: which licences they are under, whether a policy lets them be, and what changed since.
 *
 * <p>A {@link io.stoa.license.audit.FolderScan} finds models on a disk; a {@link io.stoa.license.audit.Auditor} reads their
 * headers and papers, never their weights, and makes an {@link io.stoa.license.audit.Audit} of them, held against a {@link
 * io.stoa.license.audit.Policy} where there is one. {@link io.stoa.license.audit.Sarif} and {@link
 * io.stoa.license.audit.AuditPage} write it; a {@link io.stoa.license.audit.Watch} compares it with an earlier one.
 */
@NullMarked
package io.stoa.license.audit;

import org.jspecify.annotations.NullMarked;
