/**
 * Runs a model.
 *
 * <p>{@link io.stoa.engine.Engine} is one loaded model: it generates, scores, tokenizes and embeds, and says what it
 * supports. Two implementations: {@code engine.llama} runs a GGUF file in this process through llama.cpp's C API and
 * Java's FFM API; {@code engine.remote} speaks to an OpenAI-compatible endpoint. Before native code sees a file, {@code
 * engine.gguf} has read its header in Java and refused whatever is malformed. {@code engine.chat} turns conversations
 * into prompts with the model's own chat template, in a sandboxed Jinja interpreter.
 */
@NullMarked
package io.stoa.engine;

import org.jspecify.annotations.NullMarked;
