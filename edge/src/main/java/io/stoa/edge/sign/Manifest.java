package io.stoa.edge.sign;

import io.stoa.model.Digest;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * Which files a signature covers: the predicate {@code https://model_signing/signature/v1.0} with the serialization {@code
 * files} and the hash {@code sha256}.
 *
 * @param subject what the model is called; for people only
 * @param files at least one, by name in the order of Unicode code points
 * @param ignored paths under the model's folder that were left out, as the signature tells them; the {@linkplain
 *     #ALWAYS_IGNORED usual ones} are left out in any case
 * @param links whether symbolic links were followed
 */
public record Manifest(String subject, List<SignedFile> files, List<String> ignored, boolean links) {
    /** The most files that a manifest may name. */
    public static final int MOST_FILES = 100_000;

    /** What is never signed, at the top of the model's folder (section 6.2). */
    public static final List<String> ALWAYS_IGNORED = List.of(".git", ".gitattributes", ".github", ".gitignore");

    public Manifest {
        files = List.copyOf(files);
        ignored = List.copyOf(ignored);
        if (subject.isEmpty()) {
            throw new IllegalArgumentException("a manifest's subject has a name");
        }
        if (files.isEmpty() || files.size() > MOST_FILES) {
            throw new IllegalArgumentException("a manifest has 1 to " + MOST_FILES + " files, not " + files.size());
        }
        Set<String> names = new HashSet<>();
        for (SignedFile file : files) {
            if (!names.add(file.name())) {
                throw new IllegalArgumentException("a manifest names " + SignedFile.printed(file.name()) + " twice");
            }
        }
        for (int i = 1; i < files.size(); i++) {
            if (SignedFile.ORDER.compare(files.get(i - 1).name(), files.get(i).name()) > 0) {
                throw new IllegalArgumentException("a manifest's files are sorted by name, unlike "
                        + SignedFile.printed(files.get(i).name()));
            }
        }
    }

    /** Files in any order, with nothing more left out than usual. */
    public static Manifest of(String subject, List<SignedFile> files) {
        return new Manifest(
                subject,
                files.stream()
                        .sorted((left, right) -> SignedFile.ORDER.compare(left.name(), right.name()))
                        .toList(),
                ALWAYS_IGNORED,
                false);
    }

    /** One digest for all: SHA-256 over the files' raw digests in their order (section 6.5.1). */
    public Digest root() {
        MessageDigest running = Digest.sha256();
        files.forEach(
                file -> running.update(HexFormat.of().parseHex(file.digest().hex())));
        return Digest.of(running);
    }
}
