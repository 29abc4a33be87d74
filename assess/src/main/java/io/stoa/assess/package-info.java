/** The main job: plan what to ask, run the pillars, weigh what they found, and report it. */
@NullMarked
package io.stoa.assess;

import org.jspecify.annotations.NullMarked;
