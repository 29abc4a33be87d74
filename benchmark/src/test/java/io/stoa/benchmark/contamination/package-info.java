@NullMarked
package io.stoa.benchmark.contamination;

import org.jspecify.annotations.NullMarked;
