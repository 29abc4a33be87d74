package io.stoa.hardware.quant;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is known about one rung after some windows, and whether that decides. */
public final class RungTally {
    private final Margins margins;
    private final MeanSequence divergence = new MeanSequence();
    private final MeanSequence logRatio = new MeanSequence();
    private final MeanSequence flips = new MeanSequence();

    public RungTally(Margins margins) {
        this.margins = margins;
    }

    /**
     * Adds a window.
     *
     * @param meanDivergence KL(base ‖ rung) over the window's tokens, in nats a token
     * @param meanLogRatio ln(PPL(rung) / PPL(base)) over them
     * @param shareOfFlips of them with another likeliest token
     */
    public void add(double meanDivergence, double meanLogRatio, double shareOfFlips) {
        divergence.add(meanDivergence);
        logRatio.add(meanLogRatio);
        flips.add(shareOfFlips);
    }

    public int windows() {
        return divergence.count();
    }

    /** What the margins say so far. A share of flips above its margin, or a divergence, is enough to be inferior. */
    public Decision decision() {
        List<Decision> decisions = new ArrayList<>();
        decisions.add(against(divergence, margins.divergence()));
        margins.flips().ifPresent(most -> decisions.add(against(flips, most)));
        if (decisions.contains(Decision.INFERIOR)) {
            return Decision.INFERIOR;
        }
        return decisions.contains(Decision.UNDECIDED) ? Decision.UNDECIDED : Decision.NOT_INFERIOR;
    }

    private Decision against(MeanSequence mean, double most) {
        Optional<Interval> interval = mean.interval(margins.confidence());
        if (interval.isEmpty()) {
            return Decision.UNDECIDED;
        }
        if (interval.get().low() > most) {
            return Decision.INFERIOR;
        }
        return interval.get().high() <= most ? Decision.NOT_INFERIOR : Decision.UNDECIDED;
    }

    /** What was found, with its interval at all looks together. */
    Found divergence() {
        return found(divergence, 0, Double.MAX_VALUE);
    }

    Found logRatio() {
        return found(logRatio, -Double.MAX_VALUE, Double.MAX_VALUE);
    }

    Found flips() {
        return found(flips, 0, 1);
    }

    private Found found(MeanSequence mean, double least, double most) {
        return new Found(
                mean.mean(),
                mean.interval(margins.confidence())
                        .map(interval ->
                                new Interval(Math.max(least, interval.low()), Math.min(most, interval.high()))));
    }

    /**
     * A mean and the interval that holds it.
     *
     * @param interval empty where there were too few windows for one
     */
    public record Found(double value, Optional<Interval> interval) {
        public Found {
            requireNonNull(interval, "interval");
        }
    }
}
