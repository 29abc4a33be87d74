package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What may be spent on everything that is asked together: all tasks of all models. The clock runs from the moment this is
 * made. Not for several threads.
 */
public final class Budget {
    private final long started = System.nanoTime();
    private final Optional<Duration> maxTime;
    private final OptionalDouble maxCost;
    private final Prices prices;
    private long promptTokens;
    private long answerTokens;

    /**
     * What things cost, in one currency.
     *
     * @param hour of this machine
     * @param millionPromptTokens read; of a request that is scored, the prompt and the continuation
     * @param millionAnswerTokens generated
     */
    public record Prices(double hour, double millionPromptTokens, double millionAnswerTokens) {
        public static final Prices FREE = new Prices(0, 0, 0);

        public Prices {
            if (!(hour >= 0) || !(millionPromptTokens >= 0) || !(millionAnswerTokens >= 0)) {
                throw new IllegalArgumentException("prices must not be negative: " + hour + ", " + millionPromptTokens
                        + ", " + millionAnswerTokens);
            }
        }

        boolean free() {
            return hour == 0 && millionPromptTokens == 0 && millionAnswerTokens == 0;
        }

        double of(Duration time, long promptTokens, long answerTokens) {
            return hour * time.toNanos() / 3.6e12
                    + millionPromptTokens * promptTokens / 1e6
                    + millionAnswerTokens * answerTokens / 1e6;
        }
    }

    /**
     * @param maxTime nothing more is asked after this time
     * @param maxCost nothing more is asked once this was spent, in the prices' currency
     */
    public Budget(Optional<Duration> maxTime, OptionalDouble maxCost, Prices prices) {
        this.maxTime = requireNonNull(maxTime, "maxTime");
        this.maxCost = requireNonNull(maxCost, "maxCost");
        this.prices = requireNonNull(prices, "prices");
        if (maxTime.filter(time -> !time.isPositive()).isPresent()) {
            throw new IllegalArgumentException("the longest time must be positive: " + maxTime.get());
        }
        if (maxCost.isPresent() && !(maxCost.getAsDouble() > 0)) {
            throw new IllegalArgumentException("the highest cost must be positive: " + maxCost.getAsDouble());
        }
        if (maxCost.isPresent() && prices.free()) {
            throw new IllegalArgumentException(
                    "a highest cost needs prices; say what an hour or a million tokens cost");
        }
    }

    /** Whatever it takes. */
    public static Budget unlimited() {
        return new Budget(Optional.empty(), OptionalDouble.empty(), Prices.FREE);
    }

    void spend(long prompt, long answer) {
        promptTokens += prompt;
        answerTokens += answer;
    }

    /** The time since this was made. */
    public Duration time() {
        return Duration.ofNanos(System.nanoTime() - started);
    }

    /** What was spent since this was made. */
    public double cost() {
        return prices.of(time(), promptTokens, answerTokens);
    }

    /** Whether more may be asked, and if not, why. */
    public Run.Stop stop() {
        if (maxTime.filter(most -> time().compareTo(most) >= 0).isPresent()) {
            return Run.Stop.MAX_TIME;
        }
        return maxCost.isPresent() && cost() >= maxCost.getAsDouble() ? Run.Stop.MAX_COST : Run.Stop.COMPLETE;
    }
}
