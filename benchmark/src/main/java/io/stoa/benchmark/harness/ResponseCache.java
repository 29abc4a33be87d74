package io.stoa.benchmark.harness;

import io.stoa.benchmark.gate.FileName;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What one model answered to one task, kept in a file: a JSON line for each document, {@code {"i": number, "k": digest of
 * its requests, "raw": answers}}, written as soon as it is known. A run that was killed loses no document but those it was
 * asking; a line that was only begun is cut off. Answers to requests that have changed since are not taken, and not lost:
 * those to several numbers of examples or seeds lie side by side.
 */
final class ResponseCache implements AutoCloseable {
    private final Path file;
    private final RandomAccessFile out;
    /** Read while the next documents are asked, written when the last ones are done. */
    private final Map<Slot, List<RawAnswer>> entries = new ConcurrentHashMap<>();

    private record Slot(int index, String key) {}

    /**
     * @param folder of all caches
     * @param entrant all that an answer depends on besides the requests
     */
    ResponseCache(Path folder, Entrant entrant, String task) {
        String identity =
                String.join("\n", entrant.model().identity(), entrant.build(), "context " + entrant.context());
        Path place = folder.resolve(Digest.of(identity).hex().substring(0, 16));
        this.file = place.resolve(FileName.of(task) + ".jsonl");
        try {
            Files.createDirectories(place);
            Files.writeString(place.resolve("model.txt"), identity + "\n");
            this.out = new RandomAccessFile(file.toFile(), "rw");
            lock();
            read();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** Two writers would write over each other. The lock goes when the file is closed, also by a kill. */
    private void lock() throws IOException {
        boolean ours;
        try {
            ours = out.getChannel().tryLock() != null;
        } catch (OverlappingFileLockException e) {
            ours = false;
        }
        if (!ours) {
            out.close();
            throw StoaException.user(file + ": another run keeps its answers there, or two models are the same file;"
                    + " wait for it, or keep yours in another folder");
        }
    }

    private void read() throws IOException {
        long start = 0;
        long position = 0;
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            for (int next = in.read(); next >= 0; next = in.read()) {
                position++;
                if (next == '\n') {
                    line(line.toString(StandardCharsets.UTF_8));
                    line.reset();
                    start = position;
                } else {
                    line.write(next);
                }
            }
        }
        out.setLength(start);
        out.seek(start);
    }

    private void line(String text) {
        try {
            JsonNode json = JsonMapper.shared().readTree(text);
            List<RawAnswer> raw = new ArrayList<>();
            for (JsonNode answer : json.path("raw")) {
                raw.add(
                        answer.isObject()
                                ? new RawAnswer.Likelihood(
                                        answer.path("ll").doubleValue(),
                                        Optional.of(answer.path("greedy"))
                                                .filter(JsonNode::isBoolean)
                                                .map(JsonNode::booleanValue))
                                : new RawAnswer.Texts(texts(answer)));
            }
            entries.put(new Slot(json.path("i").asInt(-1), json.path("k").asString("")), raw);
        } catch (JacksonException | IllegalArgumentException _) {
            // A damaged line is as good as none: its document is asked again.
        }
    }

    private static List<String> texts(JsonNode answers) {
        List<String> texts = new ArrayList<>();
        answers.forEach(text -> texts.add(text.asString()));
        return texts;
    }

    /** The answers to a document's requests, where they are known. */
    Optional<List<RawAnswer>> find(int index, String key) {
        return Optional.ofNullable(entries.get(new Slot(index, key)));
    }

    /** Keeps answers. They survive the end of this process from now on. */
    void put(int index, String key, List<RawAnswer> raw) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("i", index);
        line.put("k", key);
        ArrayNode answers = line.putArray("raw");
        for (RawAnswer answer : raw) {
            switch (answer) {
                case RawAnswer.Likelihood one -> {
                    ObjectNode kept = answers.addObject().put("ll", one.logLikelihood());
                    one.greedy().ifPresent(greedy -> kept.put("greedy", greedy));
                }
                case RawAnswer.Texts texts -> texts.texts().forEach(answers.addArray()::add);
            }
        }
        try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw unwritable(e);
        }
        entries.put(new Slot(index, key), raw);
    }

    /** What a document is asked, as a digest. */
    static String key(List<Request> requests, int repeats, long seed) {
        MessageDigest digest = Digest.sha256();
        feed(digest, repeats + " " + seed);
        for (Request request : requests) {
            switch (request) {
                case Request.Likelihood likelihood -> {
                    feed(digest, "likelihood " + likelihood.context());
                    feed(digest, likelihood.continuation());
                }
                case Request.Rolling rolling -> feed(digest, "rolling " + rolling.text());
                case Request.Generate generate -> {
                    feed(digest, "generate " + generate.context());
                    feed(digest, generate.settings().toString());
                }
            }
        }
        return Digest.of(digest).hex().substring(0, 24);
    }

    private static void feed(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private StoaException unwritable(IOException e) {
        return new StoaException(
                StoaException.Kind.RESOURCES,
                file + ": answers cannot be kept (" + e.getMessage() + "); check its permissions and the disk",
                e);
    }
}
