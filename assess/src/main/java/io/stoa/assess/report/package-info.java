/** An {@link io.stoa.assess.Assessment} for people and machines: terminal, JSON, and one self-contained HTML page. */
@NullMarked
package io.stoa.assess.report;

import org.jspecify.annotations.NullMarked;
