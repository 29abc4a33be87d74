package io.stoa.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stoa.engine.Engine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Prompt;
import io.stoa.model.Candidate;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever an endpoint does, a call ends within its deadline. */
final class DeadlineTest {
    private static final Duration DEADLINE = Duration.ofMillis(900);

    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: ";

    /** What a hostile endpoint sends, once it has been asked; then a byte again and again, for ever. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nContent-Ty",
                HEAD + "application/json\r\nContent-Length: 100000\r\n\r\n{\"choices\": [",
                HEAD + "text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nda\r\n",
                HEAD + "text/event-stream\r\n\r\ndata: {\"choices\": [{\"delta\": {\"content\": \"x\"}}]}\n\ndata: {",
                "HTTP/1.1 500 Broken\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{",
                "HTTP/1.1 429 Busy\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
            })
    void endsInTime(String reply) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                while (!server.isClosed()) {
                    try {
                        Socket socket = server.accept();
                        Thread.ofVirtual().start(() -> dribble(socket, reply));
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            Engine engine = new RemoteEngine(
                    new Candidate.RemoteModel(
                            "bad",
                            URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1"),
                            "m",
                            Optional.empty(),
                            List.of(),
                            Optional.empty()),
                    Duration.ofSeconds(30),
                    DEADLINE,
                    2,
                    Map.of(),
                    Clock.systemUTC(),
                    new Random(1));
            long start = System.nanoTime();
            assertThatExceptionOfType(StoaException.class)
                    .isThrownBy(() -> engine.generate(Prompt.user("Hi"), GenerateOptions.greedy(4)))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.ENGINE));
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            System.out.printf("deadline of %d ms: ended after %d ms%n", DEADLINE.toMillis(), took.toMillis());
            // Far less than any of the waits would be; how exactly it is kept is printed.
            assertThat(took).isLessThan(DEADLINE.plusSeconds(2));
            engine.close();
        }
    }

    private static void dribble(Socket socket, String reply) {
        try (socket) {
            socket.getInputStream().readNBytes(20);
            OutputStream out = socket.getOutputStream();
            out.write(reply.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            boolean whole = reply.endsWith("Content-Length: 0\r\n\r\n");
            while (!reply.isEmpty() && !whole) {
                out.write(' ');
                out.flush();
                Thread.sleep(20);
            }
            Thread.sleep(Duration.ofSeconds(20));
        } catch (IOException | InterruptedException e) {
            // The caller has left.
        }
    }
}
