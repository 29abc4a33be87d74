package io.stoa.edge.bundle;

import static java.util.Objects.requireNonNull;

import io.stoa.edge.sign.StrictJson;
import io.stoa.store.CanonicalJson;
import io.stoa.store.RecordJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * What a bundle is. After The Update Framework it has a version that only grows and an end, so that nobody can hand a
 * device an old bundle for a new one, or keep it from ever getting a new one.
 *
 * @param format of the bundle, {@value #FORMAT}
 * @param name what is updated: the bundles of one name replace each other
 * @param version grows with every bundle of this name, from 1
 * @param platform what it runs on
 * @param created when it was made, in whole seconds
 * @param expires when it must not be installed any more, in whole seconds
 * @param stoa the version of Stoa that made it
 * @param model what the model is, for people
 * @param verdict what was concluded about the model; absent when it was bundled without
 */
public record BundleMetadata(
        int format,
        String name,
        long version,
        Platform platform,
        Instant created,
        Instant expires,
        String stoa,
        Model model,
        Optional<Verdict> verdict) {
    public static final int FORMAT = 1;

    private static final long MOST_VERSION = 1L << 53;
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    public BundleMetadata {
        requireNonNull(platform, "platform");
        requireNonNull(model, "model");
        requireNonNull(verdict, "verdict");
        if (format != FORMAT) {
            throw new IllegalArgumentException("is of format " + format + ", not " + FORMAT + "; use another Stoa");
        }
        if (!name.matches("[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")) {
            throw new IllegalArgumentException(
                    "a bundle's name has 1 to 64 of a-z, 0-9, dot, dash and underscore, not " + printed(name));
        }
        if (version < 1 || version > MOST_VERSION) {
            throw new IllegalArgumentException("a bundle's version is 1 to 2^53, not " + version);
        }
        if (!whole(created) || !whole(expires) || !expires.isAfter(created)) {
            throw new IllegalArgumentException(
                    "a bundle expires after it is made, both in whole seconds since 1970: " + created + ", " + expires);
        }
        if (!stoa.matches("[!-~]{1,64}")) {
            throw new IllegalArgumentException("the version of Stoa is " + printed(stoa));
        }
    }

    private static boolean whole(Instant time) {
        return time.equals(time.truncatedTo(ChronoUnit.SECONDS)) && time.getEpochSecond() >= 0 && !time.isAfter(LAST);
    }

    /**
     * What the model is.
     *
     * @param file the name that its file had
     * @param architecture as the GGUF says
     * @param quantization as the GGUF says, such as {@code Q4_K}
     * @param license SPDX expression or ids, where known
     */
    public record Model(
            String file, Optional<String> architecture, Optional<String> quantization, Optional<String> license) {
        public Model {
            requireNonNull(architecture, "architecture");
            requireNonNull(quantization, "quantization");
            requireNonNull(license, "license");
            if (file.isBlank() || file.length() > 255) {
                throw new IllegalArgumentException("the model's file has a name of at most 255 characters");
            }
        }
    }

    /**
     * What was concluded.
     *
     * @param outcome the verdict's word, such as {@code READY}
     * @param candidate the candidate's id in the assessment
     * @param use what it was assessed for
     */
    public record Verdict(String outcome, String candidate, String use) {
        public Verdict {
            if (outcome.isBlank() || candidate.isBlank() || use.isBlank()) {
                throw new IllegalArgumentException("a verdict has an outcome, a candidate and a use");
            }
        }
    }

    /** The metadata as the bundle holds it. */
    public byte[] json() {
        return new RecordJson().write(this).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException with the reason why this is none
     */
    static BundleMetadata read(byte[] json) {
        String text = CanonicalJson.write(StrictJson.object(json));
        if (!text.equals(new String(json, StandardCharsets.UTF_8))) {
            throw new IllegalArgumentException("is not in its canonical form");
        }
        try {
            return new RecordJson().read(text, BundleMetadata.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("is no bundle's metadata (" + printed(e.getOriginalMessage()) + ")", e);
        }
    }

    static String printed(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return plain.length() > 120 ? plain.substring(0, 120) + "…" : plain;
    }
}
