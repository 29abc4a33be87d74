package io.stoa.gateway;

import io.stoa.gateway.upstream.Fault;
import io.stoa.gateway.upstream.Tries;
import io.stoa.gateway.wire.AnswerScan;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** An answer in one piece: sent on when it is whole, so that one that breaks is an error and no half answer. */
final class WholeForm implements Relay.Form {
    private final Flow flow;
    private final Exchange exchange;
    private final Tries tries;
    private final int step;
    private final int mostBytes;
    private @Nullable Buffer body;

    WholeForm(Flow flow, Tries tries, int step) {
        this.flow = flow;
        this.exchange = flow.exchange();
        this.tries = tries;
        this.step = step;
        this.mostBytes = exchange.loop().gateway().options().bounds().answerBytes();
    }

    @Override
    public void part(Buffer part) {
        body = body == null ? part : body.appendBuffer(part);
        if (body.length() > mostBytes) {
            Fault fault = Fault.of(Fault.Kind.OVERSIZED, "the model answered with more than " + mostBytes + " bytes");
            tries.blame(fault);
            failed(fault);
        }
    }

    @Override
    public void ended() {
        byte[] answer = body == null ? new byte[0] : body.getBytes();
        AnswerScan.Whole whole;
        byte[] told;
        try {
            whole = AnswerScan.whole(answer).orElseThrow(() -> new IllegalArgumentException("it is not whole JSON"));
            told = flow.wording().answer(answer);
        } catch (IllegalArgumentException e) {
            Fault fault = Fault.of(Fault.Kind.PROTOCOL, "the model's answer cannot be sent on: " + e.getMessage());
            tries.blame(fault);
            failed(fault);
            return;
        }
        tries.succeed();
        exchange.draft().attempted(tries.attempts());
        whole.usage()
                .ifPresentOrElse(
                        used -> flow.bill().charge(step, used),
                        () -> flow.bill().charge(step, 0, answer.length));
        exchange.answer(told);
    }

    @Override
    public void failed(Fault fault) {
        exchange.draft().attempted(tries.attempts());
        chargeWhatPassed();
        exchange.fail(Flow.error(fault), Flow.retryAfter(fault));
    }

    @Override
    public void left() {
        chargeWhatPassed();
    }

    private void chargeWhatPassed() {
        flow.bill().charge(step, 0, body == null ? 0 : body.length());
    }
}
