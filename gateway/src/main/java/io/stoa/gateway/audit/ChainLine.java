package io.stoa.gateway.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * One line of a segment: a JSON array of a digest and a document,
 *
 * <pre>["&lt;64 hexadecimal digits&gt;",{"body":…,"chain":"…","kind":"…","previous":"…","sequence":…,"time":"…","version":1}]</pre>
 *
 * where the digest is the SHA-256 of the document's bytes as they stand there, and {@code previous} is the digest of the
 * line before (64 zeros in the first). The document is canonical JSON (RFC 8785), as in Stoa's ledger. Everything but
 * the body has a fixed shape, so that a line can be checked without parsing the body, which its digest vouches for.
 *
 * @param sequence its place in the chain, from 1
 * @param kind such as {@code request}
 * @param time as it is written
 * @param previous the digest of the line before
 * @param digest its own
 * @param bodyStart where the body begins in the line
 * @param bodyEnd just after it
 */
record ChainLine(long sequence, String kind, String time, byte[] previous, byte[] digest, int bodyStart, int bodyEnd) {
    static final byte[] GENESIS = new byte[32];
    /** The longest line that is written or read; strings are cut long before. */
    static final int MOST_BYTES = 1 << 20;

    static final int DOCUMENT = 68;
    static final String OPENING = "[\"";
    static final String BODY = "{\"body\":";
    static final String CHAIN = ",\"chain\":\"";
    static final String KIND = "\",\"kind\":\"";
    static final String PREVIOUS = "\",\"previous\":\"";
    static final String SEQUENCE = "\",\"sequence\":";
    static final String TIME = ",\"time\":\"";
    static final String VERSION = "\",\"version\":1}";
    static final String CLOSING = "]\n";

    private static final byte[] BODY_BYTES = ascii(BODY);
    private static final byte[] CHAIN_BYTES = ascii(CHAIN);
    private static final byte[] KIND_BYTES = ascii(KIND);
    private static final byte[] PREVIOUS_BYTES = ascii(PREVIOUS);
    private static final byte[] SEQUENCE_BYTES = ascii(SEQUENCE);
    private static final byte[] TIME_BYTES = ascii(TIME);
    private static final byte[] VERSION_BYTES = ascii(VERSION);

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads a line and checks its shape, its chain and its digest.
     *
     * @param end where it ends, without its line feed
     * @return the line, or what is wrong with it
     */
    static Parsed parse(byte[] bytes, int start, int end, byte[] chain, MessageDigest sha256) {
        if (end - start < DOCUMENT + BODY_BYTES.length + VERSION_BYTES.length
                || bytes[start] != '['
                || bytes[start + 1] != '"'
                || bytes[start + DOCUMENT - 2] != '"'
                || bytes[start + DOCUMENT - 1] != ','
                || bytes[end - 1] != ']'
                || !startsAt(bytes, start + DOCUMENT, BODY_BYTES)) {
            return Parsed.broken("it is not a record");
        }
        byte[] written = digits(bytes, start + 2);
        if (written.length == 0) {
            return Parsed.broken("its digest is not 64 hexadecimal digits");
        }
        sha256.update(bytes, start + DOCUMENT, end - 1 - start - DOCUMENT);
        if (!Arrays.equals(sha256.digest(), written)) {
            return Parsed.broken("its content is not what its digest was made of");
        }
        return ends(bytes, start, end - 1, chain, written)
                .map(Parsed::of)
                .orElseGet(() -> Parsed.broken("it has not the shape of a record of this chain"));
    }

    /** Reads from the end, where everything has a fixed shape and no string can hold a quotation mark. */
    private static Optional<ChainLine> ends(byte[] bytes, int start, int end, byte[] chain, byte[] digest) {
        int version = end - VERSION_BYTES.length;
        int time = before(bytes, start, version, TIME_BYTES);
        int sequence = time < 0 ? -1 : before(bytes, start, time, SEQUENCE_BYTES);
        int previous = sequence < 0 ? -1 : sequence - 64 - PREVIOUS_BYTES.length;
        if (!startsAt(bytes, version, VERSION_BYTES)
                || previous < start
                || !startsAt(bytes, previous, PREVIOUS_BYTES)) {
            return Optional.empty();
        }
        int kind = before(bytes, start, previous, KIND_BYTES);
        int chainStart = kind < 0 ? -1 : kind - chain.length - CHAIN_BYTES.length;
        byte[] before = digits(bytes, previous + PREVIOUS_BYTES.length);
        long number = number(bytes, sequence + SEQUENCE_BYTES.length, time);
        if (chainStart <= start + DOCUMENT
                || !startsAt(bytes, chainStart, CHAIN_BYTES)
                || !startsAt(bytes, kind - chain.length, chain)
                || before.length == 0
                || number < 1) {
            return Optional.empty();
        }
        return Optional.of(new ChainLine(
                number,
                text(bytes, kind + KIND_BYTES.length, previous),
                text(bytes, time + TIME_BYTES.length, version),
                before,
                digest,
                start + DOCUMENT + BODY_BYTES.length,
                chainStart));
    }

    /** A line, or what is wrong with it. */
    record Parsed(Optional<ChainLine> line, String problem) {
        static Parsed of(ChainLine line) {
            return new Parsed(Optional.of(line), "");
        }

        static Parsed broken(String problem) {
            return new Parsed(Optional.empty(), problem);
        }
    }

    private static final int FARTHEST = 128;

    /** The last place of a text that ends before {@code end}, looked for within a bounded distance; −1 when it is not there. */
    private static int before(byte[] bytes, int start, int end, byte[] text) {
        int least = Math.max(start, end - FARTHEST);
        for (int at = end - text.length; at >= least; at--) {
            if (startsAt(bytes, at, text)) {
                return at;
            }
        }
        return -1;
    }

    static boolean startsAt(byte[] bytes, int at, byte[] text) {
        return at >= 0
                && at + text.length <= bytes.length
                && Arrays.mismatch(bytes, at, at + text.length, text, 0, text.length) < 0;
    }

    private static String text(byte[] bytes, int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.US_ASCII);
    }

    private static long number(byte[] bytes, int start, int end) {
        if (end - start < 1 || end - start > 18 || bytes[start] == '0') {
            return -1;
        }
        long value = 0;
        for (int i = start; i < end; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return -1;
            }
            value = 10 * value + (bytes[i] - '0');
        }
        return value;
    }

    /** 32 bytes from 64 lower-case hexadecimal digits; empty when they are not. */
    static byte[] digits(byte[] bytes, int at) {
        byte[] value = new byte[32];
        if (at < 0 || at + 64 > bytes.length) {
            return new byte[0];
        }
        for (int i = 0; i < 32; i++) {
            int high = digit(bytes[at + 2 * i]);
            int low = digit(bytes[at + 2 * i + 1]);
            if (high < 0 || low < 0) {
                return new byte[0];
            }
            value[i] = (byte) (high << 4 | low);
        }
        return value;
    }

    private static int digit(byte letter) {
        if (letter >= '0' && letter <= '9') {
            return letter - '0';
        }
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }
}
