package io.stoa.engine;

import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ToolDefinition;
import java.util.List;

/** What a model is asked. */
public sealed interface Prompt {
    /** Text that goes to the tokenizer as it is; markers in it become their special tokens. */
    record Text(String text) implements Prompt {
        public Text {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("an empty prompt");
            }
        }
    }

    /**
     * A conversation that the model's chat template renders.
     *
     * @param messages at least one
     * @param tools the tools on offer, often none
     */
    record Chat(List<ChatMessage> messages, List<ToolDefinition> tools) implements Prompt {
        public Chat {
            messages = List.copyOf(messages);
            tools = List.copyOf(tools);
            if (messages.isEmpty()) {
                throw new IllegalArgumentException("a conversation without a message");
            }
        }
    }

    /**
     * A conversation whose last message, the assistant's, is only begun: the answer goes on where it ends.
     *
     * @param messages the last one of role {@code assistant}, with a text that is not empty
     */
    record Continued(List<ChatMessage> messages) implements Prompt {
        public Continued {
            messages = List.copyOf(messages);
            if (messages.isEmpty()
                    || !messages.getLast().role().equals("assistant")
                    || messages.getLast().content().orElse("").isEmpty()) {
                throw new IllegalArgumentException("the last message must be the assistant's, with a text to continue");
            }
        }
    }

    /** One user message without tools. */
    static Prompt user(String content) {
        return new Chat(List.of(ChatMessage.user(content)), List.of());
    }
}
