/**
 * What looks at the content of requests: personal data and secrets by their shapes and checksums, signals of injected
 * instructions, and size. All are linear in the body and look at it once; nothing of it is kept or logged.
 *
 * <p>Content is read from the body's JSON strings with their escapes resolved, so {@code \u0040} is the sign that it stands
 * for. These are patterns: they find what has a known shape, and no more. Names, addresses and free wording pass.
 */
@NullMarked
package io.stoa.gateway.policy.guard;

import org.jspecify.annotations.NullMarked;
