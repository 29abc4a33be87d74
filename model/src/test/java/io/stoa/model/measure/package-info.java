@NullMarked
package io.stoa.model.measure;

import org.jspecify.annotations.NullMarked;
