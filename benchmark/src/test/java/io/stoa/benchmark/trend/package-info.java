@NullMarked
package io.stoa.benchmark.trend;

import org.jspecify.annotations.NullMarked;
