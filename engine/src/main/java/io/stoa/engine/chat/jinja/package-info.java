/**
 * A Jinja interpreter for chat templates, which come with downloaded models and are not to be trusted.
 *
 * <p>It renders what Python's Jinja2 renders in the set-up of Hugging Face transformers ({@code apply_chat_template}):
 * {@code ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)} with the loop controls, {@code
 * raise_exception}, {@code strftime_now}, the {@code generation} tag and a {@code tojson} that is Python's {@code
 * json.dumps}. A byte that differs here moves a model's score, so conformance is tested byte for byte.
 *
 * <p>{@link io.stoa.engine.chat.jinja.Template} is the way in. {@code Lexer} and {@code Parser} make {@code Statement}s
 * and {@code Expression}s, which {@code Interpreter} walks; {@code Value} is Python's built-in types, {@code Operations}
 * their operators, {@code Attributes} their methods. Only JSON goes in, only text comes out, nothing of Java is
 * reachable, and {@code Budget} bounds the work, the depth and the output.
 */
@NullMarked
package io.stoa.engine.chat.jinja;

import org.jspecify.annotations.NullMarked;
