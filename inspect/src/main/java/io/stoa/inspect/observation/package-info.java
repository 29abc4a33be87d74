/**
 * What an examination says: observations of checks, with an outcome each, and their forms for other programs.
 */
@NullMarked
package io.stoa.inspect.observation;

import org.jspecify.annotations.NullMarked;
