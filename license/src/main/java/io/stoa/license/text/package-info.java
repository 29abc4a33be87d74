/**
 * Recognition of licence texts, without holding any of them.
 *
 * <p>A text becomes {@link io.stoa.license.text.Words} that do not depend on wrapping, hyphenation, Markdown or HTML. A
 * wording of a licence is a {@link io.stoa.license.text.Form}: the hashes of all its runs of four words, in order; the
 * {@link io.stoa.license.text.Library} has some 2,300. The {@link io.stoa.license.text.Index} proposes a few, an {@link
 * io.stoa.license.text.Alignment} lays the text along each, and a {@link io.stoa.license.text.Comparison} says which of the
 * differences are none ({@link io.stoa.license.text.Frame}, {@link io.stoa.license.text.Repair}). The {@link
 * io.stoa.license.text.Recognizer} says that a text <em>is</em> a licence only when no difference is left; a text that is
 * merely close is {@link io.stoa.license.text.Recognition.Modified}, whose rights nobody knows. Likeness alone never
 * decides: the Llama licences of versions 3.1 to 4 share 98 of 100 words.
 */
@NullMarked
package io.stoa.license.text;

import org.jspecify.annotations.NullMarked;
