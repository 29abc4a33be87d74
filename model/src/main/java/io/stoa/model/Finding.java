package io.stoa.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * One pillar's claim about a candidate.
 *
 * @param pillar who claims it
 * @param check the id of the {@link Check} it came from
 * @param weight what it does to the verdict
 * @param sentence one sentence that a person reads; it names the numbers it rests on
 * @param remedy what to do about it: always there for a blocker, a condition or an unknown
 * @param quantities the numbers behind the sentence
 * @param evidence where the ledger holds what it rests on
 */
public record Finding(
        PillarName pillar,
        String check,
        Weight weight,
        String sentence,
        Optional<String> remedy,
        List<Quantity> quantities,
        List<EvidenceRef> evidence) {

    /** What a finding does to the verdict. */
    public enum Weight {
        /** The candidate cannot be used for this job. */
        BLOCKS,
        /** It can be used if the remedy is carried out. */
        CONDITION,
        /** It speaks neither for nor against. */
        INFO,
        /** Something needed for the verdict is not known. Never read as good. */
        UNKNOWN
    }

    public Finding {
        requireNonNull(pillar, "pillar");
        requireNonNull(weight, "weight");
        quantities = List.copyOf(quantities);
        evidence = List.copyOf(evidence);
        if (check.isBlank()) {
            throw new IllegalArgumentException("a finding names its check");
        }
        if (sentence.isBlank()) {
            throw new IllegalArgumentException("a finding of " + check + " has no sentence");
        }
        if (weight != Weight.INFO && remedy.isEmpty()) {
            throw new IllegalArgumentException("a finding that is " + weight + " must say what to do: " + sentence);
        }
    }

    public static Finding info(Check check, String sentence, List<Quantity> quantities, List<EvidenceRef> evidence) {
        return new Finding(check.pillar(), check.id(), Weight.INFO, sentence, Optional.empty(), quantities, evidence);
    }

    public static Finding blocks(
            Check check, String sentence, String remedy, List<Quantity> quantities, List<EvidenceRef> evidence) {
        return new Finding(
                check.pillar(), check.id(), Weight.BLOCKS, sentence, Optional.of(remedy), quantities, evidence);
    }

    public static Finding condition(
            Check check, String sentence, String remedy, List<Quantity> quantities, List<EvidenceRef> evidence) {
        return new Finding(
                check.pillar(), check.id(), Weight.CONDITION, sentence, Optional.of(remedy), quantities, evidence);
    }

    public static Finding unknown(
            Check check, String sentence, String remedy, List<Quantity> quantities, List<EvidenceRef> evidence) {
        return new Finding(
                check.pillar(), check.id(), Weight.UNKNOWN, sentence, Optional.of(remedy), quantities, evidence);
    }
}
