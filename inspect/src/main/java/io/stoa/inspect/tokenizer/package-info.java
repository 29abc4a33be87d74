/**
 * Tokenizers, and the JSON files beside a model: edits that change what people wrote before the model sees it.
 */
@NullMarked
package io.stoa.inspect.tokenizer;

import org.jspecify.annotations.NullMarked;
