package io.stoa.edge.bundle;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a sound bundle may be installed: in time, on this platform, and not before what is installed.
 *
 * @param platform of the device
 * @param installed what is or was installed there under this name
 */
public record Admission(Platform platform, Optional<Installed> installed) {
    /** How far a device's clock may be behind the builder's. */
    private static final Duration SKEW = Duration.ofDays(1);

    public Admission {
        requireNonNull(platform, "platform");
        requireNonNull(installed, "installed");
    }

    /**
     * The newest bundle that a device has seen.
     *
     * @param name the bundle's name
     * @param version its version
     * @param identity the digest of its manifest
     */
    public record Installed(String name, long version, Digest identity) {
        public Installed {
            requireNonNull(name, "name");
            requireNonNull(identity, "identity");
        }
    }

    /** A reason against it. */
    public sealed interface Objection {
        /** The reason for people, with what to do. */
        String sentence();

        /** Its end has come. */
        record Expired(Instant end, Instant now) implements Objection {
            @Override
            public String sentence() {
                return "expired at " + end + ", and it is " + now + " here; get a newer bundle, or set the clock right";
            }
        }

        /** It was made in the future: this clock is wrong. */
        record NotYet(Instant created, Instant now) implements Objection {
            @Override
            public String sentence() {
                return "was made at " + created + ", and it is " + now + " here; set the clock right";
            }
        }

        /** It is for other machines. */
        record OtherPlatform(Platform bundle, Platform device) implements Objection {
            @Override
            public String sentence() {
                return "is for " + bundle + ", and this is " + device + "; get the bundle for this platform";
            }
        }

        /** It is older than what is there. */
        record Downgrade(long offered, long installed) implements Objection {
            @Override
            public String sentence() {
                return "has the version " + offered + ", and " + installed
                        + " was installed; an older one is not taken, roll back instead";
            }
        }

        /** Two different bundles claim one version: one of them was not meant to be. */
        record SameVersion(long version) implements Objection {
            @Override
            public String sentence() {
                return "is another bundle than the one installed with the same version " + version
                        + "; ask who signed it, and build it with a new version";
            }
        }

        /** It is the bundle of something else. */
        record OtherName(String offered, String installed) implements Objection {
            @Override
            public String sentence() {
                return "is called " + offered + ", and " + installed
                        + " is installed here; install it in another folder";
            }
        }
    }

    /** Everything against a bundle; empty when it may be installed. */
    public List<Objection> objections(VerifiedBundle bundle, Instant now) {
        BundleMetadata metadata = bundle.metadata();
        List<Objection> objections = new ArrayList<>();
        if (!now.isBefore(metadata.expires())) {
            objections.add(new Objection.Expired(metadata.expires(), now));
        }
        if (now.plus(SKEW).isBefore(metadata.created())) {
            objections.add(new Objection.NotYet(metadata.created(), now));
        }
        if (!metadata.platform().equals(platform)) {
            objections.add(new Objection.OtherPlatform(metadata.platform(), platform));
        }
        installed.ifPresent(there -> {
            if (!there.name().equals(metadata.name())) {
                objections.add(new Objection.OtherName(metadata.name(), there.name()));
            } else if (metadata.version() < there.version()) {
                objections.add(new Objection.Downgrade(metadata.version(), there.version()));
            } else if (metadata.version() == there.version()
                    && !bundle.identity().equals(there.identity())) {
                objections.add(new Objection.SameVersion(metadata.version()));
            }
        });
        return objections;
    }
}
