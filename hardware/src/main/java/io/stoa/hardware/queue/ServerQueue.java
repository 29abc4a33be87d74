package io.stoa.hardware.queue;

import static java.util.Objects.requireNonNull;

/**
 * One queue before servers of the same speed that work on one request each, first come, first served.
 *
 * <p>A request begins at its arrival or when the first server is free, whichever is later (J. Kiefer and J. Wolfowitz,
 * "On the theory of queues with many servers", 1955), so only the servers' next free moments have to be kept.
 */
public final class ServerQueue {
    private final int servers;
    private final ServiceTime service;
    private final int mostWaiting;

    /**
     * Makes a queue.
     *
     * @param mostWaiting requests that may wait; one that comes beside them is dropped
     */
    public ServerQueue(int servers, ServiceTime service, int mostWaiting) {
        this.service = requireNonNull(service, "service");
        if (servers < 1 || servers > 100_000 || mostWaiting < 0) {
            throw new IllegalArgumentException(
                    "servers are 1 to 100,000 and a queue is not negative: " + servers + ", " + mostWaiting);
        }
        this.servers = servers;
        this.mostWaiting = mostWaiting;
    }

    public QueueResult run(RequestTrace trace) {
        int n = trace.size();
        MinHeap free = new MinHeap(servers);
        for (int server = 0; server < servers; server++) {
            free.add(0, server);
        }
        double[] waits = new double[n];
        double[] latencies = new double[n];
        // Starts never decrease, so those still waiting at an arrival are the last ones.
        double[] starts = new double[n];
        int firstWaiting = 0;
        int served = 0;
        double busy = 0;
        double waited = 0;
        double end = 0;
        for (int request = 0; request < n; request++) {
            double arrival = trace.arrival(request);
            while (firstWaiting < served && starts[firstWaiting] <= arrival) {
                firstWaiting++;
            }
            boolean late = free.minKey() > arrival;
            if (late && served - firstWaiting >= mostWaiting) {
                continue;
            }
            double start = Math.max(arrival, free.minKey());
            double seconds = service.seconds(trace, request);
            free.replaceMin(start + seconds);
            starts[served] = start;
            waits[served] = start - arrival;
            latencies[served] = start + seconds - arrival;
            waited += start - arrival;
            busy += seconds;
            end = Math.max(end, start + seconds);
            served++;
        }
        double span = Math.max(end - trace.arrival(0), Double.MIN_NORMAL);
        return new QueueResult(
                served,
                n - served,
                QueueResult.Times.of(waits, served),
                QueueResult.Times.of(latencies, served),
                QueueResult.Times.of(new double[0], 0),
                QueueResult.Times.of(latencies, served),
                busy / (servers * span),
                waited / span,
                busy / span,
                span);
    }
}
