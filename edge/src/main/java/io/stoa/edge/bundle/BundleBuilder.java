package io.stoa.edge.bundle;

import static java.util.Objects.requireNonNull;

import io.stoa.edge.sign.Manifest;
import io.stoa.edge.sign.ModelSigner;
import io.stoa.edge.sign.SignedFile;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

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
            List<String> order = finish(parts, files, signer);
            save(place, order, files, meter);
            return new Digest(order.get(BundleFiles.TOP.size()).substring(OciLayout.BLOBS.length()));
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    place + ": the bundle cannot be written (" + e + "); check free space and permissions",
                    e);
        }
    }

    /** Adds what belongs to the parts, and says in which order all lie. */
    private List<String> finish(List<Part> parts, Map<String, Content> files, ModelSigner signer) throws IOException {
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
        return OciLayout.order(descriptor, Digest.of(config), parts);
    }

    private static void save(Path place, List<String> order, Map<String, Content> files, Meter meter)
            throws IOException {
        SequencedMap<String, BundleWriter.Source> sources = new LinkedHashMap<>();
        for (String name : order) {
            Content content = files.get(name);
            if (content == null) {
                throw new IllegalStateException("a bundle has " + name);
            }
            sources.put(name, new BundleWriter.Source(content.size(), out -> meter.copy(name, content, out)));
        }
        new BundleWriter(place).write(sources, _ -> true);
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
