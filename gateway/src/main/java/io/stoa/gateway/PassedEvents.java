package io.stoa.gateway;

import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.ErrorBody;
import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.StreamScan;

/** Events as they come, but for the usage that nobody asked for. */
final class PassedEvents implements Wording.EventWording {
    private final RequestFacts facts;
    private final StreamScan scan;
    private final EventTail tail = new EventTail();

    PassedEvents(RequestFacts facts) {
        this.facts = facts;
        // Some clients take the first choice of every event, and the one with the usage has none.
        this.scan = facts.includeUsage() ? StreamScan.passing() : StreamScan.withholdingUsage();
    }

    @Override
    public byte[] feed(byte[] came) {
        return tail.whole(scan.feed(came));
    }

    @Override
    public byte[] end() {
        return tail.rest(scan.end());
    }

    @Override
    public byte[] fail(ApiError error) {
        return ErrorBody.event(facts.call(), error);
    }

    @Override
    public StreamScan seen() {
        return scan;
    }
}
