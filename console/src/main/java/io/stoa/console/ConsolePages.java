package io.stoa.console;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
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
import java.util.zip.GZIPOutputStream;

/**
 * The console's paths: {@code /}, the files of the page under {@code /console/}, and {@code /console/snapshot.json} (see
 * {@link SnapshotJson}). Files are in memory, plain and zipped, and carry an {@code ETag}; a snapshot is made at most once
 * a second, however many people look. May block for what the sources take, so call it on a virtual thread.
 */
public final class ConsolePages {
    static final String SNAPSHOT = "/console/snapshot.json";
    private static final Duration SNAPSHOT_AGE = Duration.ofSeconds(1);

    /** Nothing from elsewhere, nothing inline, and no text that becomes markup but by Svelte's own templates. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

    private static final Map<String, String> SAFETY = Map.of(
            "content-security-policy", POLICY,
            "x-content-type-options", "nosniff",
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
    private final Map<String, StaticFile> files;
    private final ReentrantLock lock = new ReentrantLock();
    private Snapshot snapshot = new Snapshot(Instant.MIN, Zipped.of(new byte[0]));

    public ConsolePages(ConsoleFeed feed, ConsoleSources sources, Clock clock) {
        this.feed = requireNonNull(feed, "feed");
        this.sources = requireNonNull(sources, "sources");
        this.clock = requireNonNull(clock, "clock");
        this.files = Map.of(
                "/", StaticFile.read("index.html", "text/html; charset=utf-8"),
                "/console/console.js", StaticFile.read("console.js", "text/javascript; charset=utf-8"),
                "/console/console.css", StaticFile.read("console.css", "text/css; charset=utf-8"),
                "/console/icon.svg", StaticFile.read("icon.svg", "image/svg+xml"));
    }

    /**
     * What a person asks for.
     *
     * @param path without the query
     * @param allowed whether figures may be shown: {@link ConsoleAccess#withoutKey}, or an admin key
     * @param ifNoneMatch the header of that name
     * @param gzip whether {@code Accept-Encoding} names gzip
     */
    public record Ask(String path, boolean allowed, Optional<String> ifNoneMatch, boolean gzip) {
        public Ask {
            requireNonNull(path, "path");
            requireNonNull(ifNoneMatch, "ifNoneMatch");
        }
    }

    /** The answer to a {@code GET} or {@code HEAD}; empty where the console has no such path. */
    public Optional<Page> page(Ask ask) {
        if (ask.path().equals(SNAPSHOT)) {
            return Optional.of(
                    ask.allowed()
                            ? whole(200, snapshot(), ask.gzip(), Map.of("cache-control", "no-store"))
                            : new Page(
                                    401,
                                    headers(Map.of(
                                            "content-type", "application/json",
                                            "cache-control", "no-store",
                                            "www-authenticate", "Bearer realm=\"stoa console\"")),
                                    NO_KEY));
        }
        return Optional.ofNullable(files.get(ask.path())).map(file -> page(file, ask));
    }

    private static Page page(StaticFile file, Ask ask) {
        Map<String, String> headers =
                Map.of("content-type", file.contentType(), "cache-control", "no-cache", "etag", file.tag());
        boolean known = ask.ifNoneMatch()
                .filter(tags -> tags.contains(file.tag()) || tags.strip().equals("*"))
                .isPresent();
        return known ? new Page(304, headers(headers), new byte[0]) : whole(200, file.body(), ask.gzip(), headers);
    }

    private static Page whole(int status, Zipped body, boolean gzip, Map<String, String> more) {
        Map<String, String> headers = headers(more);
        headers.putIfAbsent("content-type", "application/json");
        headers.put("vary", "accept-encoding");
        if (gzip) {
            headers.put("content-encoding", "gzip");
        }
        return new Page(status, headers, gzip ? body.zipped : body.plain);
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
