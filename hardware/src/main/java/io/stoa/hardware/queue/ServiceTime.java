package io.stoa.hardware.queue;

import java.util.SplittableRandom;

/** How long a server works on a request of a trace, in seconds. It is asked once for each request that is begun. */
@FunctionalInterface
public interface ServiceTime {
    double seconds(RequestTrace trace, int request);

    /** The same for all. */
    static ServiceTime constant(double seconds) {
        return (_, _) -> seconds;
    }

    /** Exponential, independent. */
    static ServiceTime exponential(double mean, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return (_, _) -> -Math.log(1 - random.nextDouble()) * mean;
    }
}
