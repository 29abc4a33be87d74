/**
 * Recognition of licence texts, without holding any of them.
 *
 * <p>A text becomes {@link io.stoa.license.text.Words} that do not depend on wrapping, hyphenation, Markdown or HTML. A
 * known licence is a {@link io.stoa.license.text.Fingerprint}: the hashes of all runs of four words. The {@link
 * io.stoa.license.text.Recognizer} says that a text <em>is</em> a licence only when nothing that matters is missing and
 * nothing that matters was added; a text that is merely close is {@link io.stoa.license.text.Recognition.Modified}, whose
 * rights nobody knows. Likeness alone never decides: the Llama licences of versions 3.1 to 4 share 98 of 100 words.
 */
@NullMarked
package io.stoa.license.text;

import org.jspecify.annotations.NullMarked;
