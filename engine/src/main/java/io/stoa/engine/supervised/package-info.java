/**
 * An engine in a process of its own, so that a native crash, a file that changes under llama.cpp or a killed process
 * costs the requests in flight and nothing else. The child is {@code stoa engine}; it is watched and started again.
 */
@NullMarked
package io.stoa.engine.supervised;

import org.jspecify.annotations.NullMarked;
