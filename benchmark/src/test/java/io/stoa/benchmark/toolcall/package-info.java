@NullMarked
package io.stoa.benchmark.toolcall;

import org.jspecify.annotations.NullMarked;
