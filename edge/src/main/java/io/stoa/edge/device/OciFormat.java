package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import io.stoa.edge.bundle.BundleCheck;
import io.stoa.edge.bundle.BundleMetadata;
import io.stoa.edge.bundle.BundleVerifier;
import io.stoa.edge.bundle.PartKind;
import io.stoa.edge.bundle.SelfTest;
import io.stoa.edge.bundle.VerifiedBundle;
import io.stoa.edge.sign.Trust;
import io.stoa.model.Bytes;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Stoa's own bundles, which lie in a slot as the very folder that was signed: the model is one of its files. */
public final class OciFormat implements BundleFormat {
    private final BundleVerifier verifier;
    private final Demands demands;

    /**
     * How much of what was seen where a bundle was made must be seen on a device.
     *
     * @param leastAgreement the share of reference answers that must be alike
     * @param leastSpeed the share of the speed
     * @param mostMemory how many times the memory the whole process may take, beyond {@link #PROCESS}
     */
    public record Demands(double leastAgreement, double leastSpeed, double mostMemory) {
        /** For a device like the machine that made the bundle. */
        public static final Demands USUAL = new Demands(0.8, 0.5, 1.5);

        /** What Java itself takes beside the model. */
        static final Bytes PROCESS = Bytes.mebibytes(512);

        public Demands {
            if (!(leastAgreement >= 0 && leastAgreement <= 1) || !(leastSpeed >= 0 && leastSpeed <= 1)) {
                throw new IllegalArgumentException("shares are in [0, 1]: " + leastAgreement + ", " + leastSpeed);
            }
            if (!(mostMemory >= 1 && mostMemory <= 1000)) {
                throw new IllegalArgumentException("memory may be 1 to 1000 times what was said: " + mostMemory);
            }
        }
    }

    public OciFormat(Trust trust, Demands demands) {
        this.verifier = new BundleVerifier(trust);
        this.demands = requireNonNull(demands, "demands");
    }

    @Override
    public Incoming open(Path bundle, Optional<Path> installed, Instant now) {
        VerifiedBundle sound = sound(bundle, now, Progress.NONE);
        List<Entry> entries = sound.sizes().entrySet().stream()
                .map(file -> new Entry(file.getKey(), file.getValue()))
                .toList();
        BundleFacts facts = facts(sound, selfTest(sound));
        return new Incoming() {
            @Override
            public BundleFacts facts() {
                return facts;
            }

            @Override
            public List<Entry> entries() {
                return entries;
            }

            @Override
            public InputStream open(Entry entry) throws IOException {
                return sound.openFile(entry.path());
            }

            @Override
            public void close() {
                // each file is opened for itself
            }
        };
    }

    @Override
    public Bundle verify(Path folder, Instant when, Progress progress) {
        VerifiedBundle sound = sound(folder, when, progress);
        SelfTest test = selfTest(sound);
        return new Bundle(facts(sound, test), sound.place(PartKind.MODEL), plan(test));
    }

    private VerifiedBundle sound(Path bundle, Instant now, Progress progress) {
        return switch (verifier.verify(bundle, now, progress)) {
            case BundleCheck.Sound sound -> sound.bundle();
            case BundleCheck.Refused refused -> throw StoaException.user(bundle + ": " + refused.sentence());
        };
    }

    private static SelfTest selfTest(VerifiedBundle bundle) {
        try {
            return bundle.selfTest();
        } catch (IOException | IllegalArgumentException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    bundle.path() + ": its self-test cannot be read (" + e.getMessage() + ")",
                    e);
        }
    }

    private static BundleFacts facts(VerifiedBundle bundle, SelfTest test) {
        BundleMetadata metadata = bundle.metadata();
        return new BundleFacts(
                metadata.name(),
                new BundleVersion(Long.toString(metadata.version())),
                Optional.of(metadata.platform().toString()),
                metadata.created(),
                Optional.of(metadata.expires()),
                Optional.of(new Bytes(test.seen().memoryBytes())),
                bundle.identity());
    }

    private SelfTestPlan plan(SelfTest test) {
        long memory = Math.round(test.seen().memoryBytes() * demands.mostMemory());
        return new SelfTestPlan(
                test.cases().stream()
                        .map(each -> new SelfTestPlan.Reference(each.prompt(), each.maxTokens(), each.answer()))
                        .toList(),
                demands.leastAgreement(),
                Optional.of(test.seen().tokensPerSecond()),
                demands.leastSpeed(),
                Optional.of(new Bytes(memory).plus(Demands.PROCESS)),
                Optional.of(test.contextTokens()));
    }
}
