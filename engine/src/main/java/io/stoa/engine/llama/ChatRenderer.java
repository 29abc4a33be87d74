package io.stoa.engine.llama;

import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ToolDefinition;
import java.util.List;

/** Turns a conversation into a prompt: a parsed chat template. */
@FunctionalInterface
public interface ChatRenderer {
    /**
     * The prompt's text.
     *
     * @param addGenerationPrompt end with the marker after which the assistant speaks
     * @param bosToken the text of the model's begin token, empty where there is none
     * @param eosToken the text of the model's end token, empty where there is none
     */
    String render(
            List<ChatMessage> messages,
            List<ToolDefinition> tools,
            boolean addGenerationPrompt,
            String bosToken,
            String eosToken);
}
