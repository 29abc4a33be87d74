package io.stoa.gateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.audit.AuditVerifier.Witnesses;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Changes a folder in random ways and looks whether a verification finds it. {@code -Dstoa.mutations=10000} for more,
 * {@code -Dstoa.seed=N} to repeat.
 */
class MutationTest {
    private static final String CHAIN = "gw-1";
    private static final int REQUESTS = 120;

    @TempDir
    private Path temporary;

    /** A whole folder in memory: what is to be changed, and what to restore. */
    private final Map<Path, byte[]> whole = new TreeMap<>();

    private final Map<String, Integer> tried = new TreeMap<>();
    private AuditFolder folder = new AuditFolder(Path.of("."));
    private KeyPair key = new KeyPair(null, null);
    private KeyPair otherKey = new KeyPair(null, null);
    private EvidenceRef head = new EvidenceRef(1, Digest.of(""));

    private enum Mutation {
        FLIP_BIT_OF_RECORDS,
        FLIP_BIT_OF_CHECKPOINTS,
        FLIP_BIT_OF_SALTS,
        FLIP_BIT_OF_CONTENT,
        DELETE_LINE,
        DUPLICATE_LINE,
        SWAP_LINES,
        INSERT_LINE,
        CUT_LINES_OFF_THE_END,
        CUT_BYTES_OFF_THE_END,
        EDIT_AND_RECOMPUTE_ITS_DIGEST,
        EDIT_AND_RECOMPUTE_THE_REST,
        EDIT_AND_SIGN_ANEW_WITH_ANOTHER_KEY,
        SWAP_SEGMENTS,
        DROP_SEGMENT,
        DELETE_CHECKPOINT,
        CUT_CHECKPOINTS,
        DELETE_ALL_CHECKPOINTS,
        CHANGE_CHECKPOINT,
        ERASE_SALT,
        DELETE_SALTS,
        SWAP_SALTS,
        DELETE_CONTENT,
        SWAP_CONTENT,
        DELETE_ERASURE,
        PUT_BACK_AN_OLDER_STATE
    }

