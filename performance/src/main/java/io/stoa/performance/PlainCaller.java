package io.stoa.performance;

import io.stoa.model.StoaException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** A caller on one connection that is kept: so plain that what it measures is the server. HTTP/1.1, blocking. */
final class PlainCaller implements AutoCloseable {
    private final Socket socket;
    private final BufferedInputStream in;
    private final byte[] skipped = new byte[16 * 1024];

    PlainCaller(URI address) {
        try {
            socket = new Socket(address.getHost(), address.getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(60_000);
            in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.ENGINE, address + ": " + e.getMessage(), e);
        }
    }

    /** The bytes of a request. */
    static byte[] request(Map<String, String> headers, String body) {
        StringBuilder head = new StringBuilder("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
        return (head + body).getBytes(StandardCharsets.UTF_8);
    }

    /** Asks, and reads the answer to its end. Returns its status. */
    int call(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        String line = line();
        int status = Integer.parseInt(line.substring(9, 12));
        long length = 0;
        boolean chunked = false;
        for (line = line(); !line.isEmpty(); line = line()) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Long.parseLong(lower.substring(15).strip());
            }
            chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
        }
        if (chunked) {
            readChunks();
        } else {
            skip(length);
        }
        return status;
    }

    /** Asks, reads the first bytes of the answer, and leaves. */
    void askAndLeave(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        if (in.read(skipped) < 0) {
            throw new IOException("the connection was closed before the answer");
        }
        socket.close();
    }

    private void readChunks() throws IOException {
        for (long size = chunk(); size > 0; size = chunk()) {
            skip(size + 2);
        }
        String _ = line();
    }

    private long chunk() throws IOException {
        return Long.parseLong(line(), 16);
    }

    private void skip(long count) throws IOException {
        long left = count;
        while (left > 0) {
            int read = in.read(skipped, 0, (int) Math.min(left, skipped.length));
            if (read < 0) {
                throw new IOException("the connection was closed in the middle of an answer");
            }
            left -= read;
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int each = in.read(); each != '\n'; each = in.read()) {
            if (each < 0) {
                throw new IOException("the connection was closed before the answer");
            }
            if (each != '\r') {
                line.append((char) each);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone, which is what was wanted.
        }
    }
}
