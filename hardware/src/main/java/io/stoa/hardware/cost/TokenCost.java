package io.stoa.hardware.cost;

import io.stoa.model.Interval;
import io.stoa.model.Score;
import java.util.Optional;

/**
 * The cost of tokens and answers of a machine that is paid by the hour.
 *
 * <p>Cost per million tokens = price per hour ÷ (3600 · tokens per second · utilisation) · 10⁶, so that 3 USD an hour
 * at 1,000 tokens/s and a utilisation of one half are 1.6667 USD.
 */
public final class TokenCost {
    private TokenCost() {}

    /**
     * Cost per million tokens.
     *
     * @param tokensPerSecond while the machine is busy
     * @param utilisation the share of the paid time in which it is, in (0, 1]
     */
    public static Money perMillion(Money hourly, double tokensPerSecond, double utilisation) {
        requireUtilisation(utilisation);
        if (!(tokensPerSecond > 0)) {
            throw new IllegalArgumentException("tokens per second must be positive: " + tokensPerSecond);
        }
        return hourly.times(1e6 / (3600 * tokensPerSecond * utilisation));
    }

    /** The same for an uncertain speed: the faster, the cheaper. */
    public static CostRange perMillion(Money hourly, Interval tokensPerSecond, double utilisation) {
        return CostRange.of(
                perMillion(hourly, tokensPerSecond.high(), utilisation),
                perMillion(hourly, tokensPerSecond.low(), utilisation));
    }

    /**
     * The cost of a request, and how prompt and answer share it.
     *
     * @param perRequest of one request
     * @param perMillionInput of a million prompt tokens
     * @param perMillionOutput of a million answer tokens
     * @param perMillion of a million tokens of both kinds, in the workload's mix
     */
    public record Request(
            CostRange perRequest, CostRange perMillionInput, CostRange perMillionOutput, CostRange perMillion) {}

    /**
     * Splits the paid time of a request between prompt and answer.
     *
     * @param promptSeconds of the whole machine for a prompt
     * @param answerSeconds of the whole machine for an answer: its time divided by the answers made at the same time
     */
    public static Request request(
            Money hourly,
            int promptTokens,
            int answerTokens,
            Interval promptSeconds,
            Interval answerSeconds,
            double utilisation) {
        requireUtilisation(utilisation);
        Money second = hourly.times(1 / (3600 * utilisation));
        CostRange prompt = CostRange.of(second.times(promptSeconds.low()), second.times(promptSeconds.high()));
        CostRange answer = CostRange.of(second.times(answerSeconds.low()), second.times(answerSeconds.high()));
        CostRange both = prompt.plus(answer);
        return new Request(
                both,
                prompt.times(1e6 / promptTokens),
                answer.times(1e6 / answerTokens),
                both.times(1e6 / ((double) promptTokens + answerTokens)));
    }

    /** The cost of a request that is paid by tokens. */
    public static Money request(Money perMillionInput, Money perMillionOutput, int promptTokens, int answerTokens) {
        return perMillionInput.times(promptTokens / 1e6).plus(perMillionOutput.times(answerTokens / 1e6));
    }

    /**
     * The cost of an answer that is accepted: all are paid for, some are thrown away. The acceptance share's interval
     * is carried through; where it reaches down to nothing, so that perhaps no answer is accepted, there is no upper
     * bound.
     */
    public static CostRange perAccepted(CostRange perAnswer, Score acceptance) {
        Interval share = acceptance.interval();
        if (share.high() == 0) {
            throw new IllegalArgumentException("no answer is accepted, so an accepted one has no cost");
        }
        Optional<Money> high =
                share.low() > 0 ? perAnswer.high().map(most -> most.times(1 / share.low())) : Optional.empty();
        return new CostRange(perAnswer.low().times(1 / share.high()), high);
    }

    static void requireUtilisation(double utilisation) {
        if (!(utilisation > 0 && utilisation <= 1)) {
            throw new IllegalArgumentException("utilisation lies in (0, 1]: " + utilisation);
        }
    }
}
