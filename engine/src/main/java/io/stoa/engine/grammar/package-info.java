/**
 * Answers in a given shape. A {@link Grammar} is read from GBNF and followed here, in Java: a hostile grammar meets
 * bounds instead of native code, and each state knows the shortest way to an end, so that an answer is whole before its
 * token limit. {@link JsonSchemaGrammar} writes the GBNF of a JSON Schema.
 */
@NullMarked
package io.stoa.engine.grammar;

import org.jspecify.annotations.NullMarked;
