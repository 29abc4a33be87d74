package io.stoa.engine.chat;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A model's answer, taken apart.
 *
 * @param content what is meant for the reader, without the calls; malformed calls stay in it, so that nothing is lost
 * @param reasoning what the model thought before it answered, when it marks it ({@code <think>}, gpt-oss's analysis);
 *     else empty
 * @param toolCalls the calls, in order
 * @param problems one sentence for each call that could not be read
 */
public record ParsedAnswer(String content, String reasoning, List<ToolCall> toolCalls, List<String> problems) {
    public ParsedAnswer {
        requireNonNull(content, "content");
        requireNonNull(reasoning, "reasoning");
        toolCalls = List.copyOf(toolCalls);
        problems = List.copyOf(problems);
    }
}
