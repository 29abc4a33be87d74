package io.stoa.gateway;

import io.stoa.gateway.upstream.Fault;
import io.stoa.gateway.upstream.Tries;
import io.stoa.gateway.wire.AnswerScan;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.ErrorBody;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

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
        flow.exchange().answerRefusal(status, told(body.getBytes()));
    }

    /** The model's own words, in the shape that the caller reads. */
    private byte[] told(byte[] refusal) {
        if (flow.wording().call() == flow.facts().call() && AnswerScan.isWhole(refusal)) {
            return refusal;
        }
        String message = AnswerScan.error(refusal).orElse("the model refused the request and did not say why");
        return ErrorBody.bytes(
                flow.facts().call(),
                new ApiError(status, "invalid_request_error", Optional.empty(), Optional.empty(), message));
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
