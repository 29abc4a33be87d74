package io.stoa.edge.sign;

import java.nio.charset.StandardCharsets;

/**
 * A DSSE envelope (Dead Simple Signing Envelope, version 1.0) with its one signature, which is over the pre-authentication
 * encoding {@code DSSEv1 SP LEN(type) SP type SP LEN(payload) SP payload}.
 */
final class Envelope {
    static final String IN_TOTO = "application/vnd.in-toto+json";

    private final String type;
    private final byte[] payload;
    private final byte[] signature;

    /**
     * An envelope.
     *
     * @param type the payload's type
     * @param payload what is signed
     * @param signature in DER
     */
    Envelope(String type, byte[] payload, byte[] signature) {
        this.type = type;
        this.payload = payload.clone();
        this.signature = signature.clone();
    }

    String type() {
        return type;
    }

    byte[] payload() {
        return payload;
    }

    byte[] signature() {
        return signature;
    }

    byte[] signed() {
        return preAuthenticationEncoding(type, payload);
    }

    static byte[] preAuthenticationEncoding(String type, byte[] payload) {
        byte[] name = type.getBytes(StandardCharsets.UTF_8);
        byte[] head =
                ("DSSEv1 " + name.length + " " + type + " " + payload.length + " ").getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[head.length + payload.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(payload, 0, all, head.length, payload.length);
        return all;
    }
}
