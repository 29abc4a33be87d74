package io.stoa.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A header fetched from a server on this machine. */
class RemoteHeaderTest {
    private static final Path NANO = Path.of("../examples/quickstart/models/nano.gguf");
    private static final int APPENDED = 40 << 20;

    private final AtomicLong sent = new AtomicLong();
    private final ConcurrentLinkedQueue<String> secrets = new ConcurrentLinkedQueue<>();
    private HttpServer server;
    private byte[] file;

    @BeforeEach
    void serve() throws IOException {
        byte[] nano = Files.readAllBytes(NANO);
        file = Arrays.copyOf(nano, nano.length + APPENDED);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/model.gguf", exchange -> ranged(exchange, "\"1\""));

        server.createContext("/whole.gguf", this::whole);
        server.createContext("/private.gguf", exchange -> status(exchange, 401));
        server.createContext("/shifted.gguf", exchange -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes 7-8/100");
            exchange.sendResponseHeaders(206, 2);
            exchange.getResponseBody().write(new byte[2]);
            exchange.close();
        });
        server.createContext("/drip.gguf", exchange -> {
            int first = first(exchange);
            exchange.getResponseHeaders().set("Content-Range", "bytes " + first + "-" + first + "/" + file.length);
            exchange.sendResponseHeaders(206, 1);
            exchange.getResponseBody().write(file, first, 1);
            exchange.close();
        });
        server.createContext("/slow.gguf", exchange -> {
            int last = (1 << 20) - 1;
            exchange.getResponseHeaders().set("Content-Range", "bytes 0-" + last + "/" + file.length);
            exchange.sendResponseHeaders(206, last + 1);
            // The head is there at once, and the rest never comes.
            exchange.getResponseBody().write(file, 0, 100);
            exchange.getResponseBody().flush();
        });
        server.createContext("/moved.gguf", exchange -> {
            secrets.add(secret(exchange));
            exchange.getResponseHeaders()
                    .set("Location", "http://localhost:" + server.getAddress().getPort() + "/model.gguf");
            status(exchange, 302);
        });
        server.createContext("/endless.gguf", exchange -> {
            exchange.getResponseHeaders().set("Location", "/endless.gguf");
            status(exchange, 302);
        });
        server.createContext("/away.gguf", exchange -> {
            exchange.getResponseHeaders().set("Location", "file:///etc/hostname");
            status(exchange, 302);
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void onlyTheStartIsFetched() {
        GgufHeader header = GgufReader.read(address("/model.gguf"), Optional.empty());
        GgufHeader local = GgufReader.read(NANO);

        assertThat(header.tensors()).isEqualTo(local.tensors());
        assertThat(header.metadata().keySet()).isEqualTo(local.metadata().keySet());
        assertThat(header.fileBytes()).isEqualTo(file.length);
        assertThat(sent.get()).isLessThanOrEqualTo(4 << 20);
    }

    @Test
    void preflightExaminesItToo() {
        assertThat(Preflight.examine(address("/model.gguf"), Optional.empty()).architecture())
                .isEqualTo(Preflight.examine(NANO).architecture());
    }

    @Test
    void aServerWithoutRangesIsRefusedBeforeItSendsAll() {
        assertThatThrownBy(() -> GgufReader.read(address("/whole.gguf"), Optional.empty()))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("does not answer ranges");
        assertThat(sent.get()).isLessThan(APPENDED);
    }

    @Test
    void theTokenIsNotSentToAnotherServer() {
        GgufHeader header = GgufReader.read(address("/moved.gguf"), Optional.of("secret"));

        assertThat(header.tensors()).isNotEmpty();
        assertThat(secrets).contains("Bearer secret").contains("none");
        assertThat(secrets.stream().filter("Bearer secret"::equals)).hasSize(1);
    }

    @Test
    void oddAnswersAreRefused() {
        assertThatThrownBy(() -> GgufReader.read(address("/private.gguf"), Optional.empty()))
                .hasMessageContaining("status 401")
                .hasMessageContaining("HF_TOKEN");
        assertThatThrownBy(() -> GgufReader.read(address("/missing.gguf"), Optional.empty()))
                .hasMessageContaining("status 404");
        assertThatThrownBy(() -> GgufReader.read(address("/shifted.gguf"), Optional.empty()))
                .hasMessageContaining("another range");
        assertThatThrownBy(() -> GgufReader.read(address("/drip.gguf"), Optional.empty()))
                .hasMessageContaining("another range");
        assertThatThrownBy(() -> GgufReader.read(address("/endless.gguf"), Optional.empty()))
                .hasMessageContaining("redirects more than 5 times");
        assertThatThrownBy(() -> GgufReader.read(address("/away.gguf"), Optional.empty()))
                .hasMessageContaining("redirects to \"file:///etc/hostname\"");
        assertThatThrownBy(() -> GgufReader.read(URI.create("ftp://host/model.gguf"), Optional.empty()))
                .hasMessageContaining("is no address of a file");
        assertThatThrownBy(() -> GgufReader.read(URI.create("http://user:pass@host/m.gguf"), Optional.empty()))
                .hasMessageContaining("is no address of a file");
    }

    @Test
    void oneLimitHoldsForEverything() {
        URI slow = address("/slow.gguf");
        long begun = System.nanoTime();
        assertThatThrownBy(() ->
                        new RangeChannel(new Refusal(slow.toString()), slow, Optional.empty(), Duration.ofSeconds(1)))
                .hasMessageContaining("did not arrive within 1 s");
        assertThat(System.nanoTime() - begun).isLessThan(20_000_000_000L);
    }

    @Test
    void timeThatHasPassedCounts() throws Exception {
        URI address = address("/model.gguf");
        try (RangeChannel channel =
                new RangeChannel(new Refusal(address.toString()), address, Optional.empty(), Duration.ofSeconds(3))) {
            ByteBuffer into = ByteBuffer.allocate(2 << 20);
            assertThat(channel.read(into)).isEqualTo(1 << 20);
            Thread.sleep(3_100);
            assertThatThrownBy(() -> channel.read(into)).hasMessageContaining("did not arrive within 3 s");
        }
    }

    @Test
    void aClientThatNobodyGetsIsClosed() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> GgufReader.read(address("/shifted.gguf"), Optional.empty()))
                    .hasMessageContaining("another range");
        }
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !before.contains(thread))
                        .filter(thread -> thread.getName().matches("HttpClient-\\d+-SelectorManager")))
                .hasSizeLessThan(10);
    }

    @Test
    void aFileThatIsNoGgufIsNamed() {
        file = "<!doctype html><html>Please log in</html>".getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> GgufReader.read(address("/model.gguf"), Optional.empty()))
                .hasMessageContaining("this is a web page");
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private static String secret(HttpExchange exchange) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .orElse("none");
    }

    private static int first(HttpExchange exchange) {
        return Integer.parseInt(exchange.getRequestHeaders()
                .getFirst("Range")
                .substring("bytes=".length())
                .split("-", -1)[0]);
    }

    private void ranged(HttpExchange exchange, String tag) throws IOException {
        secrets.add(secret(exchange));
        String[] range = exchange.getRequestHeaders()
                .getFirst("Range")
                .substring("bytes=".length())
                .split("-", -1);
        int first = Integer.parseInt(range[0]);
        int last = Math.min(Integer.parseInt(range[1]), file.length - 1);
        exchange.getResponseHeaders().set("Content-Range", "bytes " + first + "-" + last + "/" + file.length);
        exchange.getResponseHeaders().set("ETag", tag);
        exchange.sendResponseHeaders(206, last - first + 1);
        exchange.getResponseBody().write(file, first, last - first + 1);
        sent.addAndGet(last - first + 1);
        exchange.close();
    }

    private void whole(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, file.length);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int at = 0; at < file.length; at += 1 << 16) {
                out.write(file, at, Math.min(1 << 16, file.length - at));
                sent.addAndGet(1 << 16);
            }
        } catch (IOException _) {
            // The client has left, as it should.
        }
    }

    private static void status(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }
}
