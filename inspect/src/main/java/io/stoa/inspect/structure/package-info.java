/**
 * Whether files and folders are what they seem: formats, hidden second formats, archives, links and code beside weights.
 */
@NullMarked
package io.stoa.inspect.structure;

import org.jspecify.annotations.NullMarked;
