package io.stoa.gateway.wire;

import java.util.List;
import java.util.OptionalInt;

/**
 * What the gateway must know of a request, found in one pass over its bytes without building a tree.
 *
 * @param call which call it is
 * @param model what its caller named as the model: a route's name
 * @param modelStart where the model's JSON string begins in the body, at its opening quote, so that the upstream's own
 *     name can be put there by splicing bytes
 * @param modelEnd just after its closing quote
 * @param stream whether the answer is to be streamed
 * @param includeUsage whether the caller asked for usage in the stream
 * @param maxTokens the most tokens of one answer, where the caller says so
 * @param choices how many answers: {@code n}, or {@code best_of} where that is more; 1 unless told
 * @param prompts how many prompts or inputs: more than one for batches of completions and embeddings
 * @param tools the names of the functions that the model may call
 * @param promptBytes the UTF-8 bytes of all that the model will read: a bound of its tokens
 */
public record RequestFacts(
        ApiCall call,
        String model,
        int modelStart,
        int modelEnd,
        boolean stream,
        boolean includeUsage,
        OptionalInt maxTokens,
        int choices,
        int prompts,
        List<String> tools,
        int promptBytes) {
    public RequestFacts {
        tools = List.copyOf(tools);
        if (choices < 1 || prompts < 1) {
            throw new IllegalArgumentException("a request asks for something: " + choices + " of " + prompts);
        }
    }

    /** The same as asked of another model. */
    public RequestFacts withModel(String other) {
        return new RequestFacts(
                call,
                other,
                modelStart,
                modelEnd,
                stream,
                includeUsage,
                maxTokens,
                choices,
                prompts,
                tools,
                promptBytes);
    }
}
