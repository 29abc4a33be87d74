package io.stoa.gateway.upstream;

import java.util.ArrayDeque;

/**
 * How many requests an upstream gets at once; a bounded number wait, first come first served. Shared by all event loops:
 * a place that becomes free is handed to the one who waits longest, who is told wherever the leaver runs.
 */
final class Gate {
    private final int most;
    private final int mostWaiting;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int inside;

    Gate(int most, int mostWaiting) {
        this.most = most;
        this.mostWaiting = mostWaiting;
    }

    /** Comes in, waits, or is sent away. */
    synchronized Entry enter(Runnable called) {
        if (inside < most) {
            inside++;
            return Entry.INSIDE;
        }
        if (waiting.size() >= mostWaiting) {
            return Entry.FULL;
        }
        waiting.add(called);
        return Entry.WAITING;
    }

    /** Gives up waiting; false when it was called already and so holds a place. */
    synchronized boolean giveUp(Runnable called) {
        return waiting.remove(called);
    }

    /** Goes. */
    void leave() {
        Runnable next;
        synchronized (this) {
            if (waiting.isEmpty()) {
                inside--;
                return;
            }
            next = waiting.remove();
        }
        next.run();
    }

    synchronized int inside() {
        return inside;
    }

    enum Entry {
        INSIDE,
        WAITING,
        FULL
    }
}
