package io.stoa.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A caller that sends exactly the bytes that a test wants. */
final class RawCaller implements AutoCloseable {
    private final Socket socket;

    RawCaller(Trial trial) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), trial.port());
        socket.setTcpNoDelay(true);
    }

    static String post(String body, String... headers) {
        StringBuilder text = new StringBuilder("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n");
        text.append("Authorization: Bearer ").append(Trial.KEY).append("\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        return text.append("Content-Length: ")
                .append(body.getBytes(StandardCharsets.UTF_8).length)
                .append("\r\n\r\n")
                .append(body)
                .toString();
    }

    RawCaller send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        return this;
    }

    /** Reads until some text has come, the other side closes, or the time is over. */
    String readUntil(String wanted, Duration patience) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        long end = System.nanoTime() + patience.toNanos();
        while (!all.toString(StandardCharsets.UTF_8).contains(wanted)) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            socket.setSoTimeout((int) left);
            try {
                int next = in.read();
                if (next < 0) {
                    all.writeBytes("<closed>".getBytes(StandardCharsets.UTF_8));
                    break;
                }
                all.write(next);
            } catch (SocketTimeoutException e) {
                break;
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** What comes until the other side closes. */
    String readAll(Duration patience) throws IOException {
        return readUntil("<closed>", patience);
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
