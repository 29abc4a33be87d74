@NullMarked
package io.stoa.benchmark.compare;

import org.jspecify.annotations.NullMarked;
