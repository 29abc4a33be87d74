/**
 * YAML files that people write, held against a {@link io.stoa.store.yaml.Shape} before anything is made of them. All that
 * is wrong with a file is told at once, each with its line and column, and the same shape yields the JSON Schema. Shared by
 * {@code stoa.yaml} and {@code gateway.yaml}.
 */
@NullMarked
package io.stoa.store.yaml;

import org.jspecify.annotations.NullMarked;
