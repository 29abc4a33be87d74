package io.stoa.gateway.audit;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The records of a period with everything that shows that they are whole and why each was served, in one zip file that
 * can be verified without Stoa. Records only: no content, no salts.
 *
 * <pre>
 * README.txt               what this is and how to verify it
 * verify.py                recomputes chains, roots and signatures
 * manifest.json            the SHA-256 of every other file
 * records/CHAIN.jsonl      every record of the period, of every kind
 * checkpoints/CHAIN.jsonl  every signed head of the chain
 * keys/SIGNER.pem          the public keys
 * heads.json               the last record of each chain
 * counts.json              requests by route, tier, end and reason
 * verdicts.json            the ledger's verdicts that allowed them, with digests where the ledger was at hand
 * refusals.jsonl           the records of those that were refused
 * </pre>
 */
public final class EvidencePack {
    private final AuditFolder folder;
    private final Request request;
    private final Map<String, Digest> files = new TreeMap<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<Long, Long> verdicts = new TreeMap<>();
    private final List<byte[]> refusals = new ArrayList<>();
    private final Map<String, EvidenceRef> heads = new TreeMap<>();
    private static final byte[] LINE_FEED = {'\n'};
    private static final int MOST_REFUSALS = 100_000;

    /**
     * What to pack.
     *
     * @param from the first moment of the period
     * @param before the first moment after it
     * @param keys public keys beside those that the chains name
     * @param verdictDigests asks the ledger for the digest of an entry, where there is one
     */
    public record Request(
            Instant from, Instant before, List<PublicKey> keys, LongFunction<Optional<Digest>> verdictDigests) {
        public Request {
            requireNonNull(verdictDigests, "verdictDigests");
            keys = List.copyOf(keys);
            if (!from.isBefore(before)) {
                throw new IllegalArgumentException("the period ends before it begins: " + from + " to " + before);
            }
        }
    }

    private EvidencePack(AuditFolder folder, Request request) {
        this.folder = folder;
        this.request = request;
    }

