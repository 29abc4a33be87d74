package io.stoa.edge.bundle;

import static java.util.Objects.requireNonNull;

import io.stoa.edge.sign.Flaw;
import io.stoa.edge.sign.Manifest;
import io.stoa.edge.sign.SignatureCheck;
import io.stoa.edge.sign.SignedFile;
import io.stoa.edge.sign.Trust;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Finds out whether a bundle, a folder or a tar, is whole and signed by somebody who is trusted. The signature is checked
 * before anything else is read, so of a stranger's bundle hardly anything is looked at; then the names, then the small
 * files, then every byte of the large ones. All of it is bounded: counts, sizes, depths.
 */
public final class BundleVerifier {
    /** A bundle has few files, so its signature is small. */
    private static final int LARGEST_SIGNATURE = 256 << 10;

    private final Trust trust;

    public BundleVerifier(Trust trust) {
        this.trust = requireNonNull(trust, "trust");
    }

    /**
     * Verifies a bundle.
     *
     * @param now when the certificates of its signature must be valid
     * @param progress hears bytes
     */
    public BundleCheck verify(Path bundle, Instant now, Progress progress) {
        try {
            return new BundleCheck.Sound(sound(bundle, now, progress));
        } catch (BundleFault e) {
            return e.refused();
        } catch (IOException e) {
            return new BundleCheck.Refused(Fault.UNREADABLE, "cannot be read (" + e + ")");
        }
    }

