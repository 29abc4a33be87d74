package io.stoa.gateway;

import io.stoa.gateway.upstream.Fault;
import io.stoa.gateway.upstream.Tries;
import io.stoa.gateway.wire.StreamScan;
import io.vertx.core.buffer.Buffer;

/** An answer as a stream of events: whole events only are sent on, as fast as the caller reads. */
final class StreamForm implements Relay.Form {
    private final Flow flow;
    private final Exchange exchange;
    private final Tries tries;
    private final int step;
    private final int mostEventBytes;
    private final StreamScan scan;
    private final EventTail tail = new EventTail();
    private final Runnable drained;
    private long bytes;
    /** What came since the last whole event. */
    private long pending;

    private boolean begun;

    StreamForm(Flow flow, Tries tries, int step) {
        this.flow = flow;
        this.exchange = flow.exchange();
        this.tries = tries;
        this.step = step;
        this.mostEventBytes = exchange.loop().gateway().options().bounds().eventBytes();
        this.scan = flow.facts().includeUsage() ? StreamScan.passing() : StreamScan.withholdingUsage();
        this.drained = tries::resume;
    }

    @Override
    public void part(Buffer part) {
        byte[] came = part.getBytes();
        bytes += came.length;
        byte[] whole = tail.whole(scan.feed(came));
        if (scan.error().isPresent()) {
            blame(
                    Fault.Kind.STREAM_ERROR,
                    "the model failed in the middle of its answer: "
                            + scan.error().get());
            return;
        }
        if (scan.isDone()) {
            whole = tail.closed(whole, scan.end());
        }
        pending = whole.length == 0 ? pending + came.length : tail.length();
        if (pending > mostEventBytes) {
            blame(Fault.Kind.OVERSIZED, "the model sent an event of more than " + mostEventBytes + " bytes");
            return;
        }
        send(whole);
    }

    private void send(byte[] events) {
        if (!begun) {
            begun = true;
            exchange.beginStream();
        }
        if (scan.isDone()) {
            tries.succeed();
            charge();
            exchange.endStream(events);
        } else if (events.length > 0 && !exchange.write(events, drained)) {
            tries.pause();
        }
    }

    @Override
    public void ended() {
        blame(Fault.Kind.BROKEN, "the model ended its answer before it was whole");
    }

    private void blame(Fault.Kind kind, String message) {
        Fault fault = Fault.of(kind, message);
        tries.blame(fault);
        failed(fault);
    }

    @Override
    public void failed(Fault fault) {
        charge();
        if (begun) {
            exchange.breakStream(Flow.error(fault));
        } else {
            exchange.fail(Flow.error(fault), Flow.retryAfter(fault));
        }
    }

    @Override
    public void left() {
        // The attempts were counted by whoever noticed.
        chargeWhatPassed();
    }

    private void charge() {
        exchange.draft().attempted(tries.attempts());
        chargeWhatPassed();
    }

    private void chargeWhatPassed() {
        scan.usage()
                .ifPresentOrElse(
                        used -> flow.bill().charge(step, used),
                        () -> flow.bill().charge(step, scan.events(), bytes));
    }
}
