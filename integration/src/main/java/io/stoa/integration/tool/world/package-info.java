/** Worlds that exist in memory only, to see what a model's calls lead to: tool calls judged by the state they leave. */
@NullMarked
package io.stoa.integration.tool.world;

import org.jspecify.annotations.NullMarked;
