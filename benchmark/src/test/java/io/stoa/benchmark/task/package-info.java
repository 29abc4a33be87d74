@NullMarked
package io.stoa.benchmark.task;

import org.jspecify.annotations.NullMarked;
