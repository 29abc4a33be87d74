package io.stoa.edge.bundle;

import static java.util.Objects.requireNonNull;

import io.stoa.edge.sign.SignatureCheck;
import io.stoa.edge.sign.SignedFile;
import io.stoa.edge.sign.StrictJson;
import io.stoa.edge.sign.Trust;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.CanonicalJson;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serial;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What must be carried to a device that has one bundle so that it gets another. A file:
 *
 * <pre>
 * magic     "stoa-delta 1\n"
 * length    of the head, 4 bytes, big endian
 * head      {"from": digest of the old OCI manifest, "signature", "index", "manifest", "config": Base64 of the new ones}
 * body      deflated; for each part of the new bundle in the manifest's order, instructions until it has its size:
 *             0x01 file offset length       copy from an old blob; file is its place among the old blobs by name
 *             0x02 length bytes             the bytes themselves
 *           numbers are unsigned LEB128
 * </pre>
 *
 * <p>It needs no signature of its own: what it makes is the new bundle with the new signature, or nothing. The sizes of what
 * it makes are those of the signed manifest, so it cannot fill a disk with more.
 */
public final class Delta {
    private static final byte[] MAGIC = "stoa-delta 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LARGEST_HEAD = 2 << 20;
    private static final int COPY = 1;
    private static final int ADD = 2;

    private Delta() {}

    /**
     * What a delta came to.
     *
     * @param size its bytes
     * @param whole the bytes of the new bundle's parts
     * @param copied how many of them come from the old bundle
     */
    public record Made(long size, long whole, long copied) {}