    private VerifiedBundle sound(Path path, Instant now, Progress progress) throws IOException, BundleFault {
        Map<String, Region> files = BundleFiles.of(path);
        SignatureCheck.Genuine signed = genuine(bytes(files, OciLayout.SIGNATURE, LARGEST_SIGNATURE), now);
        Map<String, Digest> digests = digests(signed.manifest());
        compareNames(files, digests);
        if (!Arrays.equals(checked(files, digests, OciLayout.MARK), OciLayout.MARK_CONTENT)) {
            throw new BundleFault(Fault.MALFORMED, "its oci-layout is not of version 1.0.0");
        }
        OciLayout.Descriptor manifest =
                read(OciLayout.INDEX, checked(files, digests, OciLayout.INDEX), OciLayout::readIndex);
        String manifestName = OciLayout.blob(manifest.digest());
        demandSize(files, manifestName, manifest.size());
        OciLayout.Pack pack = read("its manifest", checked(files, digests, manifestName), OciLayout::readManifest);
        compareBlobs(files, manifest, pack, Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS));
        BundleMetadata metadata = read(
                PartKind.METADATA.path(),
                checked(
                        files,
                        digests,
                        OciLayout.blob(part(pack, PartKind.METADATA).digest())),
                BundleMetadata::read);
        compareBytes(files, digests, pack, progress);
        VerifiedBundle bundle = new VerifiedBundle(path, metadata, manifest.digest(), signed.by(), pack.parts(), files);
        lookInside(bundle, pack);
        return bundle;
    }

    private SignatureCheck.Genuine genuine(byte[] signature, Instant now) throws BundleFault {
        return switch (trust.check(signature, now)) {
            case SignatureCheck.Genuine genuine -> genuine;
            case SignatureCheck.Refused(Flaw flaw, String sentence) ->
                throw new BundleFault(
                        switch (flaw) {
                            case MALFORMED, UNSUPPORTED, STATEMENT -> Fault.SIGNATURE_FORM;
                            case UNTRUSTED, CERTIFICATE -> Fault.UNTRUSTED;
                            case FORGED -> Fault.FORGED;
                        },
                        OciLayout.SIGNATURE + ": " + sentence);
        };
    }

    private static Map<String, Digest> digests(Manifest manifest) throws BundleFault {
        if (manifest.links() || manifest.files().size() > BundleFiles.MOST_FILES) {
            throw new BundleFault(Fault.SIGNATURE_FORM, "its signature is not that of a bundle");
        }
        return manifest.files().stream().collect(Collectors.toMap(SignedFile::name, SignedFile::digest));
    }

    private static void compareNames(Map<String, Region> files, Map<String, Digest> digests) throws BundleFault {
        for (String name : digests.keySet()) {
            if (!files.containsKey(name) || name.equals(OciLayout.SIGNATURE)) {
                throw new BundleFault(Fault.MISSING, "lacks " + BundleMetadata.printed(name) + ", which was signed");
            }
        }
        for (Map.Entry<String, Region> file : files.entrySet()) {
            String name = file.getKey();
            if (name.equals(OciLayout.SIGNATURE)) {
                continue;
            }
            Digest digest = digests.get(name);
            if (digest == null) {
                throw new BundleFault(Fault.STRANGER, "holds " + name + ", which was not signed");
            }
            if (name.startsWith(OciLayout.BLOBS) && !name.equals(OciLayout.blob(digest))) {
                throw new BundleFault(Fault.MALFORMED, "has a blob that is not called by its digest: " + name);
            }
        }
    }

    /** Every blob is pointed to, every pointer leads to a blob, and the sizes are those that they should be. */
    private static void compareBlobs(
            Map<String, Region> files, OciLayout.Descriptor manifest, OciLayout.Pack pack, boolean tar)
            throws BundleFault {
        List<String> order =
                OciLayout.order(manifest, pack.config().digest(), pack.parts().values());
        demandSize(files, OciLayout.blob(pack.config().digest()), pack.config().size());
        for (Part part : pack.parts().values()) {
            demandSize(files, OciLayout.blob(part.digest()), part.size());
        }
        for (String name : files.keySet()) {
            if (!order.contains(name)) {
                throw new BundleFault(Fault.STRANGER, "holds a blob that nothing points to: " + name);
            }
        }
        if (tar && !List.copyOf(files.keySet()).equals(order)) {
            throw new BundleFault(
                    Fault.STRANGER,
                    "has its files in another order than a bundle; was it packed anew? Then unpack it, and name the"
                            + " folder");
        }
    }

    private static void demandSize(Map<String, Region> files, String name, long size) throws BundleFault {
        Region region = files.get(name);
        if (region == null) {
            throw new BundleFault(Fault.MISSING, "lacks the blob " + name);
        }
        if (region.size() != size) {
            throw new BundleFault(
                    region.size() < size ? Fault.TRUNCATED : Fault.CHANGED,
                    name + " has " + region.size() + " bytes, not " + size);
        }
    }

    private static void compareBytes(
            Map<String, Region> files, Map<String, Digest> digests, OciLayout.Pack pack, Progress progress)
            throws IOException, BundleFault {
        List<String> names = new ArrayList<>();
        names.add(OciLayout.blob(pack.config().digest()));
        pack.parts().values().stream()
                .filter(part -> part.kind() != PartKind.METADATA)
                .map(part -> OciLayout.blob(part.digest()))
                .forEach(names::add);
        long total =
                names.stream().mapToLong(name -> region(files, name).size()).sum();
        long done = 0;
        for (String name : names) {
            Region region = region(files, name);
            long before = done;
            Digest found = digest(region, (some, all) -> progress.at(before + some, total));
            done += region.size();
            if (!found.equals(digests.get(name))) {
                throw new BundleFault(Fault.CHANGED, name + " is not the file that was signed");
            }
        }
    }

    static Digest digest(Region region, Progress progress) throws IOException {
        MessageDigest running = Digest.sha256();
        byte[] buffer = new byte[1 << 20];
        long done = 0;
        try (InputStream in = region.open()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                running.update(buffer, 0, read);
                done += read;
                progress.at(done, region.size());
            }
        }
        return Digest.of(running);
    }

    /** The archives are of the one form, and the self-test can be read. */
    private static void lookInside(VerifiedBundle bundle, OciLayout.Pack pack) throws BundleFault {
        for (PartKind kind : pack.parts().keySet()) {
            try {
                if (kind.isTar()) {
                    try (InputStream in = bundle.open(kind)) {
                        Tar.read(in, Content.Tree.MOST_FILES, (entry, content) -> {});
                    }
                }
                if (kind == PartKind.SELF_TEST) {
                    bundle.selfTest();
                }
            } catch (IOException | IllegalArgumentException e) {
                throw new BundleFault(Fault.MALFORMED, kind.path() + ": " + e.getMessage());
            }
        }
    }

    private interface Reading<T> {
        T read(byte[] json);
    }

    private static <T> T read(String what, byte[] json, Reading<T> reading) throws BundleFault {
        try {
            return reading.read(json);
        } catch (IllegalArgumentException e) {
            throw new BundleFault(Fault.MALFORMED, what + " " + e.getMessage());
        }
    }

    private static byte[] checked(Map<String, Region> files, Map<String, Digest> digests, String name)
            throws IOException, BundleFault {
        byte[] bytes = bytes(files, name, OciLayout.LARGEST_JSON);
        if (!Digest.of(bytes).equals(digests.get(name))) {
            throw new BundleFault(Fault.CHANGED, name + " is not the file that was signed");
        }
        return bytes;
    }

    private static byte[] bytes(Map<String, Region> files, String name, int most) throws IOException, BundleFault {
        Region region = files.get(name);
        if (region == null) {
            throw new BundleFault(Fault.MISSING, "lacks " + name);
        }
        if (region.size() > most) {
            throw new BundleFault(Fault.MALFORMED, name + " has more than " + most + " bytes");
        }
        return region.bytes();
    }

    private static Region region(Map<String, Region> files, String name) {
        Region region = files.get(name);
        if (region == null) {
            throw new IllegalStateException("was there a moment ago: " + name);
        }
        return region;
    }

    private static Part part(OciLayout.Pack pack, PartKind kind) {
        Part part = pack.parts().get(kind);
        if (part == null) {
            throw new IllegalStateException("a manifest without it is not read: " + kind);
        }
        return part;
    }
}
