package io.stoa.engine.llama;

import io.stoa.engine.Batching;
import io.stoa.engine.Generation.Finish;
import io.stoa.model.StoaException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs everything that one context computes, on one thread of its own.
 *
 * <p>Batched continuously, each step reads one token of every answer in the making and a share of each prompt that is
 * still being read, in one batch: requests join and leave between two steps, and a long prompt does not hold the
 * answers up. Requests are admitted in the order in which they came, when a slot is free and the cells they may need can
 * be reserved; so none starves, and an answer that has begun always has room to end. Other {@link Work} takes turns with
 * the steps. Alone, one request runs at a time, from an empty context, so that equal requests compute equal shapes.
 */
final class Scheduler implements AutoCloseable {
    /** The most tokens of a step, so that new requests and cancels are not kept waiting. */
    private static final int STEP = 512;

    /** The most tokens of prompts in a step in which others wait for their next token. */
    private static final int PROMPT_SHARE = 256;

    /**
     * So many tokens of a prompt are read before the next one has its turn: a short prompt does not wait for a long one,
     * and few are read at once, because a batch costs less the fewer sequences its tokens belong to.
     */
    private static final int TURN = 128;

    private final LlamaContext context;
    private final Sequences sequences;
    private final int slots;
    private final int queue;
    private final boolean alone;
    private final BlockingQueue<Request> inbox = new LinkedBlockingQueue<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final Pace pace = new Pace();
    private final Thread thread;

    private final Deque<Request> waiting = new ArrayDeque<>();
    private final List<Answering> active = new ArrayList<>();
    private Optional<Working> working = Optional.empty();
    private volatile boolean closing;
    /** Guarded by the inbox: nobody takes anything out of it any more. */
    private boolean ended;

    private sealed interface Request {
        record Answer(Answering answering) implements Request {}

        record Compute(Work<?> work) implements Request {}

        record Close() implements Request {}
    }

    private record Working(Work<?> work, int cells) {}

    /** Begins; the caller closes it before the context. */
    Scheduler(String name, LlamaContext context, Sequences sequences, Batching batching) {
        this.context = context;
        this.sequences = sequences;
        switch (batching) {
            case Batching.Alone() -> {
                alone = true;
                slots = 1;
                queue = Integer.MAX_VALUE;
            }
            case Batching.Continuous continuous -> {
                alone = false;
                slots = continuous.slots();
                queue = continuous.queue();
            }
        }
        thread = Thread.ofPlatform().name("stoa-llama " + name).daemon().start(this::run);
    }

    /**
     * Takes on an answer.
     *
     * @throws StoaException of kind {@code RESOURCES} when the queue is full
     */
    void submit(Answering answering) {
        int ahead = requests.getAndIncrement();
        if (ahead >= (long) slots + queue) {
            requests.decrementAndGet();
            throw StoaException.resources("the engine is busy: " + slots + " answers are in the making and " + queue
                    + " requests wait; try again later, or open it with more slots or a longer queue");
        }
        add(new Request.Answer(answering));
    }

    /** Takes on other work. */
    <T> T compute(Work<T> work) {
        add(new Request.Compute(work));
        return work.await();
    }

    /** Hands a request over; one that comes when the thread has ended is told so here. */
    private void add(Request request) {
        synchronized (inbox) {
            if (!ended) {
                inbox.add(request);
                return;
            }
        }
        refuse(request);
    }

    private static void refuse(Request request) {
        switch (request) {
            case Request.Answer(Answering answering) -> answering.finish(Finish.CANCELLED);
            case Request.Compute(Work<?> work) -> work.fail(new Work.Cancelled());
            case Request.Close() -> {
                // It is closed.
            }
        }
    }

