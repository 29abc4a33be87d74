package io.stoa.benchmark.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;
import java.util.Map;

/**
 * What a judge says of answers. <b>Not a score</b>: nobody has checked the judge, and its errors are not in the interval,
 * which is about more items judged by the same judge only. It meets no gate and is never shown as a quality.
 *
 * @param share the mean verdict, from 0 to 1
 * @param interval of what the judge would say of more items
 * @param n verdicts
 */
public record JudgesShare(double share, Interval interval, double confidence, int n, Map<Unreadable, Integer> dropped)
        implements JudgedQuality {
    public JudgesShare {
        requireNonNull(interval, "interval");
        dropped = Map.copyOf(dropped);
    }
}
