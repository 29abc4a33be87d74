package io.stoa.hardware;

import io.stoa.hardware.cost.CostRange;
import io.stoa.hardware.cost.Money;
import io.stoa.hardware.cost.TokenCost;
import io.stoa.model.Check;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.Interval;
import io.stoa.model.Machine;
import java.util.List;
import java.util.Optional;

/** What generated tokens cost on a machine whose hours have a price. */
final class ServingCost {
    private ServingCost() {}

    /**
     * One sentence; none where no price is known.
     *
     * @param generation tokens per second while the machine is busy
     * @param load what it then does, such as "one stream at a time"
     * @param more a clause about cheaper ways to use it, or nothing
     */
    static Optional<Finding> of(
            Check check, Machine machine, Interval generation, String load, String more, List<EvidenceRef> evidence) {
        return machine.hourly().map(hourly -> {
            CostRange cost = TokenCost.perMillion(new Money(hourly.amount(), hourly.currency()), generation, 1);
            return Finding.info(
                    check,
                    "a million generated tokens cost " + cost + " while the machine is always busy with " + load
                            + ", and twice that when it is half the time, at " + hourly + more,
                    List.of(),
                    evidence);
        });
    }
}
