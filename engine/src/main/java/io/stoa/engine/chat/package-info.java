/** Conversations and the templates that turn them into prompts. */
@NullMarked
package io.stoa.engine.chat;

import org.jspecify.annotations.NullMarked;
