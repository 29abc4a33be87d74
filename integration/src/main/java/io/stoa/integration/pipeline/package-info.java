/**
 * Pipelines: steps with typed inputs and outputs, read from YAML, run durably by a journal, replayed byte for byte.
 */
@NullMarked
package io.stoa.integration.pipeline;

import org.jspecify.annotations.NullMarked;
