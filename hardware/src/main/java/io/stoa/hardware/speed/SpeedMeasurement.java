package io.stoa.hardware.speed;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * All rounds of a measurement, in order, the disturbed ones too.
 *
 * <p>The rule for noise: a round is disturbed when other processes used more than a quarter of all cores' time during
 * it. With enough undisturbed rounds only they count; otherwise all count, and the figures are a bound from the slow
 * side, because disturbance only slows. No round is ever dropped for its own time, which would flatter the result.
 *
 * @param rounds at least one
 * @param wantedPromptTokens the prompt that the workload has; the rounds' prompts may be shorter where the context is
 */
public record SpeedMeasurement(List<SpeedRound> rounds, int wantedPromptTokens) {
    /** The share of all cores' time that others may use in an undisturbed round. */
    static final double MOST_OTHERS_LOAD = 0.25;

    /** The fewest undisturbed rounds: six give an interval of 95 % confidence for the median. */
    static final int ENOUGH = 6;

    public SpeedMeasurement {
        rounds = List.copyOf(rounds);
        if (rounds.isEmpty()) {
            throw new IllegalArgumentException("a measurement has at least one round");
        }
    }

    /** Whether enough rounds were undisturbed, or all of them. */
    public boolean undisturbed() {
        long count = rounds.stream().filter(SpeedRound::undisturbed).count();
        return count >= Math.min(ENOUGH, rounds.size());
    }

    /** Whether the prompts were as long as the workload's, within 5 %. */
    public boolean fullPrompt() {
        return counted().stream().allMatch(round -> round.promptTokens() >= 0.95 * wantedPromptTokens);
    }

    /** Tokens per second of reading a prompt. */
    public Spread promptThroughput() {
        return spread(counted(), SpeedRound::promptThroughput);
    }

    /** Seconds until the first token. */
    public Spread timeToFirstToken() {
        return spread(counted(), round -> SpeedRound.seconds(round.timeToFirstToken()));
    }

    /** Seconds from token to token; empty when no answer had two tokens. */
    public Optional<Spread> timePerOutputToken() {
        return generated(SpeedRound::secondsPerToken);
    }

    /** Tokens per second of generation; empty when no answer had two tokens. */
    public Optional<Spread> generationThroughput() {
        return generated(round -> 1 / round.secondsPerToken());
    }

    private Optional<Spread> generated(ToDoubleFunction<SpeedRound> value) {
        List<SpeedRound> generated =
                counted().stream().filter(SpeedRound::generated).toList();
        return generated.isEmpty() ? Optional.empty() : Optional.of(spread(generated, value));
    }

    private List<SpeedRound> counted() {
        Predicate<SpeedRound> counts = undisturbed() ? SpeedRound::undisturbed : round -> true;
        return rounds.stream().filter(counts).toList();
    }

    private static Spread spread(List<SpeedRound> rounds, ToDoubleFunction<SpeedRound> value) {
        return Spread.of(rounds.stream().mapToDouble(value).toArray());
    }
}
