package io.stoa.gateway;

import io.stoa.gateway.upstream.Fault;
import io.stoa.gateway.upstream.Tries;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** Sends on what whoever answers says, in the form in which it comes. */
final class Relay implements Tries.Sink {
    private final Flow flow;
    private final Exchange exchange;
    private final int first;
    private final Tries tries;
    private String reason;
    private @Nullable Form form;

    Relay(Flow flow, int first, String reason) {
        this.flow = flow;
        this.exchange = flow.exchange();
        this.first = first;
        this.reason = reason;
        this.tries = flow.tries(flow.legs(first), this);
    }

    void start() {
        exchange.whenLeft(this::left);
        tries.start();
    }

    private void left() {
        boolean working = form == null && tries.isAtWork();
        tries.cancel();
        exchange.draft().attempted(tries.attempts());
        if (form != null) {
            form.left();
        } else if (working) {
            flow.bill().lost(first);
        }
    }

    @Override
    public void lost(int leg, String why, boolean costly) {
        reason = why;
        if (costly) {
            flow.bill().lost(first + leg);
        }
    }

    @Override
    public void chosen(int leg, int status) {
        int number = first + leg;
        RecordDraft draft = exchange.draft();
        if (leg > 0) {
            draft.fellBack();
        }
        draft.answeredBy(flow.plan().steps().get(number), reason);
        draft.firstByte();
        form = status >= 400
                ? new RefusalForm(flow, tries, status)
                : flow.facts().stream() ? new StreamForm(flow, tries, number) : new WholeForm(flow, tries, number);
    }

    @Override
    public void part(Buffer part) {
        if (form != null) {
            form.part(part);
        }
    }

    @Override
    public void ended() {
        if (form != null) {
            form.ended();
        }
    }

    @Override
    public void failed(Fault fault) {
        if (form != null) {
            form.failed(fault);
        } else {
            exchange.draft().attempted(tries.attempts());
            exchange.fail(Flow.error(fault), Flow.retryAfter(fault));
        }
    }

    /** How an answer is sent on once one has begun. */
    interface Form {
        void part(Buffer part);

        void ended();

        void failed(Fault fault);

        /** The caller left; what passed is to be charged. */
        void left();
    }
}
