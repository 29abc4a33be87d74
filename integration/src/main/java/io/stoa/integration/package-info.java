/** Pillar four: the model inside its pipeline. */
@NullMarked
package io.stoa.integration;

import org.jspecify.annotations.NullMarked;
