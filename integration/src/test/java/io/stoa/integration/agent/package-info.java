@NullMarked
package io.stoa.integration.agent;

import org.jspecify.annotations.NullMarked;
