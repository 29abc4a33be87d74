package io.stoa.edge.bundle;

import static java.util.Objects.requireNonNull;

import io.stoa.edge.sign.Signatory;
import io.stoa.model.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A bundle that is whole and signed by somebody who is trusted. What is read from it is compared with its digest once more
 * while it is read, since a file can change after it was verified: a stream ends with an {@link IOException} instead of its
 * end when it is not what was signed.
 */
public final class VerifiedBundle {
    private final Path path;
    private final BundleMetadata metadata;
    private final Digest identity;
    private final Signatory signedBy;
    private final Map<PartKind, Part> parts;
    private final Map<String, Region> files;

    VerifiedBundle(
            Path path,
            BundleMetadata metadata,
            Digest identity,
            Signatory signedBy,
            Map<PartKind, Part> parts,
            Map<String, Region> files) {
        this.path = requireNonNull(path, "path");
        this.metadata = requireNonNull(metadata, "metadata");
        this.identity = requireNonNull(identity, "identity");
        this.signedBy = requireNonNull(signedBy, "signedBy");
        this.parts = new EnumMap<>(parts);
        this.files = Map.copyOf(files);
    }

    /** Where it lies. */
    public Path path() {
        return path;
    }

    /** What it is. */
    public BundleMetadata metadata() {
        return metadata;
    }

    /** The digest of its OCI manifest, which stands for all its parts. */
    public Digest identity() {
        return identity;
    }

    /** Who signed it. */
    public Signatory signedBy() {
        return signedBy;
    }

    /** Its parts. */
    public List<Part> parts() {
        return List.copyOf(parts.values());
    }

    /** A part, when it has it. */
    public Optional<Part> part(PartKind kind) {
        return Optional.ofNullable(parts.get(kind));
    }

    /** The bytes of all parts together: what it takes when it is unpacked, but for rounding. */
    public long size() {
        return parts.values().stream().mapToLong(Part::size).sum();
    }

    /**
     * The content of a part.
     *
     * @throws IllegalStateException when the bundle lacks it
     */
    public InputStream open(PartKind kind) throws IOException {
        Part part = part(kind).orElseThrow(() -> new IllegalStateException("this bundle has no " + kind.path()));
        return new Checked(region(part).open(), part);
    }

    private Region region(Part part) {
        Region region = files.get(OciLayout.blob(part.digest()));
        if (region == null) {
            throw new IllegalStateException("a verified bundle has all its blobs: " + part);
        }
        return region;
    }

    /**
     * The bytes of a part that is no model and no archive.
     *
     * @throws IllegalStateException when the bundle lacks it
     */
    public byte[] bytes(PartKind kind) throws IOException {
        try (InputStream in = open(kind)) {
            return in.readAllBytes();
        }
    }

    /** The self-test, which every bundle has. */
    public SelfTest selfTest() throws IOException {
        return SelfTest.read(bytes(PartKind.SELF_TEST));
    }

    /** Takes the files of a bundle when it is unpacked. */
    public interface Unpacking {
        /**
         * One file.
         *
         * @param name a relative path, with {@code /} between its parts: safe to resolve, none twice, none inside of
         *     another
         * @param size its bytes
         * @param executable whether it may be run
         * @param content to be read to its end before this returns, since only its end tells that it is sound
         */
        void file(String name, long size, boolean executable, InputStream content) throws IOException;
    }

    /**
     * Hands out every file that an unpacked bundle consists of: each part at its {@link PartKind#path() place}, and each
     * file of an archive under the archive's {@link PartKind#folder() folder}. When this throws, what was handed out must
     * not be used.
     */
    public void unpack(Unpacking unpacking) throws IOException {
        for (Part part : parts.values()) {
            try (InputStream in = open(part.kind())) {
                if (part.kind().isTar()) {
                    String folder = part.kind().folder() + "/";
                    Tar.read(
                            in,
                            Content.Tree.MOST_FILES,
                            (entry, content) ->
                                    unpacking.file(folder + entry.name(), entry.size(), entry.executable(), content));
                } else {
                    unpacking.file(part.kind().path(), part.size(), false, in);
                    in.transferTo(OutputStream.nullOutputStream());
                }
            }
        }
    }

    /** The files that the bundle itself consists of, by their names in its folder, with their sizes. */
    public SortedMap<String, Long> sizes() {
        SortedMap<String, Long> sizes = new TreeMap<>();
        files.forEach((name, region) -> sizes.put(name, region.size()));
        return sizes;
    }

    /** One of those files. What is copied must be verified where it is copied to. */
    public InputStream openFile(String name) throws IOException {
        Region region = files.get(name);
        if (region == null) {
            throw new IllegalArgumentException("this bundle has no file " + BundleMetadata.printed(name));
        }
        return region.open();
    }

    /**
     * Where a part lies as a file of its own.
     *
     * @throws IllegalStateException when the bundle lacks it, or is no folder
     */
    public Path place(PartKind kind) {
        Part part = part(kind).orElseThrow(() -> new IllegalStateException("this bundle has no " + kind.path()));
        Region region = region(part);
        if (region.file().equals(path)) {
            throw new IllegalStateException(path + " is no folder");
        }
        return region.file();
    }

    /** Every file of the bundle itself. */
    Map<String, Region> files() {
        return files;
    }

    private static final class Checked extends FilterInputStream {
        private final Part part;
        private final MessageDigest running = Digest.sha256();
        private long left;
        private boolean compared;

        Checked(InputStream in, Part part) {
            super(in);
            this.part = part;
            this.left = part.size();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            int read = in.read(bytes, from, count);
            if (read > 0) {
                running.update(bytes, from, read);
                left -= read;
            }
            // at the last byte already: who knows the size may never ask for more
            if (left == 0 || read < 0) {
                compare(read < 0);
            }
            return read;
        }

        private void compare(boolean ended) throws IOException {
            if (compared) {
                return;
            }
            if ((ended && left > 0) || !Digest.of(running).equals(part.digest())) {
                throw new IOException(part.kind().path() + " has changed since the bundle was verified");
            }
            compared = true;
        }

        @Override
        public long skip(long count) throws IOException {
            return readNBytes((int) Math.min(count, 1 << 16)).length;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
