package io.stoa.console;

import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.wire.TokenUsage;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A request as people see it: without content, and with texts cut, because some of them (a route's name, an upstream's
 * error in the reason) come from outside.
 */
record RecentRequest(
        String id,
        Instant time,
        String path,
        Optional<String> key,
        Optional<String> use,
        String route,
        Optional<String> tier,
        Optional<String> candidate,
        OptionalLong verdict,
        End end,
        int status,
        String reason,
        int attempts,
        TokenUsage usage,
        long costMicros,
        OptionalLong firstByteMicros,
        long durationMicros,
        long requestBytes,
        long answerBytes) {
    private static final int NAME = 80;
    private static final int SENTENCE = 400;

    static RecentRequest of(RequestRecord ended) {
        return new RecentRequest(
                cut(ended.id(), NAME),
                ended.time(),
                ended.call().path(),
                ended.key().map(key -> cut(key, NAME)),
                ended.use().map(use -> cut(use, NAME)),
                cut(ended.route(), NAME),
                ended.tier().map(tier -> cut(tier, NAME)),
                ended.candidate().map(candidate -> cut(candidate, SENTENCE)),
                ended.verdict(),
                ended.end(),
                ended.status(),
                cut(ended.reason(), SENTENCE),
                ended.attempts(),
                ended.usage(),
                ended.costMicros(),
                ended.firstByteMicros(),
                ended.durationMicros(),
                ended.request().bytes(),
                ended.answer().bytes());
    }

    /** Never between the halves of a surrogate pair. */
    private static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(length - 2)) ? length - 2 : length - 1;
        return text.substring(0, end) + "…";
    }
}
