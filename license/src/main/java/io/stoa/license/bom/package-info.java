/**
 * Bills of materials of models: what they are, where they come from and which licences they stand under.
 *
 * <p>{@link io.stoa.license.bom.BomReader} makes a {@link io.stoa.license.bom.BomModel} of a GGUF file, a folder or a
 * candidate; {@link io.stoa.license.bom.BomWriter} writes some of them as CycloneDX 1.6 or 1.7 (ML-BOM) or SPDX 3.0.1 (AI
 * profile). A document says only what a source said: a licence that is not known has no licence element, an id stands only
 * where SPDX's list has it, a package URL only where a source names a repository of the Hugging Face Hub. The same models
 * give the same bytes, in any order, locale and time zone.
 */
@NullMarked
package io.stoa.license.bom;

import org.jspecify.annotations.NullMarked;
