package io.stoa.benchmark.dataset;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The download of one file. What is here is kept with the server's ETag, and the rest is asked for with {@code Range} and
 * {@code If-Range} (RFC 9110, 13 and 14): a server that has another file by now sends all of it.
 */
final class HubDownload {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\\*)");
    private static final Duration LONGEST_LOCK = Duration.ofHours(6);
    private static final int BUFFER = 1 << 16;

    private final HubClient client;
    private final URI uri;
    private final String where;
    private final HubListing.Entry entry;
    private final HubCache.Slot slot;
    private final DownloadProgress progress;

    HubDownload(
            HubClient client,
            URI uri,
            String where,
            HubListing.Entry entry,
            HubCache.Slot slot,
            DownloadProgress progress) {
        this.client = client;
        this.uri = uri;
        this.where = where;
        this.entry = entry;
        this.slot = slot;
        this.progress = progress;
    }

    /** Downloads what is missing, unless another process does so meanwhile. */
    HubSplit.CachedFile run() {
        try (HubCache.Lock _ = slot.lock(LONGEST_LOCK)) {
            return slot.checked().orElseGet(() -> slot.keep(client.retrying(where, this::attempt)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoaException(
                    StoaException.Kind.RESOURCES, where + ": interrupted; start again, what is here stays", e);
        }
    }

    private Digest attempt() throws IOException, InterruptedException {
        long have = resumable();
        if (entry.size().isEmpty() || have < entry.size().getAsLong()) {
            checkSpace(have);
            client.send(
                    where, uri, have == 0 ? Map.of() : range(have), (response, body) -> receive(response, body, have));
        }
        return verified();
    }

    private Map<String, String> range(long have) throws IOException {
        Map<String, String> headers = new HashMap<>();
        headers.put("Range", "bytes=" + have + "-");
        headers.put("If-Range", Files.readString(slot.etag()).strip());
        return headers;
    }

    /** How many bytes are here that may be continued. */
    private long resumable() {
        try {
            Files.createDirectories(slot.part().getParent());
            long have = Files.isRegularFile(slot.part()) ? Files.size(slot.part()) : 0;
            boolean usable = Files.isRegularFile(slot.etag())
                    && (entry.size().isEmpty() || have <= entry.size().getAsLong());
            return usable ? have : 0;
        } catch (IOException e) {
            throw HubCache.resources(slot.part(), e);
        }
    }

    private void checkSpace(long have) {
        OptionalLong size = entry.size();
        Path folder = slot.part().getParent();
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            if (size.isPresent() && size.getAsLong() - have > free) {
                throw StoaException.resources(folder + ": " + free + " bytes are free, and " + where + " needs "
                        + (size.getAsLong() - have) + "; free space, or choose another cache folder");
            }
        } catch (IOException e) {
            throw HubCache.resources(slot.part(), e);
        }
    }

    /** Appends to the part, or begins it anew; the number of bytes that are here then. */
    private long receive(HttpResponse<InputStream> response, InputStream body, long have) throws IOException {
        long start = 0;
        long total = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        if (response.statusCode() != 200) {
            Matcher range = CONTENT_RANGE.matcher(
                    response.headers().firstValue("Content-Range").orElse(""));
            if (response.statusCode() == 416 || !range.matches() || Long.parseLong(range.group(1)) != have) {
                HubCache.delete(slot.part());
                throw new IOException("the server does not continue what is here");
            }
            start = have;
            total = range.group(2).equals("*") ? -1 : Long.parseLong(range.group(2));
        }
        rememberTag(response, start);
        long done = copy(body, start, total);
        if (total >= 0 && done != total) {
            throw new IOException("the connection ended after " + done + " of " + total + " bytes");
        }
        return done;
    }

    /** A weak tag says nothing about single bytes, so without a strong one nothing is continued. */
    private void rememberTag(HttpResponse<?> response, long start) {
        String tag = response.headers().firstValue("ETag").orElse("");
        try {
            if (tag.startsWith("\"")) {
                Files.writeString(slot.etag(), tag);
            } else if (start == 0) {
                Files.deleteIfExists(slot.etag());
            }
        } catch (IOException e) {
            throw HubCache.resources(slot.etag(), e);
        }
    }

    private long copy(InputStream body, long start, long total) throws IOException {
        long done = start;
        try (FileChannel part = open(start)) {
            byte[] buffer = new byte[BUFFER];
            progress.at(slot.path(), done, Math.max(done, total));
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                done += read;
                if (entry.size().isPresent() && done > entry.size().getAsLong()) {
                    throw StoaException.engine(where + ": the hub sends more than the "
                            + entry.size().getAsLong() + " bytes that it lists; try again later");
                }
                write(part, ByteBuffer.wrap(buffer, 0, read));
                progress.at(slot.path(), done, Math.max(done, total));
            }
            force(part);
        }
        return done;
    }

    private FileChannel open(long start) {
        try {
            FileChannel part = FileChannel.open(slot.part(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            part.truncate(start);
            part.position(start);
            return part;
        } catch (IOException e) {
            throw HubCache.resources(slot.part(), e);
        }
    }

    private void write(FileChannel part, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                part.write(bytes);
            }
        } catch (IOException e) {
            throw HubCache.resources(slot.part(), e);
        }
    }

    private void force(FileChannel part) {
        try {
            part.force(true);
        } catch (IOException e) {
            throw HubCache.resources(slot.part(), e);
        }
    }

    /** The digest of the part, which is what the hub lists. */
    private Digest verified() throws IOException {
        long size = Files.size(slot.part());
        Digest digest = DatasetReader.sha256(slot.part());
        boolean listed = entry.size().isEmpty() || entry.size().getAsLong() == size;
        if (!listed || !entry.digest().map(digest::equals).orElse(true)) {
            HubCache.delete(slot.part());
            HubCache.delete(slot.etag());
            throw new IOException(
                    "what came, " + size + " bytes with SHA-256 " + digest.hex() + ", is not what is listed: "
                            + entry.size().orElse(-1) + " bytes with "
                            + entry.digest().map(Digest::hex).orElse("any digest"));
        }
        return digest;
    }
}
