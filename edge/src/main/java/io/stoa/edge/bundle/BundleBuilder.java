package io.stoa.edge.bundle;

import static java.util.Objects.requireNonNull;

import io.stoa.edge.sign.Manifest;
import io.stoa.edge.sign.ModelSigner;
import io.stoa.edge.sign.SignedFile;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Makes a bundle. From the same metadata, the same parts and the same key it makes the same bytes. Each part is read twice,
 * once for its digest and once to be copied, and never held in memory; a part that changes in between is an error.
 */
public final class BundleBuilder {
    private final BundleMetadata metadata;
    private final Map<PartKind, Content> contents = new EnumMap<>(PartKind.class);

    /** A bundle that has its metadata and its self-test; the model and the rest are to be added. */
    public BundleBuilder(BundleMetadata metadata, SelfTest selfTest) {
        this.metadata = requireNonNull(metadata, "metadata");
        contents.put(PartKind.METADATA, new Content.Bytes(metadata.json()));
        contents.put(PartKind.SELF_TEST, new Content.Bytes(selfTest.json()));
    }

    /** Adds a part. */
    public BundleBuilder with(PartKind kind, Content content) {
        if (contents.put(kind, content) != null) {
            throw new IllegalArgumentException("a bundle has " + kind.path() + " once");
        }
        if (content.size() > kind.mostBytes()) {
            throw StoaException.user(
                    kind.path() + " has " + content.size() + " bytes, and a bundle takes at most " + kind.mostBytes());
        }
        return this;
    }

    /**
     * Writes the bundle: as one file when the name ends with {@code .tar}, else as a folder. It is there as a whole or not
     * at all.
     *
     * @param progress hears bytes, of reading and of writing
     * @return the digest of its OCI manifest
     * @throws StoaException of kind {@code USER} when there is something of that name, or a part cannot be read
     */
    public Digest write(Path place, ModelSigner signer, Progress progress) {
        if (!contents.containsKey(PartKind.MODEL)) {
            throw new IllegalStateException("a bundle has a model");
        }
        if (Files.exists(place)) {
            throw StoaException.user(place + ": is there already; name another place, or delete it first");
        }
        try {
            long size = contents.values().stream().mapToLong(Content::size).sum();
            Meter meter = new Meter(progress, 2 * size);
            List<Part> parts = new ArrayList<>();
            Map<String, Content> files = new TreeMap<>();
            for (Map.Entry<PartKind, Content> entry : contents.entrySet()) {
                Content content = entry.getValue();
                Digest digest = meter.digest(content);
                parts.add(new Part(entry.getKey(), digest, content.size()));
                files.put(OciLayout.blob(digest), content);
            }
            Digest identity = finish(parts, files, signer);
            save(place, files, meter);
            return identity;
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    place + ": the bundle cannot be written (" + e + "); check free space and permissions",
                    e);
        }
    }

    private Digest finish(List<Part> parts, Map<String, Content> files, ModelSigner signer) throws IOException {
        byte[] config = OciLayout.config(metadata, parts);
        byte[] manifest = OciLayout.manifest(OciLayout.configDescriptor(config), parts, metadata.created());
        OciLayout.Descriptor descriptor = OciLayout.manifestDescriptor(manifest);
        files.put(OciLayout.blob(Digest.of(config)), new Content.Bytes(config));
        files.put(OciLayout.blob(descriptor.digest()), new Content.Bytes(manifest));
        files.put(OciLayout.MARK, new Content.Bytes(OciLayout.MARK_CONTENT));
        files.put(OciLayout.INDEX, new Content.Bytes(OciLayout.index(descriptor, metadata)));
        List<SignedFile> signed = new ArrayList<>();
        for (Map.Entry<String, Content> file : files.entrySet()) {
            String name = file.getKey();
            Digest digest = name.startsWith(OciLayout.BLOBS)
                    ? new Digest(name.substring(OciLayout.BLOBS.length()))
                    : file.getValue().digest();
            signed.add(new SignedFile(name, digest));
        }
        String subject = metadata.name() + "-" + metadata.version();
        files.put(OciLayout.SIGNATURE, new Content.Bytes(signer.sign(Manifest.of(subject, signed))));
        return descriptor.digest();
    }

    private static void save(Path place, Map<String, Content> files, Meter meter) throws IOException {
        Path whole = place.toAbsolutePath();
        Path half = whole.resolveSibling(
                "." + whole.getFileName() + "-" + ProcessHandle.current().pid() + ".part");
        try {
            if (String.valueOf(whole.getFileName()).endsWith(".tar")) {
                try (OutputStream out = fresh(half)) {
                    writeTar(out, files, meter);
                }
                sync(half);
            } else {
                for (Map.Entry<String, Content> file : files.entrySet()) {
                    Path path = half.resolve(file.getKey());
                    Files.createDirectories(path.getParent() == null ? half : path.getParent());
                    try (OutputStream out = fresh(path)) {
                        meter.copy(file.getKey(), file.getValue(), out);
                    }
                    sync(path);
                }
            }
            Files.move(half, whole, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(half);
        }
    }

    private static void writeTar(OutputStream out, Map<String, Content> files, Meter meter) throws IOException {
        Tar.Writer tar = new Tar.Writer(out);
        for (String name : BundleFiles.ordered(files.keySet())) {
            Content content = files.get(name);
            if (content == null) {
                throw new IllegalStateException("a bundle has " + name);
            }
            tar.file(new Tar.Entry(name, content.size(), false), part -> meter.copy(name, content, part));
        }
        tar.end();
    }

    private static OutputStream fresh(Path file) throws IOException {
        return new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), 1 << 18);
    }

    private static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static void delete(Path half) throws IOException {
        if (!Files.exists(half)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(half)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Counts the bytes for whoever watches. */
    private static final class Meter {
        private final Progress progress;
        private final long total;
        private long done;

        Meter(Progress progress, long total) {
            this.progress = progress;
            this.total = total;
        }

        Digest digest(Content content) throws IOException {
            MessageDigest running = Digest.sha256();
            CountingStream counted =
                    new CountingStream(new DigestOutputStream(counting(OutputStream.nullOutputStream()), running));
            content.writeTo(counted);
            if (counted.count() != content.size()) {
                throw new IOException("a part has changed while it was read");
            }
            return Digest.of(running);
        }

        void copy(String name, Content content, OutputStream out) throws IOException {
            MessageDigest running = Digest.sha256();
            content.writeTo(new DigestOutputStream(counting(out), running));
            if (name.startsWith(OciLayout.BLOBS) && !name.equals(OciLayout.blob(Digest.of(running)))) {
                throw new IOException("a part has changed while it was read");
            }
        }

        private OutputStream counting(OutputStream out) {
            return new FilterOutputStream(out) {
                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    out.write(bytes, from, length);
                    done += length;
                    progress.at(Math.min(done, total), total);
                }
            };
        }
    }
}
