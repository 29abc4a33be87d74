/** Files of items, one JSON object a line, and the refusal of a bad line by its place. */
@NullMarked
package io.stoa.integration.item;

import org.jspecify.annotations.NullMarked;
