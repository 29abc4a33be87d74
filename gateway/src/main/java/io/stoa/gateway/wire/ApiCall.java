package io.stoa.gateway.wire;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The calls that a model answers, by their path. All are {@code POST}. */
public enum ApiCall {
    CHAT_COMPLETIONS("/v1/chat/completions"),
    COMPLETIONS("/v1/completions"),
    EMBEDDINGS("/v1/embeddings"),
    RERANK("/v1/rerank"),
    /** OpenAI's newer protocol. */
    RESPONSES("/v1/responses"),
    /** Anthropic's protocol. */
    MESSAGES("/v1/messages"),
    COUNT_TOKENS("/v1/messages/count_tokens"),
    TOKENIZE("/tokenize"),
    DETOKENIZE("/detokenize");

    private static final Map<String, ApiCall> BY_PATH =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(ApiCall::path, Function.identity()));

    private final String path;

    ApiCall(String path) {
        this.path = path;
    }

    public String path() {
        return path;
    }

    /** The call of a path, which must be exact. */
    public static Optional<ApiCall> of(String path) {
        return Optional.ofNullable(BY_PATH.get(path));
    }
}
