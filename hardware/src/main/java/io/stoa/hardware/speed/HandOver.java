package io.stoa.hardware.speed;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** How long it takes until one thread sees what another wrote. */
public final class HandOver {
    private static final int BATCHES = 100;
    private static final int ROUNDS = 20;
    private static final int END = -1;
    private static final Duration LIMIT = Duration.ofMillis(50);

    private HandOver() {}

    /**
     * Seconds with so many threads, as they are now; 0 for one. They pass a number around for a few milliseconds; of batches
     * of rounds the lower decile counts, because others interrupt some of them.
     *
     * @param threads no more than there are processors, because they do nothing but look whose turn it is
     */
    public static double seconds(int threads) {
        if (threads == 1) {
            return 0;
        }
        AtomicInteger turn = new AtomicInteger();
        double[] seconds = new double[BATCHES];
        int done = 0;
        try (ExecutorService others = Executors.newFixedThreadPool(threads - 1)) {
            try {
                for (int place = 1; place < threads; place++) {
                    int first = place;
                    others.execute(() -> pass(turn, first, threads));
                }
                int own = 0;
                long start = System.nanoTime();
                long end = start + LIMIT.toNanos();
                while (done < BATCHES && start < end) {
                    for (int round = 0; round < ROUNDS; round++) {
                        await(turn, own);
                        turn.set(own + 1);
                        own += threads;
                    }
                    long now = System.nanoTime();
                    seconds[done++] = (now - start) / 1e9 / ROUNDS / threads;
                    start = now;
                }
                await(turn, own);
            } finally {
                // Even where a thread could not be started, lest the others look for their turn for ever.
                turn.set(END);
            }
        }
        Arrays.sort(seconds, 0, done);
        return seconds[done / 10];
    }

    private static void await(AtomicInteger turn, int own) {
        while (turn.get() != own) {
            Thread.onSpinWait();
        }
    }

    private static void pass(AtomicInteger turn, int first, int threads) {
        int own = first;
        for (int now = turn.get(); now != END; now = turn.get()) {
            if (now == own) {
                turn.set(own + 1);
                own += threads;
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