    /**
     * Makes a delta.
     *
     * @param place a file that is not there yet
     * @param progress hears bytes of the new bundle
     */
    public static Made make(VerifiedBundle from, VerifiedBundle to, Path place, Progress progress) {
        requireNonNull(progress, "progress");
        if (Files.exists(place)) {
            throw StoaException.user(place + ": is there already; name another place, or delete it first");
        }
        Path whole = place.toAbsolutePath();
        Path half = whole.resolveSibling(
                "." + whole.getFileName() + "-" + ProcessHandle.current().pid() + ".part");
        try {
            long copied;
            try (OutputStream out =
                    Files.newOutputStream(half, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                byte[] head = head(from, to);
                DataOutputStream start = new DataOutputStream(out);
                start.write(MAGIC);
                start.writeInt(head.length);
                start.write(head);
                copied = new Making(from, to, progress).body(out);
            }
            try (FileChannel channel = FileChannel.open(half, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            long size = Files.size(half);
            Files.move(half, whole, StandardCopyOption.ATOMIC_MOVE);
            return new Made(size, to.size(), copied);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    place + ": the delta cannot be made (" + e + "); check free space, and that both bundles stay",
                    e);
        } finally {
            deleteQuietly(half);
        }
    }

    private static void deleteQuietly(Path half) {
        try {
            Files.deleteIfExists(half);
        } catch (IOException e) {
            // what is left over has a name of its own and harms nobody
            return;
        }
    }

    private static byte[] head(VerifiedBundle from, VerifiedBundle to) throws IOException {
        byte[] index = bytes(to, OciLayout.INDEX);
        OciLayout.Descriptor manifest = OciLayout.readIndex(index);
        byte[] manifestBytes = bytes(to, OciLayout.blob(manifest.digest()));
        OciLayout.Pack pack = OciLayout.readManifest(manifestBytes);
        Base64.Encoder base64 = Base64.getEncoder();
        ObjectNode head = JsonMapper.shared().createObjectNode();
        head.put("from", from.identity().hex())
                .put("signature", base64.encodeToString(bytes(to, OciLayout.SIGNATURE)))
                .put("index", base64.encodeToString(index))
                .put("manifest", base64.encodeToString(manifestBytes))
                .put(
                        "config",
                        base64.encodeToString(
                                bytes(to, OciLayout.blob(pack.config().digest()))));
        return CanonicalJson.write(head).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(VerifiedBundle bundle, String name) throws IOException {
        return region(bundle, name).bytes();
    }

    private static Region region(VerifiedBundle bundle, String name) {
        Region region = bundle.files().get(name);
        if (region == null) {
            throw new IllegalStateException("a verified bundle has " + name);
        }
        return region;
    }

    /** Parts with the same bytes are one blob. */
    private static List<Part> distinct(Collection<Part> parts) {
        Set<Digest> seen = new HashSet<>();
        return parts.stream().filter(part -> seen.add(part.digest())).toList();
    }

    /** Ends the reading of a delta that is not sound. */
    private static final class Damaged extends IOException {
        @Serial
        private static final long serialVersionUID = 1;

        Damaged(String message) {
            super(message);
        }
    }

    private static List<String> blobNames(VerifiedBundle bundle) {
        return bundle.files().keySet().stream()
                .filter(name -> name.startsWith(OciLayout.BLOBS))
                .sorted()
                .toList();
    }

    /** Compares two bundles. The files are mapped, so only the index of the old blocks is in memory. */
    private static final class Making {
        private final VerifiedBundle from;
        private final VerifiedBundle to;
        private final Progress progress;
        private long copied;
        private long done;

        Making(VerifiedBundle from, VerifiedBundle to, Progress progress) {
            this.from = from;
            this.to = to;
            this.progress = progress;
        }

        /** Writes the body, and says how many bytes it copies. */
        long body(OutputStream out) throws IOException {
            Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION);
            try (Arena arena = Arena.ofConfined()) {
                List<MemorySegment> olds = new ArrayList<>();
                List<String> names = blobNames(from);
                for (String name : names) {
                    olds.add(map(region(from, name), arena));
                }
                BlockIndex index = new BlockIndex(olds);
                DeflaterOutputStream packed = new DeflaterOutputStream(out, deflater, 1 << 16);
                OutputStream body = new BufferedOutputStream(packed, 1 << 16);
                for (Part part : distinct(to.parts())) {
                    String name = OciLayout.blob(part.digest());
                    if (names.contains(name)) {
                        copy(body, names.indexOf(name), 0, part.size());
                        advance(part.size());
                    } else {
                        compare(map(region(to, name), arena), olds, index, body);
                    }
                }
                body.flush();
                packed.finish();
                return copied;
            } finally {
                deflater.end();
            }
        }

        private static MemorySegment map(Region region, Arena arena) throws IOException {
            try (FileChannel channel = region.channel()) {
                return channel.map(FileChannel.MapMode.READ_ONLY, region.offset(), region.size(), arena);
            }
        }

        private void advance(long bytes) {
            done += bytes;
            progress.at(done, to.size());
        }

        private void compare(MemorySegment data, List<MemorySegment> olds, BlockIndex index, OutputStream body)
                throws IOException {
            int block = index.block();
            long leading = index.leadingPower();
            long size = data.byteSize();
            long pending = 0;
            long at = 0;
            boolean fresh = true;
            long rolling = 0;
            long reported = 0;
            while (at + block <= size) {
                rolling = fresh
                        ? index.rolling(data, at)
                        : BlockIndex.rolled(
                                rolling,
                                leading,
                                data.get(ValueLayout.JAVA_BYTE, at - 1),
                                data.get(ValueLayout.JAVA_BYTE, at + block - 1));
                fresh = false;
                BlockIndex.Place place = index.find(BlockIndex.mixed(rolling), data, at);
                if (place.file() < 0) {
                    at++;
                    if (at - reported >= 1 << 20) {
                        advance(at - reported);
                        reported = at;
                    }
                    continue;
                }
                MemorySegment old = olds.get(place.file());
                long back = commonBefore(old, place.offset(), data, at, at - pending);
                long length = back + common(old, place.offset(), data, at);
                add(body, data, pending, at - back - pending);
                copy(body, place.file(), place.offset() - back, length);
                at = at - back + length;
                pending = at;
                fresh = true;
            }
            add(body, data, pending, size - pending);
            advance(size - reported);
        }

        private static long common(MemorySegment old, long oldAt, MemorySegment data, long at) {
            long most = Math.min(old.byteSize() - oldAt, data.byteSize() - at);
            long mismatch = MemorySegment.mismatch(old, oldAt, oldAt + most, data, at, at + most);
            return mismatch < 0 ? most : mismatch;
        }

        private static long commonBefore(MemorySegment old, long oldAt, MemorySegment data, long at, long most) {
            long count = 0;
            while (count < most
                    && count < oldAt
                    && old.get(ValueLayout.JAVA_BYTE, oldAt - count - 1)
                            == data.get(ValueLayout.JAVA_BYTE, at - count - 1)) {
                count++;
            }
            return count;
        }

        private void copy(OutputStream body, int file, long offset, long length) throws IOException {
            if (length == 0) {
                return;
            }
            body.write(COPY);
            number(body, file);
            number(body, offset);
            number(body, length);
            copied += length;
        }

        private static void add(OutputStream body, MemorySegment data, long at, long length) throws IOException {
            if (length == 0) {
                return;
            }
            body.write(ADD);
            number(body, length);
            byte[] buffer = new byte[(int) Math.min(length, 1 << 16)];
            for (long done = 0; done < length; done += buffer.length) {
                int count = (int) Math.min(buffer.length, length - done);
                MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at + done, buffer, 0, count);
                body.write(buffer, 0, count);
            }
        }

        private static void number(OutputStream out, long value) throws IOException {
            long left = value;
            while (left > 0x7f) {
                out.write((int) (left & 0x7f) | 0x80);
                left >>>= 7;
            }
            out.write((int) left);
        }
    }

    /**
     * Makes the new bundle from the old one and a delta. It is verified before it gets its place.
     *
     * @param place where it shall lie: one file when the name ends with {@code .tar}, else a folder
     * @param progress hears bytes of the new bundle
     * @return the new bundle, or why there is none
     * @throws StoaException of kind {@code USER} when there is something at the place, of kind {@code RESOURCES} when it
     *     cannot be written
     */
    public static BundleCheck apply(
            VerifiedBundle from, Path delta, Path place, Trust trust, Instant now, Progress progress) {
        if (Files.exists(place)) {
            throw StoaException.user(place + ": is there already; name another place, or delete it first");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(delta), 1 << 16)) {
            Head head = Head.read(in);
            return new Applying(from, head, trust, now, progress).write(in, place);
        } catch (BundleFault e) {
            return e.refused();
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    place + ": the bundle cannot be made (" + e + "); check free space and permissions",
                    e);
        }
    }

    private record Head(Digest from, List<byte[]> files) {
        byte[] signature() {
            return files.get(0);
        }

        byte[] index() {
            return files.get(1);
        }

        byte[] manifest() {
            return files.get(2);
        }

        byte[] config() {
            return files.get(3);
        }

        static Head read(InputStream in) throws IOException, BundleFault {
            try {
                DataInputStream start = new DataInputStream(in);
                if (!Arrays.equals(start.readNBytes(MAGIC.length), MAGIC)) {
                    throw new BundleFault(Fault.MALFORMED, "the delta is no delta of a bundle");
                }
                int length = start.readInt();
                if (length < 2 || length > LARGEST_HEAD) {
                    throw new BundleFault(Fault.MALFORMED, "the delta has a head of " + length + " bytes");
                }
                byte[] head = start.readNBytes(length);
                JsonNode json = StrictJson.object(head);
                List<byte[]> files = new ArrayList<>();
                for (String name : List.of("signature", "index", "manifest", "config")) {
                    files.add(Base64.getDecoder().decode(json.path(name).asString("")));
                }
                return new Head(new Digest(json.path("from").asString("")), files);
            } catch (IllegalArgumentException e) {
                throw new BundleFault(Fault.MALFORMED, "the delta's head " + e.getMessage());
            } catch (EOFException e) {
                throw new BundleFault(Fault.TRUNCATED, "the delta ends too early");
            }
        }
    }

    private static final class Applying {
        private final VerifiedBundle from;
        private final Head head;
        private final Trust trust;
        private final Instant now;
        private final Progress progress;
        private long done;

        Applying(VerifiedBundle from, Head head, Trust trust, Instant now, Progress progress) {
            this.from = from;
            this.head = head;
            this.trust = trust;
            this.now = now;
            this.progress = progress;
        }

        BundleCheck write(InputStream in, Path place) throws IOException, BundleFault {
            if (!head.from().equals(from.identity())) {
                throw new BundleFault(
                        Fault.MALFORMED,
                        "the delta is from another bundle, " + head.from().abbreviated() + ", not from "
                                + from.identity().abbreviated() + "; name that one");
            }
            OciLayout.Pack pack = signedPack();
            List<Part> parts = distinct(pack.parts().values());
            long total = parts.stream().mapToLong(Part::size).sum();
            Path folder = place.toAbsolutePath().getParent();
            if (folder != null && Files.getFileStore(folder).getUsableSpace() < total) {
                throw new IOException("it takes " + total + " bytes, and there is less room");
            }
            try (InputStream body = new BufferedInputStream(new InflaterInputStream(in), 1 << 16)) {
                SequencedMap<String, BundleWriter.Source> files = smallFiles(pack);
                for (Part part : parts) {
                    files.put(
                            OciLayout.blob(part.digest()),
                            new BundleWriter.Source(part.size(), out -> rebuild(body, part, out, total)));
                }
                return inPlace(files, place, body);
            } catch (Damaged | ZipException | EOFException e) {
                throw new BundleFault(Fault.MALFORMED, "the delta is damaged (" + e.getMessage() + ")");
            }
        }

        private BundleCheck inPlace(SequencedMap<String, BundleWriter.Source> files, Path place, InputStream body)
                throws IOException {
            BundleVerifier verifier = new BundleVerifier(trust);
            List<BundleCheck> checks = new ArrayList<>();
            boolean moved = new BundleWriter(place).write(files, written -> {
                if (body.read() >= 0) {
                    throw new Damaged("it goes on after its end");
                }
                checks.add(verifier.verify(written, now, Progress.NONE));
                return checks.getLast() instanceof BundleCheck.Sound;
            });
            return moved ? verifier.verify(place, now, Progress.NONE) : checks.getLast();
        }

        /** What the new bundle consists of, by its own signature. */
        private OciLayout.Pack signedPack() throws BundleFault {
            Map<String, Digest> signed = switch (trust.check(head.signature(), now)) {
                case SignatureCheck.Genuine genuine ->
                    genuine.manifest().files().stream().collect(Collectors.toMap(SignedFile::name, SignedFile::digest));
                case SignatureCheck.Refused refused ->
                    throw new BundleFault(Fault.UNTRUSTED, "the delta's bundle: " + refused.sentence());
            };
            try {
                OciLayout.Descriptor manifest = OciLayout.readIndex(head.index());
                OciLayout.Pack pack = OciLayout.readManifest(head.manifest());
                if (!Digest.of(head.index()).equals(signed.get(OciLayout.INDEX))
                        || !Digest.of(head.manifest()).equals(manifest.digest())
                        || !Digest.of(head.config()).equals(pack.config().digest())) {
                    throw new BundleFault(Fault.CHANGED, "the delta's head is not what was signed");
                }
                return pack;
            } catch (IllegalArgumentException e) {
                throw new BundleFault(Fault.MALFORMED, "the delta's bundle " + e.getMessage());
            }
        }

        private SequencedMap<String, BundleWriter.Source> smallFiles(OciLayout.Pack pack) {
            SequencedMap<String, BundleWriter.Source> files = new LinkedHashMap<>();
            files.put(OciLayout.SIGNATURE, source(new Content.Bytes(head.signature())));
            files.put(OciLayout.MARK, source(new Content.Bytes(OciLayout.MARK_CONTENT)));
            files.put(OciLayout.INDEX, source(new Content.Bytes(head.index())));
            files.put(OciLayout.blob(Digest.of(head.manifest())), source(new Content.Bytes(head.manifest())));
            files.put(OciLayout.blob(pack.config().digest()), source(new Content.Bytes(head.config())));
            return files;
        }

        private static BundleWriter.Source source(Content content) {
            return new BundleWriter.Source(content.size(), content::writeTo);
        }

        private void rebuild(InputStream body, Part part, OutputStream out, long total) throws IOException {
            List<String> names = blobNames(from);
            byte[] buffer = new byte[1 << 16];
            long left = part.size();
            while (left > 0) {
                int operation = body.read();
                if (operation == COPY) {
                    long index = number(body);
                    long offset = number(body);
                    long length = bounded(number(body), left);
                    if (index >= names.size()) {
                        throw new Damaged("it copies from a file that is not there");
                    }
                    copy(region(from, names.get((int) index)), offset, length, out, buffer);
                    left -= length;
                } else if (operation == ADD) {
                    long length = bounded(number(body), left);
                    transfer(body, length, out, buffer);
                    left -= length;
                } else {
                    throw new Damaged("it has the instruction " + operation);
                }
                progress.at(done + part.size() - left, total);
            }
            done += part.size();
        }

        private static long bounded(long length, long left) throws Damaged {
            if (length < 1 || length > left) {
                throw new Damaged("it makes more than was signed");
            }
            return length;
        }

        private static void copy(Region old, long offset, long length, OutputStream out, byte[] buffer)
                throws IOException {
            if (offset > old.size() || length > old.size() - offset) {
                throw new Damaged("it copies from behind the end");
            }
            try (FileChannel channel = old.channel()) {
                long copied = 0;
                while (copied < length) {
                    ByteBuffer some = ByteBuffer.wrap(buffer, 0, (int) Math.min(buffer.length, length - copied));
                    int read = channel.read(some, old.offset() + offset + copied);
                    if (read < 0) {
                        throw new IOException(old.file() + " has become shorter");
                    }
                    out.write(buffer, 0, read);
                    copied += read;
                }
            }
        }

        private static void transfer(InputStream body, long length, OutputStream out, byte[] buffer)
                throws IOException {
            long left = length;
            while (left > 0) {
                int read = body.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new Damaged("it ends too early");
                }
                out.write(buffer, 0, read);
                left -= read;
            }
        }

        private static long number(InputStream body) throws IOException {
            long value = 0;
            for (int shift = 0; shift < 56; shift += 7) {
                int next = body.read();
                if (next < 0) {
                    throw new Damaged("it ends too early");
                }
                value |= (long) (next & 0x7f) << shift;
                if (next < 0x80) {
                    return value;
                }
            }
            throw new Damaged("it has a number that is too large");
        }
    }
}
