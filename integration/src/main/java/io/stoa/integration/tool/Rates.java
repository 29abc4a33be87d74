package io.stoa.integration.tool;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How often tools were called in the last minute, by whichever box. For several threads. */
public final class Rates {
    private final InstantSource clock;
    private final Map<String, Rate> rates = new ConcurrentHashMap<>();

    public Rates(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether one more call of a tool fits, of at most so many in any one minute; then it is counted. */
    boolean take(String tool, int most) {
        return rates.computeIfAbsent(tool + ' ' + most, _ -> new Rate(most, clock))
                .take();
    }
}
