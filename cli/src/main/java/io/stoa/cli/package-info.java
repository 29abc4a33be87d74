/** The stoa command: the only place where objects are wired. */
@NullMarked
package io.stoa.cli;

import org.jspecify.annotations.NullMarked;
