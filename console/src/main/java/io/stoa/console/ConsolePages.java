package io.stoa.console;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.Page;
import io.stoa.gateway.Pages;
import io.stoa.gateway.policy.Caller;
import io.stoa.model.Digest;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;

/**
 * The console's paths: {@code /}, the files of the page under {@code /console/}, and {@code /console/snapshot.json} (see
 * {@link SnapshotJson}). Files are in memory, plain and zipped, and carry an {@code ETag}; a snapshot is made at most once
 * a second, however many people look.
 *
 * <p>The files are for everybody: they show nothing by themselves. Figures are for whoever sits at the machine, and
 * otherwise for whoever sends an admin key as {@code Authorization: Bearer …}, which the page asks for and keeps until its
 * tab is closed.
 */
public final class ConsolePages implements Pages {
    static final String SNAPSHOT = "/console/snapshot.json";
    private static final Duration SNAPSHOT_AGE = Duration.ofSeconds(1);

    /** Nothing from elsewhere, nothing inline, and no text that becomes markup but by Svelte's own templates. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

    private static final Map<String, String> SAFETY = Map.of(
            "content-security-policy", POLICY,
            "x-frame-options", "DENY",
            "referrer-policy", "no-referrer",
            "cross-origin-opener-policy", "same-origin",
            "cross-origin-resource-policy", "same-origin");

    private static final byte[] NO_KEY = """
        {"error":{"message":"The console's figures want an admin key as a bearer token; without one they are for this \
        machine only.","type":"authentication_error","param":null,"code":"admin_key_required"}}
        """.getBytes(StandardCharsets.UTF_8);

    private final ConsoleFeed feed;
    private final ConsoleSources sources;
    private final Clock clock;
    private final Predicate<Caller> admin;
    private final Map<String, StaticFile> files;
    private final ReentrantLock lock = new ReentrantLock();
    private Snapshot snapshot = new Snapshot(Instant.MIN, Zipped.of(new byte[0]));

    /** @param admin whether a caller may see the figures from another machine */
    public ConsolePages(ConsoleFeed feed, ConsoleSources sources, Clock clock, Predicate<Caller> admin) {
        this.admin = requireNonNull(admin, "admin");
        this.feed = requireNonNull(feed, "feed");
        this.sources = requireNonNull(sources, "sources");
        this.clock = requireNonNull(clock, "clock");
        this.files = Map.of(
                "/", StaticFile.read("index.html", "text/html; charset=utf-8"),
                "/console/console.js", StaticFile.read("console.js", "text/javascript; charset=utf-8"),
                "/console/console.css", StaticFile.read("console.css", "text/css; charset=utf-8"),
                "/console/icon.svg", StaticFile.read("icon.svg", "image/svg+xml"));
    }

    @Override
    public Optional<Page> get(Request request) {
        boolean gzip = request.headers().getOrDefault("accept-encoding", "").contains("gzip");
        if (request.path().equals(SNAPSHOT)) {
            return Optional.of(
                    ConsoleAccess.withoutKey(request)
                                    || request.caller().filter(admin).isPresent()
                            ? whole("application/json", snapshot(), gzip, Map.of("cache-control", "no-store"))
                            : noKey());
        }
        return Optional.ofNullable(files.get(request.path()))
                .map(file -> page(file, request.headers().getOrDefault("if-none-match", ""), gzip));
    }

    private static Page noKey() {
        Map<String, String> headers =
                headers(Map.of("cache-control", "no-store", "www-authenticate", "Bearer realm=\"stoa console\""));
        return new Page(401, "application/json", Buffer.buffer(NO_KEY), headers);
    }

    private static Page page(StaticFile file, String known, boolean gzip) {
        Map<String, String> headers = Map.of("cache-control", "no-cache", "etag", file.tag());
        return known.contains(file.tag()) || known.strip().equals("*")
                ? new Page(304, file.contentType(), Buffer.buffer(), headers(headers))
                : whole(file.contentType(), file.body(), gzip, headers);
    }

    private static Page whole(String contentType, Zipped body, boolean gzip, Map<String, String> more) {
        Map<String, String> headers = headers(more);
        headers.put("vary", "accept-encoding");
        if (gzip) {
            headers.put("content-encoding", "gzip");
        }
        return new Page(200, contentType, Buffer.buffer(gzip ? body.zipped : body.plain), headers);
    }

    private static Map<String, String> headers(Map<String, String> more) {
        Map<String, String> headers = new HashMap<>(SAFETY);
        headers.putAll(more);
        return headers;
    }

    private Zipped snapshot() {
        lock.lock();
        try {
            Instant now = clock.instant();
            Instant stale = now.minus(SNAPSHOT_AGE);
            if (!snapshot.taken.isAfter(stale) || snapshot.taken.isAfter(now)) {
                snapshot = new Snapshot(now, Zipped.of(SnapshotJson.of(feed.figures(), sources)));
            }
            return snapshot.json;
        } finally {
            lock.unlock();
        }
    }

    private static final class Snapshot {
        private final Instant taken;
        private final Zipped json;

        Snapshot(Instant taken, Zipped json) {
            this.taken = taken;
            this.json = json;
        }
    }

    /** Bytes, plain and zipped. */
    private static final class Zipped {
        private final byte[] plain;
        private final byte[] zipped;

        private Zipped(byte[] plain, byte[] zipped) {
            this.plain = plain;
            this.zipped = zipped;
        }

        static Zipped of(byte[] plain) {
            ByteArrayOutputStream zipped = new ByteArrayOutputStream();
            try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
                zip.write(plain);
            } catch (IOException e) {
                throw new UncheckedIOException("memory takes every byte", e);
            }
            return new Zipped(plain, zipped.toByteArray());
        }
    }

    /** A file of the page. */
    private record StaticFile(String contentType, String tag, Zipped body) {
        static StaticFile read(String name, String contentType) {
            try (InputStream in = ConsolePages.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IllegalStateException(name + " is not among the console's resources: was it built?");
                }
                byte[] bytes = in.readAllBytes();
                return new StaticFile(contentType, "\"" + Digest.of(bytes).abbreviated() + "\"", Zipped.of(bytes));
            } catch (IOException e) {
                throw new UncheckedIOException(name + " cannot be read from the console's resources", e);
            }
        }
    }
}
