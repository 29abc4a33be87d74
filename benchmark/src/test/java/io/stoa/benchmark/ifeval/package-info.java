@NullMarked
package io.stoa.benchmark.ifeval;

import org.jspecify.annotations.NullMarked;