    /** Ends running answers as cancelled and other work as failed, and waits until the context is not used any more. */
    @Override
    public void close() {
        closing = true;
        add(new Request.Close());
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closing) {
            try {
                receive();
                admit();
                if (!active.isEmpty()) {
                    step();
                }
                working.ifPresent(this::turn);
            } catch (RuntimeException | Error e) {
                // A failure that belongs to no single request: everybody who takes part hears of it.
                IllegalStateException failure = new IllegalStateException("the engine failed: " + e, e);
                List.copyOf(active).forEach(answering -> end(answering, () -> answering.fail(failure)));
                working.ifPresent(current -> end(current, () -> current.work.fail(failure)));
            }
        }
        List.copyOf(active).forEach(answering -> end(answering, () -> answering.finish(Finish.CANCELLED)));
        working.ifPresent(current -> end(current, () -> current.work.fail(new Work.Cancelled())));
        synchronized (inbox) {
            ended = true;
            inbox.drainTo(waiting);
        }
        waiting.forEach(Scheduler::refuse);
        sequences.forgetAll();
    }

    /** Takes in what has come; waits for something when there is nothing else to do. */
    private void receive() {
        if (active.isEmpty() && working.isEmpty() && waiting.isEmpty()) {
            try {
                waiting.add(inbox.take());
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts this thread", e);
            }
        }
        inbox.drainTo(waiting);
    }

    private void admit() {
        // A caller that went away while it waited is let go, wherever it stands in the queue.
        waiting.removeIf(request -> {
            if (request instanceof Request.Answer(Answering answering) && answering.cancelled()) {
                requests.decrementAndGet();
                answering.finish(Finish.CANCELLED);
                return true;
            }
            return false;
        });
        for (Iterator<Request> next = waiting.iterator(); next.hasNext(); ) {
            boolean admitted = true;
            switch (next.next()) {
                case Request.Answer(Answering answering) -> admitted = admit(answering);
                case Request.Compute(Work<?> work) -> {
                    if (!alone && working.isPresent()) {
                        // It waits for the other work; the answers behind it need not.
                        continue;
                    }
                    admitted = admit(work);
                }
                case Request.Close() -> {
                    // The loop ends by itself.
                }
            }
            if (!admitted) {
                return;
            }
            next.remove();
        }
    }

    private boolean idle() {
        return active.isEmpty() && working.isEmpty();
    }

    /** Begins an answer, or ends it when that fails; false when it has to wait. */
    private boolean admit(Answering answering) {
        if (alone ? !idle() : active.size() == slots || !sequences.reserve(answering.cells())) {
            return false;
        }
        List<Answering> running = List.copyOf(active);
        active.add(answering);
        try {
            if (alone) {
                context.clear();
            }
            answering.begin(sequences, running);
            if (!alone) {
                sequences.stow();
            }
        } catch (RuntimeException | Error e) {
            end(answering, () -> answering.fail(new IllegalStateException("the engine failed: " + e, e)));
        }
        return true;
    }

    /** Begins other work, or fails it; false when it has to wait. */
    private boolean admit(Work<?> work) {
        try {
            int cells = work.cells(alone ? sequences.reservable() : sequences.reservableBesideAnswers());
            if (alone ? !idle() : !sequences.reserve(cells)) {
                return false;
            }
            working = Optional.of(new Working(work, cells));
            if (alone) {
                context.clear();
            }
        } catch (RuntimeException | Error e) {
            working = Optional.empty();
            work.fail(e);
        }
        return true;
    }

    /** Who has tokens in the batch, and where its last one is; absent while a part of the prompt remains. */
    private record Part(Answering answering, int row, boolean whole) {}

    /** Reads a batch, or one for each answer, and draws a token for each answer whose prompt has been read. */
    private void step() {
        for (Answering answering : active.toArray(Answering[]::new)) {
            if (answering.cancelled()) {
                end(answering, () -> answering.finish(Finish.CANCELLED));
            }
        }
        if (pace.apart(active.size()) && active.stream().allMatch(Answering::answers)) {
            for (Answering answering : List.copyOf(active)) {
                context.begin();
                read(List.of(new Part(answering, answering.addTo(context, 1), true)));
            }
        } else if (!active.isEmpty()) {
            read(fill());
        }
    }

    private void read(List<Part> parts) {
        boolean done;
        try {
            long start = System.nanoTime();
            done = context.decode(() -> closing || active.stream().allMatch(Answering::cancelled));
            pace.took(context.rows(), System.nanoTime() - start);
        } catch (RuntimeException e) {
            parts.forEach(part -> end(part.answering, () -> part.answering.fail(e)));
            return;
        }
        if (!done) {
            parts.forEach(part -> end(part.answering, () -> part.answering.finish(Finish.CANCELLED)));
            return;
        }
        for (Part part : parts) {
            if (part.whole) {
                draw(part);
            }
        }
    }

    private List<Part> fill() {
        context.begin();
        List<Part> parts = new ArrayList<>();
        List<Answering> readers = new ArrayList<>();
        for (Answering answering : active) {
            if (answering.answers()) {
                parts.add(new Part(answering, answering.addTo(context, 1), true));
            } else {
                readers.add(answering);
            }
        }
        int most = alone ? context.batchTokens() : Math.min(STEP, context.batchTokens());
        int room = parts.isEmpty() ? most : Math.min(PROMPT_SHARE, most - context.rows());
        int[] shares = new int[readers.size()];
        // A turn for each as long as there is room; what is left over then goes to the first.
        for (int turn : new int[] {TURN, room}) {
            for (int i = 0; i < shares.length; i++) {
                int more = Math.min(Math.min(turn, room), readers.get(i).unread() - shares[i]);
                shares[i] += more;
                room -= more;
            }
        }
        for (int i = 0; i < shares.length && shares[i] > 0; i++) {
            Answering reader = readers.get(i);
            int row = reader.addTo(context, shares[i]);
            parts.add(new Part(reader, row, reader.unread() == 0));
            if (reader.unread() > 0) {
                // Behind those that have had no turn.
                active.remove(reader);
                active.add(reader);
            }
        }
        return parts;
    }

    private void draw(Part part) {
        Answering answering = part.answering;
        Optional<Finish> finish;
        try {
            finish = answering.draw(context, part.row);
        } catch (RuntimeException e) {
            end(answering, () -> answering.fail(e));
            return;
        }
        if (finish.isPresent()) {
            active.remove(answering);
            requests.decrementAndGet();
            try {
                // Before the caller hears of it, so that its next request finds what this one read.
                leave(answering);
            } finally {
                answering.finish(finish.get());
            }
        }
    }

    private void leave(Answering answering) {
        if (alone) {
            sequences.give(answering.sequence());
        } else {
            sequences.release(answering.cells());
            sequences.keep(answering.sequence(), Arrays.copyOf(answering.tokens(), answering.read()));
            if (!active.isEmpty()) {
                sequences.stow();
            }
        }
    }

    private void end(Answering answering, Runnable tell) {
        active.remove(answering);
        requests.decrementAndGet();
        if (answering.begun()) {
            sequences.give(answering.sequence());
        }
        if (!alone) {
            sequences.release(answering.cells());
        }
        tell.run();
    }

    private void turn(Working current) {
        try {
            if (current.work.turn(context, sequences, current.cells, () -> closing)) {
                end(current, current.work::complete);
            }
        } catch (RuntimeException e) {
            end(current, () -> current.work.fail(e));
        }
    }

    private void end(Working current, Runnable tell) {
        working = Optional.empty();
        current.work.abandon(sequences);
        if (!alone) {
            sequences.release(current.cells);
        }
        tell.run();
    }
}
