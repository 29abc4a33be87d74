package io.stoa.gateway;

import io.stoa.gateway.upstream.Fault;
import io.stoa.gateway.upstream.Tries;
import io.vertx.core.buffer.Buffer;

/** What a model finds wrong with a request: passed on as it is, within a bound. */
final class RefusalForm implements Relay.Form {
    private static final int MOST_BYTES = 64 * 1024;

    private final Flow flow;
    private final Tries tries;
    private final int status;
    private final Buffer body = Buffer.buffer();

    RefusalForm(Flow flow, Tries tries, int status) {
        this.flow = flow;
        this.tries = tries;
        this.status = status;
    }

    @Override
    public void part(Buffer part) {
        if (body.length() + part.length() > MOST_BYTES) {
            Fault fault = Fault.of(Fault.Kind.OVERSIZED, "the model refused the request at too great a length");
            tries.blame(fault);
            failed(fault);
        } else {
            body.appendBuffer(part);
        }
    }

    @Override
    public void ended() {
        tries.succeed();
        flow.exchange().draft().attempted(tries.attempts());
        flow.exchange().answerRefusal(status, body.getBytes());
    }

    @Override
    public void failed(Fault fault) {
        flow.exchange().draft().attempted(tries.attempts());
        flow.exchange().fail(Flow.error(fault), Flow.retryAfter(fault));
    }

    @Override
    public void left() {
        // A refusal costs nothing.
    }
}
