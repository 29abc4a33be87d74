@NullMarked
package io.stoa.edge.device;

import org.jspecify.annotations.NullMarked;
