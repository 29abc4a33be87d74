@NullMarked
package io.stoa.benchmark.math;

import org.jspecify.annotations.NullMarked;
