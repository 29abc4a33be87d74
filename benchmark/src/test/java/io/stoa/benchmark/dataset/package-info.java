@NullMarked
package io.stoa.benchmark.dataset;

import org.jspecify.annotations.NullMarked;
