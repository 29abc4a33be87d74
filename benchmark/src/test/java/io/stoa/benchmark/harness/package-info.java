@NullMarked
package io.stoa.benchmark.harness;

import org.jspecify.annotations.NullMarked;
