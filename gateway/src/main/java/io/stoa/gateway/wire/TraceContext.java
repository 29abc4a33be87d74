package io.stoa.gateway.wire;

import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A request's place in a trace, by W3C Trace Context (level 1): taken over from the caller's {@code traceparent}, or
 * begun here, and passed on to the upstream as {@link #header()}.
 *
 * @param traceId 32 hexadecimal digits, not all zero
 * @param spanId the gateway's span: 16 hexadecimal digits, not all zero
 * @param parent the caller's span
 * @param sampled whether spans of this trace are recorded
 */
public record TraceContext(String traceId, String spanId, Optional<String> parent, boolean sampled) {
    private static final int LENGTH = 55;

    public TraceContext {
        if (!isId(traceId, 32)
                || !isId(spanId, 16)
                || parent.filter(id -> !isId(id, 16)).isPresent()) {
            throw new IllegalArgumentException("not the ids of a trace: " + traceId + ", " + spanId + ", " + parent);
        }
    }

    /**
     * The context of a request. A header that is not one is as good as none, as the specification asks.
     *
     * @param traceparent the header's value, where there was exactly one
     * @param sampleNew whether a trace that begins here is recorded
     */
    public static TraceContext of(Optional<String> traceparent, boolean sampleNew, RandomGenerator random) {
        String span = id(random, 8);
        if (traceparent.isPresent() && isTraceparent(traceparent.get())) {
            String header = traceparent.get();
            boolean sampled = (HexFormat.fromHexDigit(header.charAt(54)) & 1) == 1;
            return new TraceContext(header.substring(3, 35), span, Optional.of(header.substring(36, 52)), sampled);
        }
        return new TraceContext(id(random, 16), span, Optional.empty(), sampleNew);
    }

    /** {@code 00-TRACE-SPAN-FLAGS}; a later version may be longer, and version {@code ff} does not exist. */
    private static boolean isTraceparent(String header) {
        return header.length() >= LENGTH
                && header.charAt(2) == '-'
                && header.charAt(35) == '-'
                && header.charAt(52) == '-'
                && isHex(header, 0, 2)
                && !header.startsWith("ff")
                && isId(header.substring(3, 35), 32)
                && isId(header.substring(36, 52), 16)
                && isHex(header, 53, 55)
                && (header.length() == LENGTH || (!header.startsWith("00") && header.charAt(LENGTH) == '-'));
    }

    private static boolean isId(String text, int digits) {
        return text.length() == digits && isHex(text, 0, digits) && text.chars().anyMatch(digit -> digit != '0');
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char digit = text.charAt(i);
            if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static String id(RandomGenerator random, int bytes) {
        byte[] id = new byte[bytes];
        random.nextBytes(id);
        // all zeros is no id
        id[bytes - 1] |= 1;
        return HexFormat.of().formatHex(id);
    }

    /** What the upstream gets as {@code traceparent}. */
    public String header() {
        return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }
}
