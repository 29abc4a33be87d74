package io.stoa.hardware.queue;

/**
 * Mean waiting times in equilibrium, in the unit of time of the rates. Sources: A. K. Erlang, "Solution of some
 * Problems in the Theory of Probabilities of Significance in Automatic Telephone Exchanges" (1917); F. Pollaczek (1930)
 * and A. Khinchin (1932); L. Kleinrock, Queueing Systems I (1975), chapters 3 and 5.
 */
public final class QueueFormulas {
    private QueueFormulas() {}

    /**
     * The chance that a request waits in M/M/c.
     *
     * @param load arrivals times service time, below the number of servers
     */
    public static double erlangC(int servers, double load) {
        if (servers < 1 || !(load >= 0 && load < servers)) {
            throw new IllegalArgumentException(
                    "a queue is stable for a load below its servers: " + load + " for " + servers);
        }
        // Erlang B by its recursion, which neither overflows nor cancels.
        double blocked = 1;
        for (int server = 1; server <= servers; server++) {
            blocked = load * blocked / (server + load * blocked);
        }
        return blocked / (1 - load / servers * (1 - blocked));
    }

    /** M/M/c: C(c, a) · s ÷ (c − a) for service times of mean s and load a = arrivals · s. */
    public static double meanWait(int servers, double arrivals, double meanService) {
        double load = arrivals * meanService;
        return erlangC(servers, load) * meanService / (servers - load);
    }

    /** M/D/1: half of what M/M/1 waits. */
    public static double meanWaitDeterministic(double arrivals, double service) {
        return meanWaitGeneral(arrivals, service, 0);
    }

    /**
     * M/G/1 (Pollaczek and Khinchin): ρ · s · (1 + v) ÷ (2 · (1 − ρ)).
     *
     * @param variation the variance of service times divided by their squared mean
     */
    public static double meanWaitGeneral(double arrivals, double meanService, double variation) {
        double load = arrivals * meanService;
        if (!(load >= 0 && load < 1)) {
            throw new IllegalArgumentException("a queue of one server is stable for a load below 1: " + load);
        }
        return load * meanService * (1 + variation) / (2 * (1 - load));
    }
}
