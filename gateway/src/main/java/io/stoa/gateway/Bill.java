package io.stoa.gateway;

import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.policy.Reservation;
import io.stoa.gateway.route.Tier;
import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RefusedRequest;
import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.TokenUsage;
import java.util.List;
import java.util.Optional;

/**
 * What a request can cost at most and did cost. A token is at least one byte of what the model reads. Nothing is charged
 * beyond what was set aside.
 */
final class Bill {
    /** Bytes of a token where no upstream counts for us; measured texts have three to five. */
    private static final int BYTES_PER_TOKEN = 4;

    private static final long MOST_TOKENS = 1L << 40;

    private final List<Line> lines;
    private final TokenUsage most;
    private final Micros worst;
    private final long promptGuess;
    private Optional<Reservation> reservation = Optional.empty();
    private TokenUsage usage = TokenUsage.NONE;
    private Micros cost = Micros.ZERO;

    /**
     * @param bodyBytes of the whole request
     * @param attempts the most attempts with each tier
     * @throws RefusedRequest when it can cost more than can be counted
     */
    Bill(RequestFacts facts, int bodyBytes, List<Tier> tiers, List<Integer> attempts, List<Integer> answerTokens) {
        this.promptGuess = isCharged(facts.call()) ? Math.ceilDiv(bodyBytes, BYTES_PER_TOKEN) : 0;
        this.lines = java.util.stream.IntStream.range(0, tiers.size())
                .mapToObj(i -> line(facts, tiers.get(i), attempts.get(i), answerTokens.get(i)))
                .toList();
        try {
            TokenUsage tokens = TokenUsage.NONE;
            Micros micros = Micros.ZERO;
            for (Line line : lines) {
                tokens = tokens.plus(
                        new TokenUsage(line.most.prompt() * line.attempts, line.most.completion() * line.attempts));
                micros = micros.plus(new Micros(
                        Math.multiplyExact(line.tier.price().of(line.most).value(), (long) line.attempts)));
            }
            this.most = tokens;
            this.worst = micros;
        } catch (ArithmeticException e) {
            throw new RefusedRequest(
                    ApiError.invalid("this asks for more tokens than can be paid; lower max_tokens, n or the prompts"));
        }
    }

    private static Line line(RequestFacts facts, Tier tier, int attempts, int answerTokens) {
        if (!isCharged(facts.call())) {
            return new Line(tier, attempts, TokenUsage.NONE);
        }
        long context = tier.contextTokens();
        long prompt = Math.min(facts.promptBytes(), context * facts.prompts());
        long completion = answers(facts.call())
                ? Math.min(facts.maxTokens().orElse(answerTokens), context)
                        * saturated((long) facts.choices() * facts.prompts())
                : 0;
        return new Line(tier, attempts, new TokenUsage(saturated(prompt), saturated(completion)));
    }

    private static long saturated(long tokens) {
        return Math.clamp(tokens, 0, MOST_TOKENS);
    }

    private static boolean isCharged(ApiCall call) {
        return switch (call) {
            case CHAT_COMPLETIONS, COMPLETIONS, EMBEDDINGS, RERANK, RESPONSES, MESSAGES -> true;
            case COUNT_TOKENS, TOKENIZE, DETOKENIZE -> false;
        };
    }

    /** Whether a call generates anything. */
    static boolean answers(ApiCall call) {
        return switch (call) {
            case CHAT_COMPLETIONS, COMPLETIONS, RESPONSES, MESSAGES -> true;
            case EMBEDDINGS, RERANK, COUNT_TOKENS, TOKENIZE, DETOKENIZE -> false;
        };
    }

    TokenUsage most() {
        return most;
    }

    Micros worst() {
        return worst;
    }

    void reserved(Reservation newReservation) {
        reservation = Optional.of(newReservation);
    }

    /** An attempt was answered by nobody, and its upstream may have read the prompt. */
    void lost(int step) {
        charge(step, new TokenUsage(promptGuess, 0));
    }

    /** An attempt used what its upstream says. */
    void charge(int step, TokenUsage used) {
        Line line = lines.get(step);
        TokenUsage bounded = new TokenUsage(
                Math.min(used.prompt(), line.most.prompt()), Math.min(used.completion(), line.most.completion()));
        usage = usage.plus(bounded);
        cost = cost.plus(line.tier.price().of(bounded));
    }

    /** An attempt used what passed, where its upstream does not say what. */
    void charge(int step, long events, long bytes) {
        long tokens = bytes == 0 ? 0 : Math.max(events, (bytes - events * BYTES_OF_EVENT) / BYTES_PER_TOKEN);
        charge(step, new TokenUsage(promptGuess, Math.max(0, tokens)));
    }

    /** The JSON around the text of an event. */
    private static final int BYTES_OF_EVENT = 180;

    TokenUsage usage() {
        return usage;
    }

    Micros cost() {
        return cost;
    }

    /** Once, whatever happened. */
    void settle() {
        Optional<Reservation> held = reservation;
        reservation = Optional.empty();
        held.ifPresent(each -> each.settle(usage, cost.compareTo(worst) > 0 ? worst : cost));
    }

    private record Line(Tier tier, int attempts, TokenUsage most) {}
}
