@NullMarked
package io.stoa.benchmark.judge;

import org.jspecify.annotations.NullMarked;
