package io.stoa.gateway.audit;

import io.stoa.model.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A piece of a segment that was checked by itself: every line against its digest, against the line before it in the
 * piece, against its salt and its kept content. Pieces are checked side by side and joined afterwards.
 */
final class ChainPiece {
    private static final byte[] SALT = "\"salt\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEPT = "\"kept\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final long MOST_CONTENT = 256L << 20;

    /** A record that is not a request, with its body. */
    record Event(long sequence, String kind, byte[] body) {}

    /** The first thing that is wrong, by its line in the piece. */
    record Problem(int line, String what) {}

    private final AuditFolder folder;
    private final String chain;
    private final long segmentFirst;
    private final Optional<FileChannel> salts;
    private final Map<Long, Digest> expected;
    private final MessageDigest sha256 = Digest.sha256();

    private final List<byte[]> digests = new ArrayList<>();
    private final List<Long> erased = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private byte[] slots = new byte[0];
    private long first;
    private byte[] firstPrevious = ChainLine.GENESIS;
    private long requests;
    private long unfinished;
    private String lastKind = "";
    private Optional<Problem> problem = Optional.empty();

    ChainPiece(
            AuditFolder folder,
            String chain,
            long segmentFirst,
            Optional<FileChannel> salts,
            Map<Long, Digest> expected) {
        this.folder = folder;
        this.chain = chain;
        this.segmentFirst = segmentFirst;
        this.salts = salts;
        this.expected = expected;
    }

    long first() {
        return first;
    }

    byte[] firstPrevious() {
        return firstPrevious;
    }

    List<byte[]> digests() {
        return digests;
    }

    List<Long> erased() {
        return erased;
    }

    List<Event> events() {
        return events;
    }

    long requests() {
        return requests;
    }

    /** Erased records whose content still lies there. */
    long unfinished() {
        return unfinished;
    }

    String lastKind() {
        return lastKind;
    }

    Optional<Problem> problem() {
        return problem;
    }

    ChainPiece check(LineChunks.Chunk chunk) throws IOException {
        byte[] bytes = chunk.bytes();
        byte[] name = chain.getBytes(StandardCharsets.US_ASCII);
        int start = 0;
        for (int end = 0; end < chunk.whole() && problem.isEmpty(); end++) {
            if (bytes[end] == '\n') {
                ChainLine.Parsed parsed = ChainLine.parse(bytes, start, end, name, sha256);
                if (parsed.line().isEmpty()) {
                    broken(parsed.problem());
                } else {
                    line(bytes, parsed.line().get(), chunk.whole());
                }
                start = end + 1;
            }
        }
        return this;
    }

    private void broken(String what) {
        problem = Optional.of(new Problem(digests.size(), what));
    }

    private void line(byte[] bytes, ChainLine line, int whole) throws IOException {
        if (digests.isEmpty()) {
            first = line.sequence();
            firstPrevious = line.previous();
            slots = readSlots(whole);
        } else if (line.sequence() != first + digests.size()) {
            broken("its number is " + line.sequence() + ", expected " + (first + digests.size())
                    + ": records are missing, were added or moved");
            return;
        } else if (!Arrays.equals(line.previous(), digests.getLast())) {
            broken("it does not follow the record before it");
            return;
        }
        if (expected.containsKey(line.sequence())
                && !Checkpoint.digest(line.digest()).equals(expected.get(line.sequence()))) {
            broken("a checkpoint or witness saw another record here: the chain was computed anew");
            return;
        }
        if (line.kind().equals(ChainWriter.Kind.REQUEST.word())) {
            request(bytes, line);
        } else {
            int at = digests.size() * Salts.BYTES;
            if (at + Salts.BYTES <= slots.length && !Salts.isErased(slots, at)) {
                broken("it is no request, but has a salt: salts were moved");
                return;
            }
            events.add(new Event(
                    line.sequence(), line.kind(), Arrays.copyOfRange(bytes, line.bodyStart(), line.bodyEnd())));
        }
        digests.add(line.digest());
        lastKind = line.kind();
    }

    private byte[] readSlots(int whole) throws IOException {
        long from = first - segmentFirst;
        // a line is longer than its digest and its frame, so this is room for all of the piece's salts
        int most = whole / (ChainLine.DOCUMENT + ChainLine.BODY.length()) + 1;
        return salts.isEmpty() || from < 0 ? new byte[0] : Salts.read(salts.get(), from, most);
    }

    private void request(byte[] bytes, ChainLine line) throws IOException {
        requests++;
        int at = digests.size() * Salts.BYTES;
        boolean keeps = find(bytes, line.bodyStart(), line.bodyEnd(), KEPT) >= 0;
        if (at + Salts.BYTES > slots.length || Salts.isErased(slots, at)) {
            erased.add(line.sequence());
            if (keeps && Files.exists(folder.content(chain, line.sequence()))) {
                unfinished++;
            }
            return;
        }
        int written = find(bytes, line.bodyStart(), line.bodyEnd(), SALT);
        byte[] digest = written < 0 ? new byte[0] : ChainLine.digits(bytes, written + SALT.length);
        sha256.update(slots, at, Salts.BYTES);
        if (!Arrays.equals(sha256.digest(), digest)) {
            broken("its salt was changed");
        } else if (keeps) {
            byte[] salt = Arrays.copyOfRange(slots, at, at + Salts.BYTES);
            content(line.sequence(), Arrays.copyOfRange(bytes, line.bodyStart(), line.bodyEnd()), salt);
        }
    }

    private void content(long sequence, byte[] body, byte[] salt) throws IOException {
        Path file = folder.content(chain, sequence);
        if (!Files.isRegularFile(file) || Files.size(file) > MOST_CONTENT) {
            broken("its content is missing, and no record says that it was erased");
            return;
        }
        try {
            JsonNode record = JsonMapper.shared().readTree(body);
            JsonNode kept = JsonMapper.shared().readTree(Files.readAllBytes(file));
            if (!isKept(record.path("request"), kept.path("request"), salt, Salts.REQUEST)
                    || !isKept(record.path("answer"), kept.path("answer"), salt, Salts.ANSWER)) {
                broken("its content is not what was recorded");
            }
        } catch (JacksonException _) {
            broken("its content cannot be read");
        }
    }

    private boolean isKept(JsonNode record, JsonNode text, byte[] salt, byte label) {
        if (!record.has("kept")) {
            return text.isMissingNode();
        }
        byte[] digest = Salts.digestOf(sha256, text.asString(""));
        return text.isString()
                && Checkpoint.digest(Salts.commitment(sha256, salt, label, digest))
                        .hex()
                        .equals(record.path("kept").asString(""));
    }

    /** Where a member begins: its quotation marks cannot stand inside a string, so nothing else looks like it. */
    private static int find(byte[] bytes, int start, int end, byte[] text) {
        for (int at = start; at <= end - text.length; at++) {
            if (bytes[at] == '"' && ChainLine.startsAt(bytes, at, text)) {
                return at;
            }
        }
        return -1;
    }
}
