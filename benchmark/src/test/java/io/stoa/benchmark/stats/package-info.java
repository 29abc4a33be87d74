@NullMarked
package io.stoa.benchmark.stats;

import org.jspecify.annotations.NullMarked;
