package io.stoa.gateway.wire;

/**
 * The tokens of a request, as its upstream counted them.
 *
 * @param prompt tokens read, with those taken from a cache
 * @param completion tokens generated, over all choices
 */
public record TokenUsage(long prompt, long completion) {
    public static final TokenUsage NONE = new TokenUsage(0, 0);

    public TokenUsage {
        if (prompt < 0 || completion < 0) {
            throw new IllegalArgumentException("tokens are not negative: " + prompt + ", " + completion);
        }
    }

    public TokenUsage plus(TokenUsage more) {
        return new TokenUsage(prompt + more.prompt, completion + more.completion);
    }
}
