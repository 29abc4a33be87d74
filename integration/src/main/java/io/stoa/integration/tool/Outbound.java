package io.stoa.integration.tool;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Requests to one host, and to no other: redirects are not followed, an address within a private network is refused
 * unless it is allowed, and a call ends when its time is over, however slowly its answer comes.
 *
 * <p>The host is resolved and checked before each request; the JDK keeps what it resolved for 30 seconds ({@code
 * networkaddress.cache.ttl}), so the connection goes to an address that was checked.
 */
public final class Outbound implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final URI base;
    private final boolean privateAllowed;
    private final Optional<Credential> credential;
    private final HttpClient client;

    /**
     * Requests below an address.
     *
     * @param base of scheme {@code https}, or {@code http} where private addresses are allowed
     * @param privateAllowed whether it may lie on this machine or within a private network
     */
    public Outbound(URI base, boolean privateAllowed, Optional<Credential> credential) {
        this.base = base;
        this.privateAllowed = privateAllowed;
        this.credential = credential;
        String scheme = Optional.ofNullable(base.getScheme()).orElse("").toLowerCase(Locale.ROOT);
        if (base.getHost() == null || base.getUserInfo() != null || base.getFragment() != null) {
            throw StoaException.user(base + ": not an address of a host, such as https://api.example.org/v1");
        }
        if (!scheme.equals("https") && !(scheme.equals("http") && privateAllowed)) {
            throw StoaException.user(
                    base + ": only https addresses are called; http ones only where private addresses are allowed");
        }
        this.client = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    public URI base() {
        return base;
    }

    /** What is done with an answer's body. */
    @FunctionalInterface
    public interface Reading<T> {
        T read(HttpResponse<InputStream> answer) throws IOException;
    }

    /**
     * Sends a request and reads its answer; the credential is added.
     *
     * @param reading may take until the time is over; the body is closed after it
     * @throws StoaException of kind {@code ENGINE} when there is no answer in time, of kind {@code USER} when the address
     *     is not allowed
     */
    public <T> T exchange(HttpRequest.Builder building, Duration patience, Reading<T> reading) {
        long end = System.nanoTime() + patience.toNanos();
        credential.ifPresent(secret -> building.setHeader(secret.header(), secret.value()));
        HttpRequest request = building.timeout(patience).build();
        requireAllowed(request.uri());
        CompletableFuture<HttpResponse<InputStream>> sent =
                client.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
        HttpResponse<InputStream> answer = within(sent, end, request.uri());
        CompletableFuture<T> read = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try (InputStream _ = answer.body()) {
                refuseRedirect(answer);
                read.complete(reading.read(answer));
            } catch (IOException | RuntimeException e) {
                read.completeExceptionally(e);
            }
        });
        try {
            return within(read, end, request.uri());
        } finally {
            closed(answer);
        }
    }

    private static void closed(HttpResponse<InputStream> answer) {
        try {
            answer.body().close();
        } catch (IOException _) {
            // it was given up already
        }
    }

    private <T> T within(CompletableFuture<T> awaited, long end, URI address) {
        try {
            return awaited.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            awaited.cancel(true);
            throw new StoaException(StoaException.Kind.ENGINE, address + ": no whole answer in time", e);
        } catch (InterruptedException e) {
            awaited.cancel(true);
            Thread.currentThread().interrupt();
            throw new StoaException(StoaException.Kind.RESOURCES, address + ": interrupted while waiting", e);
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case StoaException known -> known;
                case HttpTimeoutException slow ->
                    new StoaException(StoaException.Kind.ENGINE, address + ": no answer in time", slow);
                case null, default ->
                    new StoaException(
                            StoaException.Kind.ENGINE,
                            address + ": the connection failed (" + reason(e.getCause()) + ")",
                            e);
            };
        }
    }

    private String reason(@Nullable Throwable cause) {
        return cause == null
                ? "unknown"
                : hidden(ForeignJson.firstLine(Optional.ofNullable(cause.getMessage())
                        .orElse(cause.getClass().getSimpleName())));
    }

    /** A text from outside, without the secret. */
    public String hidden(String text) {
        return credential.map(secret -> secret.hidden(text)).orElse(text);
    }

    private static void refuseRedirect(HttpResponse<?> answer) {
        int status = answer.statusCode();
        if (status / 100 == 3 && status != 304) {
            throw StoaException.engine(answer.uri() + ": redirects to "
                    + ForeignJson.firstLine(
                            answer.headers().firstValue("Location").orElse("somewhere"))
                    + "; redirects are not followed, so name that address yourself if it is right");
        }
    }

    private void requireAllowed(URI address) {
        boolean same = Optional.ofNullable(address.getHost()).orElse("").equalsIgnoreCase(base.getHost())
                && address.getPort() == base.getPort()
                && Optional.ofNullable(address.getScheme()).orElse("").equalsIgnoreCase(base.getScheme());
        if (!same) {
            throw StoaException.user(
                    address + ": only " + base.getScheme() + "://" + base.getRawAuthority() + " may be called");
        }
        if (privateAllowed) {
            return;
        }
        try {
            for (InetAddress resolved : InetAddress.getAllByName(base.getHost())) {
                if (!isPublic(resolved)) {
                    throw StoaException.user(base.getHost() + " is " + resolved.getHostAddress()
                            + ", an address of this machine or of a private network; allow it with"
                            + " allow-private: true if that is meant");
                }
            }
        } catch (UnknownHostException e) {
            throw new StoaException(StoaException.Kind.ENGINE, "unknown host " + base.getHost(), e);
        }
    }

    /** Whether anybody on the internet could have it (IANA's special-purpose registries; RFC 6890). */
    static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? isPublic(bytes[0] & 0xFF, bytes[1] & 0xFF, bytes[2] & 0xFF) : isPublicSix(bytes);
    }

    private static boolean isPublic(int first, int second, int third) {
        return switch (first) {
            case 0 -> false;
            case 100 -> second < 64 || second > 127;
            case 192 -> !(second == 0 && (third == 0 || third == 2)) && !(second == 88 && third == 99);
            case 198 -> second != 18 && second != 19 && !(second == 51 && third == 100);
            case 203 -> !(second == 0 && third == 113);
            default -> first < 240;
        };
    }

    /** Only global unicast addresses, and of those none that stands for an address of version 4. */
    private static boolean isPublicSix(byte[] bytes) {
        int first = ((bytes[0] & 0xFF) << 8) | (bytes[1] & 0xFF);
        int second = ((bytes[2] & 0xFF) << 8) | (bytes[3] & 0xFF);
        boolean teredo = first == 0x2001 && second == 0;
        boolean documentation = first == 0x2001 && second == 0x0DB8;
        boolean sixToFour = first == 0x2002;
        return (first & 0xE000) == 0x2000 && !teredo && !documentation && !sixToFour;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
