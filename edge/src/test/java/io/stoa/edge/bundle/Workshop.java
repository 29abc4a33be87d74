package io.stoa.edge.bundle;

import io.stoa.edge.sign.Curve;
import io.stoa.edge.sign.ModelSigner;
import io.stoa.edge.sign.Trust;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes small bundles of made-up parts. */
final class Workshop {
    static final Instant CREATED = Instant.parse("2026-11-01T00:00:00Z");
    static final Instant NOW = Instant.parse("2026-11-20T00:00:00Z");
    static final Instant EXPIRES = Instant.parse("2027-02-01T00:00:00Z");
    static final Platform PLATFORM = new Platform("linux", "amd64");

    private final Path folder;
    private final ModelSigner signer;
    private final Trust trust;

    Workshop(Path folder, Curve curve) {
        this.folder = folder;
        Path key = folder.resolve(curve + ".pem");
        Path open = Files.exists(key) ? folder.resolve(curve + ".pub") : ModelSigner.create(key, curve);
        this.signer = ModelSigner.read(key);
        this.trust = Trust.read(List.of(open));
    }

    ModelSigner signer() {
        return signer;
    }

    Trust trust() {
        return trust;
    }

    static BundleMetadata metadata(long version) {
        return new BundleMetadata(
                BundleMetadata.FORMAT,
                "helper",
                version,
                PLATFORM,
                CREATED,
                EXPIRES,
                "0.1.0",
                new BundleMetadata.Model("tiny.gguf", Optional.of("llama"), Optional.of("Q4_0"), Optional.empty()),
                Optional.of(new BundleMetadata.Verdict("READY", "tiny", "help desk")));
    }

    static SelfTest selfTest() {
        return new SelfTest(
                "llama.cpp 0.5.0",
                256,
                List.of(new SelfTest.Case("Say yes.", 4, "yes", List.of(5, 9), List.of(-0.25, -1.5))),
                new SelfTest.Seen(120.5, 1 << 20, "a machine"));
    }

    /** A part of seeded random bytes. */
    Content random(String name, long seed, int size) throws IOException {
        Path file = folder.resolve(name);
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        Files.write(file, bytes);
        return Content.File.of(file);
    }

    Content tree() throws IOException {
        SortedMap<String, Content.Tree.Leaf> files = new TreeMap<>();
        Path script = folder.resolve("run");
        Files.writeString(script, "#!/bin/sh\n");
        files.put("bin/run", new Content.Tree.Leaf(script, Files.size(script), true));
        files.put("lib/" + "long/".repeat(25) + "stoa.jar", new Content.Tree.Leaf(script, Files.size(script), false));
        return new Content.Tree(files);
    }

    Digest build(Path place, long version) throws IOException {
        return build(place, version, random("model-" + version, version, 5000));
    }

    Digest build(Path place, long version, Content model) throws IOException {
        return new BundleBuilder(metadata(version), selfTest())
                .with(PartKind.MODEL, model)
                .with(PartKind.RUNTIME, tree())
                .with(PartKind.VERDICT, new Content.Bytes("{}".getBytes(StandardCharsets.UTF_8)))
                .write(place, signer, Progress.NONE);
    }

    BundleCheck check(Path place) {
        return new BundleVerifier(trust).verify(place, NOW, Progress.NONE);
    }

    VerifiedBundle sound(Path place) {
        BundleCheck check = check(place);
        if (check instanceof BundleCheck.Sound(VerifiedBundle bundle)) {
            return bundle;
        }
        throw new AssertionError(place + ": " + check);
    }
}
