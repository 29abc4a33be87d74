package io.stoa.console;

import java.util.Map;

/** An answer of the console, whole. */
public final class Page {
    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    Page(int status, Map<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = Map.copyOf(headers);
        this.body = body;
    }

    public int status() {
        return status;
    }

    /** All headers but the length, with names in lower case. */
    public Map<String, String> headers() {
        return headers;
    }

    /** The bytes; empty with status 304. Whoever sends them does not change them. */
    public byte[] body() {
        return body;
    }
}
