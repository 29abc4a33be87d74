package io.stoa.hardware.cost;

/** When a machine of one's own has become cheaper than renting; see {@link OwnMachine#breakEven}. */
public sealed interface BreakEven {
    /**
     * It has paid off.
     *
     * @param months from the purchase on
     * @param requests served until then
     * @param withinLife whether the machine still lives then; otherwise it must be bought again before it has paid off
     */
    record After(double months, double requests, boolean withinLife) implements BreakEven {}

    /**
     * It is cheaper from a volume on; see {@link OwnMachine#breakEvenVolume}.
     *
     * @param requestsPerMonth the fewest requests a month at which it is
     */
    record From(double requestsPerMonth) implements BreakEven {}

    /**
     * It never does.
     *
     * @param reason a clause that says why
     */
    record Never(String reason) implements BreakEven {}
}
