package io.stoa.engine.serve;

import io.stoa.engine.Generation;
import tools.jackson.databind.node.ObjectNode;

/** What an answer cost, and how it is told. */
final class Usage {
    private Usage() {}

    static void put(ObjectNode answer, Generation generation) {
        put(answer, generation.promptTokens(), generation.answerTokens());
    }

    static void put(ObjectNode answer, int promptTokens, int answerTokens) {
        answer.putObject("usage")
                .put("prompt_tokens", promptTokens)
                .put("completion_tokens", answerTokens)
                .put("total_tokens", promptTokens + answerTokens);
    }

    /** OpenAI's word for why an answer ended. A cancelled one has nobody left to read it. */
    static String finishReason(Generation.Finish finish) {
        return switch (finish) {
            case STOP -> "stop";
            case LENGTH, CANCELLED -> "length";
        };
    }
}
