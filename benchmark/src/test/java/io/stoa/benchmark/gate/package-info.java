@NullMarked
package io.stoa.benchmark.gate;

import org.jspecify.annotations.NullMarked;
