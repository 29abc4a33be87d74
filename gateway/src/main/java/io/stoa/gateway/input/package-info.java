/**
 * The gateway's YAML file.
 */
@NullMarked
package io.stoa.gateway.input;

import org.jspecify.annotations.NullMarked;
