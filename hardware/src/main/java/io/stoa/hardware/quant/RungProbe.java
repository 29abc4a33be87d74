package io.stoa.hardware.quant;

import io.stoa.engine.llama.BaseReading;
import io.stoa.engine.llama.DivergenceTally;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.List;

/** Reads windows on base and rung, in one order for all rungs, so that what the base said is needed again soon. */
final class RungProbe {
    private final BaseReading base;
    private final List<Integer> order;
    private final Margins margins;

    /**
     * @throws StoaException of kind {@code USER} when the text is too short for any decision
     */
    RungProbe(BaseReading base, long seed, Margins margins) {
        if (base.windows() < MeanSequence.FEWEST) {
            throw StoaException.user("the text has " + base.windows() + " whole windows, and nothing is decided before "
                    + MeanSequence.FEWEST + ": take a longer text, or shorter windows (--window)");
        }
        this.base = base;
        this.order = WindowOrder.of(base.windows(), seed);
        this.margins = margins;
    }

    int windows() {
        return order.size();
    }

    /** Reads until the margins decide or the text ends. */
    RungTally untilDecided(Path gguf, Progress progress) {
        RungTally tally = new RungTally(margins);
        try (BaseReading.Comparison comparison = base.compare(gguf)) {
            for (int window : order) {
                progress.at(tally.windows(), order.size());
                DivergenceTally read = comparison.read(window);
                tally.add(read.meanDivergence(), read.logRatio(), read.flips());
                if (tally.decision() != Decision.UNDECIDED) {
                    break;
                }
            }
        }
        return tally;
    }

    /** The mean divergence over the first windows of the order. */
    double divergence(Path gguf, int windows) {
        MeanSequence mean = new MeanSequence();
        try (BaseReading.Comparison comparison = base.compare(gguf)) {
            for (int window : order.subList(0, Math.min(windows, order.size()))) {
                mean.add(comparison.read(window).meanDivergence());
            }
        }
        return mean.mean();
    }
}
