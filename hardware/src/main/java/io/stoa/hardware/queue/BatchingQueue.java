package io.stoa.hardware.queue;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.IntToDoubleFunction;

/**
 * An engine that makes several answers at the same time (continuous batching): a waiting request is taken in, first
 * come, first served, as soon as a slot and room in the cache are free. Its prompt is read at once, which holds the
 * answers in the making up, and gives its first token; then every step gives each answer one token. A request's place
 * in the cache is reserved for its prompt and whole answer.
 *
 * <p>Steps are not simulated one by one: between two events all of them take the same time, so the engine goes from
 * event to event, and an answer is known by the step at which it will be complete.
 */
public final class BatchingQueue {
    private final IntToDoubleFunction promptSeconds;
    private final double[] stepSeconds;
    private final int slots;
    private final long cacheTokens;
    private final int mostWaiting;

    /**
     * Makes an engine.
     *
     * @param promptSeconds seconds for a prompt of so many tokens
     * @param stepSeconds seconds of a step of so many answers, positive
     * @param slots answers at the same time
     * @param cacheTokens tokens that the cache holds
     * @param mostWaiting requests that may wait; one that comes beside them is dropped
     */
    public BatchingQueue(
            IntToDoubleFunction promptSeconds,
            IntToDoubleFunction stepSeconds,
            int slots,
            long cacheTokens,
            int mostWaiting) {
        this.promptSeconds = requireNonNull(promptSeconds, "promptSeconds");
        if (slots < 1 || slots > 100_000 || cacheTokens < 1 || mostWaiting < 0) {
            throw new IllegalArgumentException(
                    "slots are 1 to 100,000, the cache is positive and the queue not negative: " + slots + ", "
                            + cacheTokens + ", " + mostWaiting);
        }
        this.stepSeconds = new double[slots + 1];
        for (int streams = 1; streams <= slots; streams++) {
            this.stepSeconds[streams] = stepSeconds.applyAsDouble(streams);
            if (!(this.stepSeconds[streams] > 0)) {
                throw new IllegalArgumentException(
                        "a step of " + streams + " answers takes " + this.stepSeconds[streams] + " s");
            }
        }
        this.slots = slots;
        this.cacheTokens = cacheTokens;
        this.mostWaiting = mostWaiting;
    }

    public QueueResult run(RequestTrace trace) {
        return new Run(trace).run();
    }

    private final class Run {
        private final RequestTrace trace;
        private final MinHeap active = new MinHeap(slots);
        private final Deque<Integer> waiting = new ArrayDeque<>();
        private final double[] firstToken;
        private final double[] waits;
        private final double[] firsts;
        private final double[] perToken;
        private final double[] latencies;
        private int next;
        private int begun;
        private int served;
        private int timed;
        private int dropped;
        private long held;
        private double now;
        private double steps;
        private double busy;
        private double work;
        private double waited;

        Run(RequestTrace trace) {
            this.trace = trace;
            int n = trace.size();
            firstToken = new double[n];
            waits = new double[n];
            firsts = new double[n];
            perToken = new double[n];
            latencies = new double[n];
            now = trace.arrival(0);
        }

        QueueResult run() {
            while (next < trace.size() || !waiting.isEmpty() || active.size() > 0) {
                arrive();
                if (admits()) {
                    begin(waiting.remove());
                } else if (active.size() > 0) {
                    advance();
                } else if (next < trace.size()) {
                    now = trace.arrival(next);
                }
            }
            double span = Math.max(now - trace.arrival(0), Double.MIN_NORMAL);
            return new QueueResult(
                    served,
                    dropped,
                    QueueResult.Times.of(waits, begun),
                    QueueResult.Times.of(firsts, begun),
                    QueueResult.Times.of(Arrays.copyOf(perToken, timed), timed),
                    QueueResult.Times.of(latencies, served),
                    busy / span,
                    waited / span,
                    work / span,
                    span);
        }

        /** Takes in who has come until now. */
        private void arrive() {
            while (next < trace.size() && trace.arrival(next) <= now) {
                // Whoever would be begun at once does not wait.
                boolean direct = waiting.isEmpty() && active.size() < slots && held + room(next) <= cacheTokens;
                if (room(next) > cacheTokens || (!direct && waiting.size() >= mostWaiting)) {
                    dropped++;
                } else {
                    waiting.add(next);
                }
                next++;
                if (direct) {
                    return;
                }
            }
        }

        private boolean admits() {
            return !waiting.isEmpty() && active.size() < slots && held + room(waiting.element()) <= cacheTokens;
        }

        private long room(int request) {
            return (long) trace.promptTokens(request) + trace.answerTokens(request);
        }

        private void begin(int request) {
            double arrival = trace.arrival(request);
            waits[begun] = now - arrival;
            waited += now - arrival;
            double seconds = promptSeconds.applyAsDouble(trace.promptTokens(request));
            pass(seconds, active.size() + 1);
            firsts[begun] = now - arrival;
            begun++;
            firstToken[request] = now;
            if (trace.answerTokens(request) == 1) {
                finish(request);
            } else {
                held += room(request);
                active.add(steps + trace.answerTokens(request) - 1, request);
            }
        }

        /** Goes on until an answer is complete, or until someone comes for whom there is a slot. */
        private void advance() {
            double step = stepSeconds[active.size()];
            double count = active.minKey() - steps;
            if (waiting.isEmpty() && active.size() < slots && next < trace.size()) {
                count = Math.min(count, Math.max(1, Math.ceil((trace.arrival(next) - now) / step)));
            }
            steps += count;
            pass(count * step, active.size());
            while (active.size() > 0 && active.minKey() <= steps) {
                int request = active.minTag();
                active.removeMin();
                held -= room(request);
                finish(request);
            }
        }

        private void pass(double seconds, int streams) {
            now += seconds;
            busy += seconds;
            work += seconds * streams;
        }

        private void finish(int request) {
            latencies[served++] = now - trace.arrival(request);
            int answer = trace.answerTokens(request);
            if (answer > 1) {
                perToken[timed++] = (now - firstToken[request]) / (answer - 1);
            }
        }
    }
}
