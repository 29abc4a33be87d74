@NullMarked
package io.stoa.benchmark;

import org.jspecify.annotations.NullMarked;