    /**
     * Writes a pack, whole or not at all.
     *
     * @return how many records are in it
     * @throws StoaException {@code RESOURCES} when it cannot be written
     */
    public static long write(AuditFolder folder, Request request, Path file, Progress progress) {
        Path half = file.resolveSibling("." + file.getFileName() + ".part");
        try {
            EvidencePack pack = new EvidencePack(folder, request);
            long records;
            try (OutputStream out = Files.newOutputStream(half);
                    ZipOutputStream zip = new ZipOutputStream(out)) {
                records = pack.write(zip, progress);
            }
            Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return records;
        } catch (IOException | UncheckedIOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    file + ": cannot be written (" + e.getMessage() + "); free some space, or name another place",
                    e);
        } finally {
            deleteQuietly(half);
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // it lies beside the place that could not be written either
        }
    }

    private long write(ZipOutputStream zip, Progress progress) throws IOException {
        long records = 0;
        for (String chain : folder.chains()) {
            records += records(zip, chain, progress);
            checkpoints(zip, chain);
        }
        json(zip, "heads.json", heads);
        json(zip, "counts.json", counts);
        verdicts(zip);
        entry(zip, "refusals.jsonl", join(refusals));
        entry(zip, "verify.py", resource());
        entry(zip, "README.txt", readme().getBytes(StandardCharsets.UTF_8));
        ObjectNode manifest = JsonMapper.shared().createObjectNode();
        ObjectNode digests = manifest.putObject("files");
        files.forEach((name, digest) -> digests.put(name, digest.hex()));
        manifest.put("from", request.from().toString());
        manifest.put("before", request.before().toString());
        put(zip, "manifest.json", JsonMapper.shared().writeValueAsBytes(manifest));
        return records;
    }

    private long records(ZipOutputStream zip, String chain, Progress progress) throws IOException {
        String name = "records/" + chain + ".jsonl";
        MessageDigest sha256 = Digest.sha256();
        long[] count = {0};
        zip.putNextEntry(new ZipEntry(name));
        // requests are recorded when they end, with the time when they came: a run of records that holds them all
        long[] run = run(chain);
        new AuditReader(folder).read(List.of(chain), progress, record -> {
            if (record.sequence() < run[0] || record.sequence() > run[1]) {
                return;
            }
            byte[] line = (record.line() + "\n").getBytes(StandardCharsets.UTF_8);
            try {
                zip.write(line);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            sha256.update(line);
            heads.put(chain, new EvidenceRef(record.sequence(), record.digest()));
            count[0]++;
            count(record, line);
        });
        zip.closeEntry();
        files.put(name, Digest.of(sha256));
        return count[0];
    }

    private long[] run(String chain) {
        long[] run = {Long.MAX_VALUE, 0};
        new AuditReader(folder).read(List.of(chain), Progress.NONE, record -> {
            if (!record.time().isBefore(request.from()) && record.time().isBefore(request.before())) {
                run[0] = Math.min(run[0], record.sequence());
                run[1] = record.sequence();
            }
        });
        return run;
    }

    private void count(AuditRecord record, byte[] line) {
        if (!record.isRequest()) {
            return;
        }
        counts.merge(
                "route=" + record.text("route") + " tier=" + record.text("tier") + " end=" + record.text("end")
                        + " reason=" + record.text("reason"),
                1L,
                Long::sum);
        if (record.body().has("verdict")) {
            verdicts.merge(record.body().path("verdict").asLong(0), 1L, Long::sum);
        }
        if (record.text("end").equals("refused") && refusals.size() < MOST_REFUSALS) {
            refusals.add(line);
        }
    }

    private void checkpoints(ZipOutputStream zip, String chain) throws IOException {
        CheckpointFile checkpoints = CheckpointFile.read(folder.checkpoints(chain), chain);
        List<byte[]> lines = new ArrayList<>();
        checkpoints.lines().forEach(line -> {
            lines.add(line);
            lines.add(LINE_FEED);
        });
        entry(zip, "checkpoints/" + chain + ".jsonl", join(lines));
        List<PublicKey> keys = new ArrayList<>(request.keys());
        new AuditReader(folder).read(List.of(chain), Progress.NONE, record -> {
            if (record.kind().equals(ChainWriter.Kind.OPENED.word())) {
                SigningKey.fromText(record.text("key")).ifPresent(keys::add);
            }
        });
        for (PublicKey key : keys) {
            String name = "keys/" + Checkpoint.idOf(key).hex() + ".pem";
            if (!files.containsKey(name)) {
                entry(zip, name, SigningKey.pem(key).getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private void verdicts(ZipOutputStream zip) throws IOException {
        List<Map<String, Object>> all = new ArrayList<>();
        verdicts.forEach((sequence, requests) -> {
            Map<String, Object> verdict = new TreeMap<>();
            verdict.put("sequence", sequence);
            verdict.put("requests", requests);
            request.verdictDigests().apply(sequence).ifPresent(digest -> verdict.put("digest", digest.hex()));
            all.add(verdict);
        });
        json(zip, "verdicts.json", all);
    }

    private void json(ZipOutputStream zip, String name, Object value) throws IOException {
        entry(
                zip,
                name,
                JsonMapper.shared()
                        .writer()
                        .with(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsBytes(value));
    }

    private void entry(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        put(zip, name, bytes);
        files.put(name, Digest.of(bytes));
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    private static byte[] join(List<byte[]> parts) {
        Utf8Json all = new Utf8Json();
        parts.forEach(all::raw);
        return all.copy();
    }

    private static byte[] resource() throws IOException {
        try (InputStream in = EvidencePack.class.getResourceAsStream("verify.py")) {
            if (in == null) {
                throw StoaException.bug("the build left verify.py out");
            }
            return in.readAllBytes();
        }
    }

    private String readme() {
        return """
                Evidence pack: every request that this gateway served or refused from %s to %s.

                For record keeping under Articles 12, 19 and 26(6) of Regulation (EU) 2024/1689 (the AI Act). Not legal
                advice; the Act does not prescribe how the integrity of logs is shown.

                To verify without Stoa: unpack, and run `python3 verify.py`. It recomputes, with SHA-256 alone,
                that no file of this pack was changed, that every record has the digest it says, follows the one before
                it and has the next number, and that the signed checkpoints saw these very records. By hand: a line of
                records/CHAIN.jsonl is ["DIGEST",DOCUMENT]; DIGEST is the SHA-256 of the bytes of DOCUMENT, and the
                document's "previous" is the DIGEST of the line before.

                What it cannot show: that what was recorded is true, that the clock was right, and - when whoever made
                the pack also holds the signing key - that the chain was not computed anew as a whole. Against that,
                compare the keys and the heads with what was written down elsewhere at the time.

                Bodies of requests and answers are not in here, only commitments: SHA-256(salt, "q" or "a",
                SHA-256(body)). Whoever has a body and its salt can show that it is the one; once the salt is erased,
                nobody can. Erasures are records of their own (kind "erasure").
                """.formatted(request.from(), request.before());
    }
}
