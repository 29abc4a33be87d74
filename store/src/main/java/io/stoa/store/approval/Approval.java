package io.stoa.store.approval;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import io.stoa.model.IntendedUse;
import io.stoa.store.RecordJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What an assessment concluded about one candidate under one use. Also a refusal is one.
 *
 * @param candidate the id that the assessment gave the candidate, such as {@code micro-Q8_0}
 * @param identity what it is: {@code sha256:…} of the file, or {@code endpoint#model@revision}
 * @param outcome the verdict
 * @param reasons everything that blocks, is a condition or is not known
 * @param use what it was assessed for
 * @param template the digest of the UTF-8 bytes of the chat template inside the file; absent without one and for endpoints
 * @param license which licence applies, and the papers that say so
 * @param workload the digest of the workload that it was held against
 * @param issued when it was signed
 * @param expires when it lapses
 * @param stoa the version of Stoa that signed it
 * @param verdict where the ledger holds the verdict
 */
public record Approval(
        String candidate,
        String identity,
        Outcome outcome,
        List<Reason> reasons,
        Use use,
        Optional<Digest> template,
        LicenseClaim license,
        Digest workload,
        Instant issued,
        Instant expires,
        String stoa,
        EvidenceRef verdict) {
    /** How long an approval is good for when nobody says otherwise. */
    public static final Duration VALID_FOR = Duration.ofDays(90);

    /** The kind of its entry in the ledger. */
    public static final String KIND = "approval";

    /** The check under whose name the ledger holds verdicts. */
    public static final String VERDICT_CHECK = "assess/verdict";

    public Approval {
        requireNonNull(outcome, "outcome");
        requireNonNull(use, "use");
        requireNonNull(template, "template");
        requireNonNull(license, "license");
        requireNonNull(workload, "workload");
        requireNonNull(verdict, "verdict");
        reasons = List.copyOf(reasons);
        if (candidate.isBlank() || identity.isBlank() || stoa.isBlank()) {
            throw new IllegalArgumentException("an approval names its candidate, what it is, and who signed it");
        }
        if (!expires.isAfter(issued)) {
            throw new IllegalArgumentException("an approval expires after it is issued: " + expires);
        }
        boolean fits = switch (outcome) {
            case READY -> reasons.isEmpty();
            case READY_IF -> only(reasons, Weight.CONDITION);
            case NOT_READY -> only(reasons, Weight.BLOCKS);
            case UNDECIDED -> only(reasons, Weight.UNKNOWN);
        };
        if (!fits) {
            throw new IllegalArgumentException("the reasons of " + candidate + " are not those of " + outcome.label());
        }
    }

    private static boolean only(List<Reason> reasons, Weight weight) {
        return !reasons.isEmpty() && reasons.stream().allMatch(reason -> reason.weight() == weight);
    }

    /** The verdict's word. */
    public enum Outcome {
        READY,
        READY_IF,
        NOT_READY,
        UNDECIDED;

        /** As people see it. */
        public String label() {
            return name().replace('_', ' ');
        }
    }

    /** What a reason does to the verdict. */
    public enum Weight {
        BLOCKS,
        CONDITION,
        UNKNOWN
    }

    /**
     * Why it is not simply READY.
     *
     * @param check the check that found it
     * @param weight what it does
     * @param sentence one sentence for people
     * @param remedy what to do about it
     * @param refusals the licences and clauses that refuse the use, where it is that
     */
    public record Reason(
            String check, Weight weight, String sentence, Optional<String> remedy, List<Refusal> refusals) {
        public Reason {
            requireNonNull(check, "check");
            requireNonNull(weight, "weight");
            requireNonNull(remedy, "remedy");
            refusals = List.copyOf(refusals);
            if (sentence.isBlank()) {
                throw new IllegalArgumentException("a reason of " + check + " has no sentence");
            }
            if (!refusals.isEmpty() && weight != Weight.BLOCKS) {
                throw new IllegalArgumentException("what a licence refuses blocks: " + sentence);
            }
        }
    }

    /**
     * A clause that refuses the use.
     *
     * @param license the id of the licence
     * @param clause the section, and how it is known
     */
    public record Refusal(String license, String clause) {
        @Override
        public String toString() {
            return license + ", " + clause;
        }
    }

    /**
     * What it was assessed for.
     *
     * @param name what people call it
     * @param purpose what for, in a sentence
     * @param content every fact of the use as canonical JSON
     * @param digest of the content
     */
    public record Use(String name, String purpose, String content, Digest digest) {
        public Use {
            requireNonNull(purpose, "purpose");
            if (name.isBlank()) {
                throw new IllegalArgumentException("a use has a name");
            }
            if (!Digest.of(content).equals(digest)) {
                throw new IllegalArgumentException("the digest of the use " + name + " is not that of its content");
            }
        }

        /** A use and its facts. */
        public static Use of(String name, IntendedUse use) {
            String content = new RecordJson().write(use);
            return new Use(name, use.purpose(), content, Digest.of(content));
        }
    }

    /**
     * Which licence applies.
     *
     * @param expression ids or SPDX expressions of every step of the lineage, joined by {@code AND}
     * @param papers what it was read from, beside the file itself
     */
    public record LicenseClaim(String expression, List<Paper> papers) {
        public LicenseClaim {
            requireNonNull(expression, "expression");
            papers = List.copyOf(papers);
        }
    }

    /**
     * A model card, licence text or other file that a licence was read from.
     *
     * @param path relative to the folder of the assessment's file where it lies in there
     * @param digest the SHA-256 of its bytes
     */
    public record Paper(String path, Digest digest) {
        public Paper {
            requireNonNull(digest, "digest");
            if (path.isBlank()) {
                throw new IllegalArgumentException("a paper lies somewhere");
            }
        }
    }

    /** What must be accepted before it may serve. */
    public List<Reason> conditions() {
        return reasons.stream()
                .filter(reason -> reason.weight() == Weight.CONDITION)
                .toList();
    }

    /** The digest of the conditions, word for word. */
    public Digest conditionsDigest() {
        return Digest.of(conditions().stream()
                .map(condition -> condition.check() + "\n" + condition.sentence() + "\n"
                        + condition.remedy().orElse(""))
                .collect(Collectors.joining("\n\n")));
    }

    /** The clauses that refuse the use. */
    public List<Refusal> refusals() {
        return reasons.stream().flatMap(reason -> reason.refusals().stream()).toList();
    }
}
