package io.stoa.gateway;

import io.stoa.gateway.upstream.Target;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A model's server on the loopback that does exactly what a test tells it, byte by byte, wrong things too. */
final class ScriptedUpstream implements AutoCloseable {
    private final ServerSocket server;
    private final Script script;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final AtomicInteger count = new AtomicInteger();
    private final CountDownLatch firstLeft = new CountDownLatch(1);

    private ScriptedUpstream(Script script) throws IOException {
        this.server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        this.script = script;
    }

    static ScriptedUpstream start(Script script) {
        try {
            ScriptedUpstream upstream = new ScriptedUpstream(script);
            upstream.threads.execute(upstream::accept);
            return upstream;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Answers every request with the same JSON. */
    static ScriptedUpstream answering(String json) {
        return start((_, talk) -> talk.json(200, json));
    }

    Target target() {
        return target("m");
    }

    Target target(String model) {
        return new Target(URI.create("http://127.0.0.1:" + server.getLocalPort()), model, Optional.empty());
    }

    /** What it was asked. */
    List<Asked> asked() {
        return asked;
    }

    /** Waits until the other side has closed a connection in the middle of a talk. */
    boolean sawLeaving(Duration patience) throws InterruptedException {
        return firstLeft.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                Optional<Asked> request = read(in);
                if (request.isEmpty()) {
                    return;
                }
                asked.add(request.get());
                Talk talk = new Talk(socket, count.incrementAndGet());
                script.answer(request.get(), talk);
                if (talk.closes) {
                    return;
                }
            }
        } catch (SocketException e) {
            firstLeft.countDown();
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    private static Optional<Asked> read(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return Optional.empty();
            }
            head.write(next);
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        int length = text.toLowerCase(Locale.ROOT)
                .lines()
                .filter(line -> line.startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElse(0);
        return Optional.of(new Asked(text, new String(in.readNBytes(length), StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        threads.shutdownNow();
    }

    /**
     * What came.
     *
     * @param head with its request line
     */
    record Asked(String head, String body) {}

    /** What it does with a request. */
    interface Script {
        void answer(Asked asked, Talk talk) throws IOException, InterruptedException;
    }

    /** One request's connection. */
    final class Talk {
        private final Socket socket;
        private final OutputStream out;
        private final int number;
        private boolean closes;

        private Talk(Socket socket, int number) throws IOException {
            this.socket = socket;
            this.out = socket.getOutputStream();
            this.number = number;
        }

        /** The how manieth request it is, over all connections, from 1. */
        int number() {
            return number;
        }

        void raw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        void json(int status, String json, String... headers) throws IOException {
            raw("HTTP/1.1 " + status + " X\r\nContent-Type: application/json\r\nContent-Length: "
                    + json.getBytes(StandardCharsets.UTF_8).length + "\r\n"
                    + String.join(
                            "",
                            java.util.Arrays.stream(headers)
                                    .map(each -> each + "\r\n")
                                    .toList()) + "\r\n"
                    + json);
        }

        void beginEvents() throws IOException {
            raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        }

        void chunk(String text) throws IOException {
            raw(Integer.toHexString(text.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + text + "\r\n");
        }

        void event(String json) throws IOException {
            chunk("data: " + json + "\n\n");
        }

        void endEvents() throws IOException {
            raw("0\r\n\r\n");
        }

        /** Closes the connection after what was said. */
        void close() {
            closes = true;
        }

        /** Says nothing until the other side leaves, or for a time. */
        void silence(Duration time) throws IOException {
            socket.setSoTimeout((int) time.toMillis());
            try {
                if (socket.getInputStream().read() < 0) {
                    firstLeft.countDown();
                    closes = true;
                }
            } catch (java.net.SocketTimeoutException e) {
                // Nobody left.
            }
        }
    }
}
