package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.cost.CostRange;
import io.stoa.hardware.cost.Price;
import io.stoa.hardware.cost.TokenCost;
import io.stoa.model.Interval;
import java.util.List;

/** What would answer the same requests in one place. */
public sealed interface ServerTier {
    String name();

    /** What a request of the workload costs there. */
    CostRange perRequest(Workload workload);

    /** The prices behind it. */
    List<Price> prices();

    /**
     * A machine that is paid by the hour.
     *
     * @param prompt tokens per second of reading prompts
     * @param generation tokens per second of all answers together
     * @param utilisation the share of the paid time in which it works
     */
    record Hourly(String name, Price hourly, Interval prompt, Interval generation, double utilisation)
            implements ServerTier {
        public Hourly {
            requireNonNull(hourly, "hourly");
            if (!(prompt.low() > 0 && generation.low() > 0)) {
                throw new IllegalArgumentException("speeds of a server are positive: " + prompt + ", " + generation);
            }
            if (!(utilisation > 0 && utilisation <= 1)) {
                throw new IllegalArgumentException("utilisation lies in (0, 1]: " + utilisation);
            }
        }

        @Override
        public CostRange perRequest(Workload workload) {
            return TokenCost.request(
                            hourly.amount(),
                            workload.promptTokens(),
                            workload.answerTokens(),
                            seconds(workload.promptTokens(), prompt),
                            seconds(workload.answerTokens(), generation),
                            utilisation)
                    .perRequest();
        }

        private static Interval seconds(double tokens, Interval speed) {
            return new Interval(tokens / speed.high(), tokens / speed.low());
        }

        @Override
        public List<Price> prices() {
            return List.of(hourly);
        }
    }

    /**
     * A service that is paid by tokens.
     *
     * @param input what a million prompt tokens cost
     * @param output what a million answer tokens cost
     */
    record Api(String name, Price input, Price output) implements ServerTier {
        public Api {
            requireNonNull(input, "input");
            requireNonNull(output, "output");
        }

        @Override
        public CostRange perRequest(Workload workload) {
            return CostRange.exactly(TokenCost.request(
                    input.amount(), output.amount(), workload.promptTokens(), workload.answerTokens()));
        }

        @Override
        public List<Price> prices() {
            return List.of(input, output);
        }
    }
}
