package io.stoa.gateway;

import io.stoa.gateway.cascade.Cascade;
import io.stoa.gateway.upstream.Endpoint;
import io.stoa.gateway.upstream.Fault;
import io.stoa.gateway.upstream.Leg;
import io.stoa.gateway.upstream.Tries;
import io.stoa.gateway.wire.AnswerEdit;
import io.stoa.gateway.wire.AnswerScan;
import io.stoa.gateway.wire.AnswerToEvents;
import io.stoa.gateway.wire.TokenUsage;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks the lower tier, looks at its whole answer with the cascade, and sends it on or has the upper tier asked. Whoever
 * wanted a stream gets the answer as a short one.
 */
final class LocalTrial implements Tries.Sink {
    private static final int STEP = 0;

    /** The likeliest token and the one after it: their distance tells how sure the model was. */
    private static final int ALTERNATIVES = 2;

    private final Flow flow;
    private final Exchange exchange;
    private final Cascade cascade;
    private final String prompt;
    private final Tries tries;
    private final int mostBytes;
    private @Nullable Buffer body;
    private boolean refused;

    LocalTrial(Flow flow, Cascade cascade, String prompt) {
        this.flow = flow;
        this.exchange = flow.exchange();
        this.cascade = cascade;
        this.prompt = prompt;
        this.mostBytes = exchange.loop().gateway().options().bounds().answerBytes();
        Step step = flow.plan().steps().get(STEP);
        Endpoint endpoint = exchange.loop().gateway().endpoints().of(step.tier().target());
        this.tries = flow.tries(
                List.of(new Leg(
                        endpoint,
                        flow.wording().call().path(),
                        () -> asked(step),
                        false,
                        Optional.empty(),
                        exchange.draft().trace())),
                this);
    }

    private Buffer asked(Step step) {
        return Buffer.buffer(flow.wording()
                .askedToJudge(step.tier().target().model(), flow.plan().route().answerTokens(), ALTERNATIVES));
    }

    void start() {
        exchange.whenLeft(this::left);
        tries.start();
    }

    private void left() {
        boolean working = tries.isAtWork();
        tries.cancel();
        exchange.draft().attempted(tries.attempts());
        if (working) {
            flow.bill().charge(STEP, 0, body == null ? 0 : body.length());
        }
    }

    @Override
    public void lost(int leg, String why, boolean costly) {
        if (costly) {
            flow.bill().lost(STEP);
        }
    }

    @Override
    public void chosen(int leg, int status) {
        refused = status >= 400;
    }

    @Override
    public void part(Buffer part) {
        body = body == null ? part : body.appendBuffer(part);
        if (body.length() > mostBytes) {
            Fault fault = Fault.of(Fault.Kind.OVERSIZED, "the lower tier answered with more than is taken");
            tries.blame(fault);
            failed(fault);
        }
    }

    @Override
    public void ended() {
        try {
            judge();
        } catch (RuntimeException e) {
            exchange.crashed(e);
        }
    }

    private void judge() {
        byte[] bytes = body == null ? new byte[0] : body.getBytes();
        Optional<AnswerScan.LocalText> reply = refused ? Optional.empty() : AnswerScan.local(bytes);
        if (reply.isEmpty() && !refused) {
            Fault fault = Fault.of(Fault.Kind.PROTOCOL, "the lower tier's answer is not one that can be read");
            tries.blame(fault);
            failed(fault);
            return;
        }
        tries.succeed();
        exchange.draft().attempted(tries.attempts());
        if (reply.isEmpty()) {
            goUp(true, "the lower tier refused the request");
        } else {
            decide(reply.get(), bytes);
        }
    }

    private void decide(AnswerScan.LocalText reply, byte[] bytes) {
        Optional<TokenUsage> usage = AnswerScan.usage(bytes);
        usage.ifPresentOrElse(
                used -> flow.bill().charge(STEP, used), () -> flow.bill().charge(STEP, 0, bytes.length));
        Cascade.Choice choice = cascade.after(
                prompt,
                new Cascade.LocalAnswer(reply.text(), reply.finish(), reply.tokenLogProbabilities(), reply.margins()));
        if (!choice.local()) {
            exchange.draft().escalated();
            goUp(false, choice.reason());
            return;
        }
        exchange.draft().answeredBy(flow.plan().steps().get(STEP), choice.reason());
        exchange.draft().firstByte();
        send(AnswerEdit.withoutLogprobs(bytes));
    }

    private void send(byte[] answer) {
        if (flow.facts().stream()) {
            Wording.EventWording events = flow.wording().events();
            Buffer told = Buffer.buffer(events.feed(AnswerToEvents.events(answer, true, false)));
            told.appendBytes(events.end());
            exchange.beginStream();
            exchange.endStream(told.getBytes());
        } else {
            exchange.answer(flow.wording().answer(answer));
        }
    }

    private void goUp(boolean failed, String why) {
        if (failed) {
            exchange.draft().fellBack();
        }
        flow.relayFrom(STEP + 1, why);
    }

    @Override
    public void failed(Fault fault) {
        exchange.draft().attempted(tries.attempts());
        if (body != null) {
            flow.bill().charge(STEP, 0, body.length());
        }
        goUp(true, fault.message());
    }
}