    private void build() throws IOException {
        folder = new AuditFolder(temporary.resolve("audit"));
        key = SigningKey.readOrMake(temporary.resolve("key.pem"));
        otherKey = SigningKey.readOrMake(temporary.resolve("other.pem"));
        AuditSettings settings =
                AuditSettings.of(folder, CHAIN).keepingContent().with(15_000, 25);
        for (int run = 0; run < 2; run++) {
            try (AuditLog log = AuditLog.open(settings, key, Clock.systemUTC(), new SecureRandom())) {
                for (int i = 0; i < REQUESTS / 2; i++) {
                    log.ended(i % 10 == 0 ? Requests.kept(i) : Requests.request(i));
                }
            }
        }
        try (AuditLog log = AuditLog.open(
                AuditSettings.of(folder, AuditFolder.OPERATOR), key, Clock.systemUTC(), new SecureRandom())) {
            Selection search = new Selection(
                    Optional.empty(), Optional.empty(), Optional.of("search"), Optional.empty(), Optional.empty());
            Eraser.Order order = new Eraser.Order(List.of(CHAIN), search, "the operator", "asked to");
            assertThat(new Eraser(folder).erase(order, log, Progress.NONE).total())
                    .isEqualTo(REQUESTS / 3);
        }
        try (Stream<Path> files = Files.walk(folder.path())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                whole.put(file, Files.readAllBytes(file));
            }
        }
        Verification.Intact before =
                (Verification.Intact) verify(Witnesses.NONE).getFirst();
        assertThat(before.erased()).isEqualTo(REQUESTS / 3);
        assertThat(folder.segments(CHAIN)).hasSizeGreaterThan(4);
        head = before.head().orElseThrow();
    }

    private List<Verification> verify(Witnesses witnesses) {
        return new AuditVerifier(folder, 1).verify(witnesses, Progress.NONE);
    }

    @Test
    void everyChangeIsFound() throws IOException {
        build();
        int mutations = Integer.getInteger("stoa.mutations", 500);
        long seed = Requests.seed();
        System.out.println("MutationTest: seed " + seed + ", " + mutations + " mutations");
        RandomGenerator random = new Random(seed);
        for (int i = 0; i < mutations; i++) {
            Mutation mutation = Mutation.values()[i % Mutation.values().length];
            while (!mutate(mutation, random)) {
                restore();
            }
            Witnesses witnesses = mutation == Mutation.PUT_BACK_AN_OLDER_STATE
                    ? new Witnesses(Map.of(CHAIN, List.of(head)), Optional.of(key.getPublic()))
                    : new Witnesses(Map.of(), Optional.of(key.getPublic()));
            assertThat(verify(witnesses))
                    .as("mutation %d, %s, seed %d", i, mutation, seed)
                    .anyMatch(result -> result instanceof Verification.Broken);
            tried.merge(mutation.name(), 1, Integer::sum);
            restore();
        }
        assertThat(verify(new Witnesses(Map.of(CHAIN, List.of(head)), Optional.of(key.getPublic()))))
                .allMatch(result -> result instanceof Verification.Intact);
        System.out.println("MutationTest: found " + tried);
    }

    private void restore() throws IOException {
        try (Stream<Path> files = Files.walk(folder.path())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!whole.containsKey(file)) {
                    Files.delete(file);
                }
            }
        }
        for (Map.Entry<Path, byte[]> file : whole.entrySet()) {
            if (!Files.exists(file.getKey()) || !Arrays.equals(Files.readAllBytes(file.getKey()), file.getValue())) {
                Files.write(file.getKey(), file.getValue());
            }
        }
    }

    /** Changes something; false when this happened to change nothing. */
    private boolean mutate(Mutation mutation, RandomGenerator random) throws IOException {
        List<Path> segments = folder.segments(CHAIN).stream()
                .map(AuditFolder.Segment::records)
                .toList();
        Path segment = segments.get(random.nextInt(segments.size()));
        Path checkpoints = folder.checkpoints(CHAIN);
        return switch (mutation) {
            case FLIP_BIT_OF_RECORDS -> flip(segment, random);
            case FLIP_BIT_OF_CHECKPOINTS -> flip(checkpoints, random);
            case FLIP_BIT_OF_SALTS -> flip(salts(segment), random);
            case FLIP_BIT_OF_CONTENT -> flip(pick(contents(), random), random);
            case DELETE_LINE -> lines(segment, lines -> lines.remove(random.nextInt(lines.size())));
            case DUPLICATE_LINE ->
                lines(segment, lines -> lines.add(random.nextInt(lines.size()), pick(lines, random)));
            case SWAP_LINES ->
                lines(
                        segment,
                        lines -> java.util.Collections.swap(
                                lines, random.nextInt(lines.size()), random.nextInt(lines.size())));
            case INSERT_LINE ->
                lines(segment, lines -> {
                    int at = random.nextInt(lines.size());
                    lines.add(at, edited(lines.get(at), random));
                });
            case CUT_LINES_OFF_THE_END ->
                lines(segments.getLast(), lines -> {
                    int keep = random.nextInt(lines.size());
                    lines.subList(keep, lines.size()).clear();
                });
            case CUT_BYTES_OFF_THE_END -> {
                byte[] bytes = Files.readAllBytes(segments.getLast());
                Files.write(segments.getLast(), Arrays.copyOf(bytes, random.nextInt(bytes.length)));
                yield true;
            }
            case EDIT_AND_RECOMPUTE_ITS_DIGEST ->
                lines(segment, lines -> {
                    int at = random.nextInt(lines.size());
                    lines.set(at, edited(lines.get(at), random));
                });
            case EDIT_AND_RECOMPUTE_THE_REST -> recompute(random);
            case EDIT_AND_SIGN_ANEW_WITH_ANOTHER_KEY -> recompute(random) && signAnew();
            case SWAP_SEGMENTS -> swap(segment, pick(segments, random));
            case DROP_SEGMENT -> {
                Files.delete(salts(segment));
                Files.delete(segment);
                yield true;
            }
            case DELETE_CHECKPOINT -> lines(checkpoints, lines -> lines.remove(random.nextInt(lines.size())));
            case CUT_CHECKPOINTS ->
                lines(
                        checkpoints,
                        lines -> lines.subList(random.nextInt(lines.size()), lines.size())
                                .clear());
            case DELETE_ALL_CHECKPOINTS -> Files.deleteIfExists(checkpoints);
            case CHANGE_CHECKPOINT -> changeCheckpoint(random);
            case ERASE_SALT -> salts(segment, random, (bytes, one, _) -> Arrays.fill(bytes, one, one + 32, (byte) 0));
            case DELETE_SALTS -> Files.deleteIfExists(salts(segment));
            case SWAP_SALTS ->
                salts(segment, random, (bytes, one, other) -> {
                    byte[] kept = Arrays.copyOfRange(bytes, one, one + 32);
                    System.arraycopy(bytes, other, bytes, one, 32);
                    System.arraycopy(kept, 0, bytes, other, 32);
                });
            case DELETE_CONTENT -> Files.deleteIfExists(pick(contents(), random));
            case SWAP_CONTENT -> swap(pick(contents(), random), pick(contents(), random));
            case DELETE_ERASURE ->
                lines(folder.segments(AuditFolder.OPERATOR).getFirst().records(), lines -> lines.remove(1));
            case PUT_BACK_AN_OLDER_STATE -> putBack(random);
        };
    }

    private static <T> T pick(List<T> all, RandomGenerator random) {
        return all.get(random.nextInt(all.size()));
    }

    private static Path salts(Path segment) {
        return Path.of(segment.toString().replace(".jsonl", ".salts"));
    }

    private List<Path> contents() {
        return whole.keySet().stream()
                .filter(file -> file.toString().contains("content"))
                .toList();
    }

    private static boolean flip(Path file, RandomGenerator random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bytes);
        return true;
    }

    private static boolean swap(Path one, Path other) throws IOException {
        byte[] first = Files.readAllBytes(one);
        byte[] second = Files.readAllBytes(other);
        Files.write(one, second);
        Files.write(other, first);
        return !Arrays.equals(first, second);
    }

    private interface SlotChange {
        void change(byte[] bytes, int one, int other);
    }

    private static boolean salts(Path segment, RandomGenerator random, SlotChange change) throws IOException {
        Path file = salts(segment);
        byte[] before = Files.readAllBytes(file);
        byte[] after = before.clone();
        change.change(after, 32 * random.nextInt(after.length / 32), 32 * random.nextInt(after.length / 32));
        Files.write(file, after);
        return !Arrays.equals(before, after);
    }

    private interface LineChange {
        void change(List<String> lines);
    }

    private static boolean lines(Path file, LineChange change) throws IOException {
        String before = Files.readString(file);
        List<String> lines = new ArrayList<>(before.lines().toList());
        change.change(lines);
        String after = String.join("", lines.stream().map(line -> line + "\n").toList());
        Files.writeString(file, after);
        return !after.equals(before);
    }

    /** A line with another content and the digest that goes with it. */
    private static String edited(String line, RandomGenerator random) {
        String document = line.substring(68, line.length() - 1);
        List<String> edits = List.of(
                document.replace("\"status\":429", "\"status\":200"),
                document.replace("\"prompt\":1", "\"prompt\":2"),
                document.replace("support-bot", "support-bat"),
                document.replace("\"costMicros\":1", "\"costMicros\":"),
                document.replaceFirst("\"time\":\"202.", "\"time\":\"2020"),
                document.replace("\"verdict\":17", "\"verdict\":18"));
        String edited = pick(edits, random);
        return "[\"" + Digest.of(edited).hex() + "\"," + edited + "]";
    }

    /** Changes a record and computes every digest after it anew, in all segments. */
    private boolean recompute(RandomGenerator random) throws IOException {
        List<AuditFolder.Segment> segments = folder.segments(CHAIN);
        int at = random.nextInt(segments.size());
        boolean[] changed = {false};
        String[] previous = {""};
        for (int i = at; i < segments.size(); i++) {
            boolean begin = i == at;
            lines(segments.get(i).records(), lines -> {
                int from = begin ? random.nextInt(lines.size()) : 0;
                if (begin) {
                    String edited = edited(lines.get(from), random);
                    changed[0] = !edited.equals(lines.get(from));
                    lines.set(from, edited);
                    previous[0] = edited.substring(2, 66);
                }
                for (int j = begin ? from + 1 : 0; j < lines.size(); j++) {
                    String document = lines.get(j).substring(68, lines.get(j).length() - 1);
                    String next = document.replaceFirst(
                            "\"previous\":\"[0-9a-f]{64}\"", "\"previous\":\"" + previous[0] + "\"");
                    previous[0] = Digest.of(next).hex();
                    lines.set(j, "[\"" + previous[0] + "\"," + next + "]");
                }
            });
        }
        return changed[0];
    }

    /** Makes every checkpoint fit the segments as they are, with a key of the attacker's. */
    private boolean signAnew() throws IOException {
        Map<Long, byte[]> digests = new TreeMap<>();
        for (AuditFolder.Segment segment : folder.segments(CHAIN)) {
            long sequence = segment.first();
            for (String line : Files.readAllLines(segment.records())) {
                digests.put(sequence++, ChainLine.digits(line.getBytes(StandardCharsets.UTF_8), 2));
            }
        }
        List<String> lines = new ArrayList<>();
        Digest previous = Checkpoint.NONE_BEFORE;
        for (Checkpoint old :
                CheckpointFile.read(folder.checkpoints(CHAIN), CHAIN).all()) {
            MerkleTree tree = new MerkleTree(Digest.sha256());
            for (long sequence = old.first(); sequence <= old.sequence(); sequence++) {
                tree.add(digests.getOrDefault(sequence, new byte[0]));
            }
            byte[] line = new Checkpoint(
                            CHAIN,
                            old.sequence(),
                            Checkpoint.digest(digests.getOrDefault(old.sequence(), new byte[0])),
                            old.first(),
                            Checkpoint.digest(tree.root()),
                            Checkpoint.idOf(otherKey.getPublic()),
                            old.time(),
                            previous)
                    .line(otherKey.getPrivate());
            previous = OpenedChain.digestOfLine(line, line.length - 1);
            lines.add(new String(line, StandardCharsets.UTF_8));
        }
        Files.writeString(folder.checkpoints(CHAIN), String.join("", lines));
        return true;
    }

    /** Changes a checkpoint and makes those after it follow, but cannot sign. */
    private boolean changeCheckpoint(RandomGenerator random) throws IOException {
        return lines(folder.checkpoints(CHAIN), lines -> {
            int at = random.nextInt(lines.size());
            lines.set(at, lines.get(at).replaceFirst("\"root\":\"[0-9a-f]{8}", "\"root\":\"00000000"));
            for (int i = at + 1; i < lines.size(); i++) {
                lines.set(
                        i,
                        lines.get(i)
                                .replaceFirst(
                                        "\"previous\":\"[0-9a-f]{64}\"",
                                        "\"previous\":\""
                                                + Digest.of(lines.get(i - 1)).hex() + "\""));
            }
        });
    }

    /** What a backup of an earlier moment would hold: whole, signed, and out of date. Only a witness shows it. */
    private boolean putBack(RandomGenerator random) throws IOException {
        List<Checkpoint> all =
                CheckpointFile.read(folder.checkpoints(CHAIN), CHAIN).all();
        int keep = Requests.between(random, 1, all.size());
        long last = all.get(keep - 1).sequence();
        lines(
                folder.checkpoints(CHAIN),
                lines -> lines.subList(keep, lines.size()).clear());
        for (AuditFolder.Segment segment : folder.segments(CHAIN)) {
            if (segment.first() > last) {
                Files.delete(segment.records());
                Files.delete(segment.salts());
            } else {
                lines(segment.records(), lines -> {
                    int count = (int) Math.min(lines.size(), last - segment.first() + 1);
                    lines.subList(count, lines.size()).clear();
                });
            }
        }
        return true;
    }
}
