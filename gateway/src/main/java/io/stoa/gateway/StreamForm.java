package io.stoa.gateway;

import io.stoa.gateway.upstream.Fault;
import io.stoa.gateway.upstream.Tries;
import io.stoa.gateway.wire.StreamScan;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** An answer as a stream of events: whole events only are sent on, as fast as the caller reads. */
final class StreamForm implements Relay.Form {
    private final Flow flow;
    private final Exchange exchange;
    private final Tries tries;
    private final int step;
    private final int mostEventBytes;
    private final Wording.EventWording events;
    private final StreamScan seen;
    private final Runnable drained;
    private final Runnable passBatch = this::passBatch;

    /** What came in this turn of the event loop: parts that came together go together, in one packet. */
    private @Nullable Buffer batch;

    private long bytes;
    /** What came since something could be sent on. */
    private long pending;

    private boolean begun;

    StreamForm(Flow flow, Tries tries, int step) {
        this.flow = flow;
        this.exchange = flow.exchange();
        this.tries = tries;
        this.step = step;
        this.mostEventBytes = exchange.loop().gateway().options().bounds().eventBytes();
        this.events = flow.wording().events();
        this.seen = events.seen();
        this.drained = tries::resume;
    }

    @Override
    public void part(Buffer part) {
        if (batch == null) {
            batch = part;
            exchange.loop().run(passBatch);
        } else {
            batch = batch.appendBuffer(part);
        }
    }

    private void passBatch() {
        try {
            pass();
        } catch (RuntimeException e) {
            exchange.crashed(e);
        }
    }

    /** Sends on what has come since the last time. */
    private void pass() {
        if (batch == null || exchange.isOver()) {
            return;
        }
        byte[] came = batch.getBytes();
        batch = null;
        bytes += came.length;
        byte[] told = events.feed(came);
        pending = told.length == 0 ? pending + came.length : afterLastLine(came);
        if (seen.error().isPresent()) {
            blame(
                    Fault.Kind.STREAM_ERROR,
                    "the model failed in the middle of its answer: "
                            + seen.error().get());
        } else if (seen.isDone()) {
            finish(told);
        } else if (pending > mostEventBytes) {
            blame(Fault.Kind.OVERSIZED, "the model sent an event of more than " + mostEventBytes + " bytes");
        } else if (told.length > 0) {
            send(told);
        }
    }

    private static int afterLastLine(byte[] came) {
        int at = came.length;
        while (at > 0 && came[at - 1] != '\n') {
            at--;
        }
        return came.length - at;
    }

    private void finish(byte[] told) {
        byte[] rest = events.end();
        begin();
        tries.succeed();
        charge();
        if (told.length == 0 || rest.length == 0) {
            exchange.endStream(told.length == 0 ? rest : told);
        } else {
            exchange.endStream(Buffer.buffer(told.length + rest.length)
                    .appendBytes(told)
                    .appendBytes(rest)
                    .getBytes());
        }
    }

    private void send(byte[] told) {
        begin();
        if (!exchange.write(told, drained)) {
            tries.pause();
        }
    }

    private void begin() {
        if (!begun) {
            begun = true;
            exchange.beginStream();
        }
    }

    @Override
    public void ended() {
        pass();
        if (exchange.isOver()) {
            return;
        }
        blame(Fault.Kind.BROKEN, "the model ended its answer before it was whole");
    }

    private void blame(Fault.Kind kind, String message) {
        Fault fault = Fault.of(kind, message);
        tries.blame(fault);
        failed(fault);
    }

    @Override
    public void failed(Fault fault) {
        pass();
        if (exchange.isOver()) {
            return;
        }
        charge();
        if (begun) {
            exchange.breakStream(Flow.error(fault).message(), events.fail(Flow.error(fault)));
        } else {
            exchange.fail(Flow.error(fault), Flow.retryAfter(fault));
        }
    }

    @Override
    public void left() {
        if (batch != null) {
            byte[] came = batch.getBytes();
            batch = null;
            bytes += came.length;
            byte[] _ = events.feed(came);
        }
        // The attempts were counted by whoever noticed.
        chargeWhatPassed();
    }

    private void charge() {
        exchange.draft().attempted(tries.attempts());
        chargeWhatPassed();
    }

    private void chargeWhatPassed() {
        seen.usage()
                .ifPresentOrElse(
                        used -> flow.bill().charge(step, used),
                        () -> flow.bill().charge(step, seen.events(), bytes));
    }
}
