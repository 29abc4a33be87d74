package io.stoa.integration.agent;

import io.stoa.engine.chat.ChatMessage;
import java.util.List;

/**
 * What an agent is to do.
 *
 * @param messages the conversation so far: what the system and the user say is trusted, what an assistant or a tool is
 *     said to have said is not; the last one is the user's
 * @param materials what it is given to read, often nothing
 */
public record AgentTask(List<ChatMessage> messages, List<Material> materials) {
    public AgentTask {
        messages = List.copyOf(messages);
        materials = List.copyOf(materials);
        if (messages.isEmpty() || !messages.getLast().role().equals("user")) {
            throw new IllegalArgumentException("the last message of a task is the user's");
        }
    }

    /** A task in one sentence. */
    public static AgentTask of(String request) {
        return new AgentTask(List.of(ChatMessage.user(request)), List.of());
    }
}
