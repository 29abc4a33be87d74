@NullMarked
package io.stoa.gateway;

import org.jspecify.annotations.NullMarked;
