/**
 * Chat templates of strangers, judged by what they do: they are run over many conversations in the sandbox.
 */
@NullMarked
package io.stoa.inspect.template;

import org.jspecify.annotations.NullMarked;
