package io.stoa.engine.gguf;

import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The start of a file on a web server, fetched in ranges as it is read. Whatever the server does, at most some
 * {@value #MOST_MEBIBYTES} MiB are fetched within two minutes after the first request: each answer must be the whole range
 * that was asked for, or what is left of the file. A server that ignores ranges is refused before it can send the whole
 * file.
 */
final class RangeChannel implements ReadableByteChannel {
    private static final int FIRST_STEP = 1 << 20;
    private static final int LARGEST_STEP = 8 << 20;

    /** More than the largest header that is believed. */
    private static final int MOST_MEBIBYTES = 192;

    private static final long MOST = (long) MOST_MEBIBYTES << 20;

    private static final int MOST_REDIRECTS = 5;
    private static final Duration CONNECTING = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    private final HttpClient client;
    private final Refusal refusal;
    private final Duration patience;
    private final long begun = System.nanoTime();
    private final URI address;
    private final Optional<String> token;
    private URI location;
    private Optional<String> version = Optional.empty();
    private long size = -1;
    private long position;
    private int step = FIRST_STEP;
    private ByteBuffer window = ByteBuffer.allocate(0);

    /**
     * Asks for the first range.
     *
     * @param token is sent to the address's own server only, and only when nobody can listen
     */
    RangeChannel(Refusal refusal, URI address, Optional<String> token) {
        this(refusal, address, token, PATIENCE);
    }

    /** The same with another limit for everything together. */
    RangeChannel(Refusal refusal, URI address, Optional<String> token, Duration patience) {
        this.refusal = refusal;
        this.patience = patience;
        this.address = address;
        this.token = token;
        this.location = address;
        boolean web = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
        if (!web || address.getHost() == null || address.getRawUserInfo() != null) {
            throw refusal.because("is no address of a file", "write it as https://host/path/model.gguf");
        }
        client = HttpClient.newBuilder().connectTimeout(CONNECTING).build();
        try {
            fetch();
        } catch (RuntimeException e) {
            // Nobody gets an object to close.
            close();
            throw e;
        }
    }

    /** The size of the whole file. */
    long size() {
        return size;
    }

    @Override
    public int read(ByteBuffer into) {
        if (!window.hasRemaining()) {
            if (position >= size) {
                return -1;
            }
            fetch();
        }
        int count = Math.min(into.remaining(), window.remaining());
        into.put(window.slice(window.position(), count));
        window.position(window.position() + count);
        return count;
    }

    private void fetch() {
        if (position >= MOST) {
            throw refusal.because("has a header of more than " + new Bytes(MOST), "is it a GGUF file?");
        }
        long last = size < 0 ? position + step - 1 : Math.min(size, position + step) - 1;
        for (int redirect = 0; redirect <= MOST_REDIRECTS; redirect++) {
            HttpResponse<byte[]> response = answer(position, last);
            if (response.statusCode() / 100 == 3) {
                location = redirected(response);
                continue;
            }
            take(response, last);
            step = Math.min(2 * step, LARGEST_STEP);
            return;
        }
        throw refusal.because("redirects more than " + MOST_REDIRECTS + " times", "check the address");
    }

    private URI redirected(HttpResponse<byte[]> response) {
        String target = response.headers().firstValue("Location").orElse("");
        try {
            URI next = location.resolve(target);
            boolean safe = "https".equals(next.getScheme())
                    || ("http".equals(next.getScheme()) && "http".equals(location.getScheme()));
            if (safe && next.getHost() != null) {
                return next;
            }
        } catch (IllegalArgumentException _) {
            // Said below.
        }
        throw refusal.because("redirects to \"" + Refusal.shortened(target) + "\"", "check the address");
    }

    private HttpResponse<byte[]> answer(long first, long last) {
        Duration left = patience.minusNanos(System.nanoTime() - begun);
        if (!left.isPositive()) {
            throw tooSlow();
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(location)
                .timeout(left)
                .header("Range", "bytes=" + first + "-" + last)
                .header("Accept-Encoding", "identity");
        if (mayHearToken()) {
            token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        }
        AtomicInteger status = new AtomicInteger();
        CompletableFuture<HttpResponse<byte[]>> sent = client.sendAsync(request.build(), info -> {
            status.set(info.statusCode());
            return BodyHandlers.limiting(BodyHandlers.ofByteArray(), last - first + 1)
                    .apply(info);
        });
        try {
            return sent.get(left.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (status.get() == 200) {
                throw withoutRanges();
            }
            if (e.getCause() instanceof HttpTimeoutException timeout
                    && !(timeout instanceof HttpConnectTimeoutException)) {
                throw tooSlow();
            }
            Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
            throw new StoaException(
                    StoaException.Kind.USER,
                    address + ": cannot be fetched (" + cause + "); check the address and the network",
                    cause);
        } catch (TimeoutException _) {
            sent.cancel(true);
            throw tooSlow();
        } catch (InterruptedException e) {
            sent.cancel(true);
            Thread.currentThread().interrupt();
            throw new StoaException(StoaException.Kind.USER, address + ": was interrupted", e);
        }
    }

    /** Only the server that was asked in the first place, and over a connection that is private. */
    private boolean mayHearToken() {
        boolean same = location.getHost().equalsIgnoreCase(address.getHost())
                && location.getPort() == address.getPort()
                && location.getScheme().equals(address.getScheme());
        boolean loopback =
                location.getHost().equals("127.0.0.1") || location.getHost().equals("localhost");
        return same && ("https".equals(location.getScheme()) || loopback);
    }

    private StoaException withoutRanges() {
        return refusal.because("is on a server that does not answer ranges", "download the file and name that");
    }

    private StoaException tooSlow() {
        return refusal.because("did not arrive within " + patience.toSeconds() + " s", "try again later");
    }

    private void take(HttpResponse<byte[]> response, long last) {
        switch (response.statusCode()) {
            case 206 -> {}
            case 200 -> throw withoutRanges();
            case 401, 403 ->
                throw refusal.because(
                        "is not for everybody (status " + response.statusCode() + ")",
                        "accept the model's terms and set HF_TOKEN");
            case 404 -> throw refusal.because("is not there (status 404)", "check the address");
            default -> throw refusal.because("was answered with status " + response.statusCode(), "try again later");
        }
        Matcher range = CONTENT_RANGE.matcher(
                response.headers().firstValue("Content-Range").orElse(""));
        byte[] body = response.body();
        long whole = range.matches() ? Long.parseLong(range.group(3)) : 0;
        long end = Math.min(last, whole - 1);
        if (end < position
                || Long.parseLong(range.group(1)) != position
                || Long.parseLong(range.group(2)) != end
                || body.length != end - position + 1) {
            throw refusal.because("was answered with another range than asked for", "download the file and name that");
        }
        Optional<String> tag = response.headers().firstValue("ETag");
        if (size >= 0 && (whole != size || !tag.equals(version))) {
            throw refusal.because("changed while it was read", "try again");
        }
        size = whole;
        version = tag;
        position += body.length;
        window = ByteBuffer.wrap(body);
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
