/**
 * How much memory a model takes that is published as safetensors files with a {@code config.json}, as vLLM, SGLang and
 * Transformers load it: weights from the headers of the files ({@code engine.safetensors}), keys and values per token from the configuration.
 */
@NullMarked
package io.stoa.hardware.safetensors;

import org.jspecify.annotations.NullMarked;
