@NullMarked
package io.stoa.benchmark.metric;

import org.jspecify.annotations.NullMarked;
