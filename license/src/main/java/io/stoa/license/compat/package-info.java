/**
 * Which licences may be combined in which way, as data.
 *
 * <p>{@code compat/rules.yaml} among the resources puts licences into groups and says for each {@link
 * io.stoa.license.compat.Way} of combining two of them what holds and why; the first rule that fits decides, and what none
 * fits is {@link io.stoa.license.compat.Compatibility.Answer#UNKNOWN}. These are readings, not legal advice.
 */
@NullMarked
package io.stoa.license.compat;

import org.jspecify.annotations.NullMarked;
