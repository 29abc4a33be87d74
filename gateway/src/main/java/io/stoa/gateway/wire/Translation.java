package io.stoa.gateway.wire;

/**
 * One request of another protocol, told in chat completions, and how its answer is told back. What chat completions
 * cannot say is refused by name. Hints that change no answer (cache controls, keys of prompt caches, identifiers of end
 * users for abuse) are left out, and reasoning is told where the protocol has a place for it.
 */
public sealed interface Translation permits ResponsesTranslation, MessagesTranslation {
    /** Whether a call has to be translated. */
    static boolean isFor(ApiCall call) {
        return call == ApiCall.RESPONSES || call == ApiCall.MESSAGES;
    }

    /**
     * Translates a request.
     *
     * @param body a body that {@link RequestScan} has accepted for this call
     * @throws RefusedRequest when it asks for what chat completions cannot say
     */
    static Translation of(ApiCall call, byte[] body) {
        return switch (call) {
            case RESPONSES -> ResponsesTranslation.of(Json.MAPPER.readTree(body));
            case MESSAGES -> MessagesTranslation.of(Json.MAPPER.readTree(body));
            case CHAT_COMPLETIONS, COMPLETIONS, EMBEDDINGS, RERANK, COUNT_TOKENS, TOKENIZE, DETOKENIZE ->
                throw new IllegalArgumentException(call + " is not told in chat completions");
        };
    }

    /** The same request as a body for chat completions, with the model as its caller named it. */
    byte[] chat();

    /**
     * A whole answer in the caller's protocol.
     *
     * @param chatAnswer the upstream's chat completion
     * @throws IllegalArgumentException when it is no chat completion
     */
    byte[] answer(byte[] chatAnswer);

    /** Tells one stream of chat completion chunks in the caller's protocol. */
    EventTranslation events();
}
