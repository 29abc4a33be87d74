package io.stoa.model;

/**
 * What a measurement is a measurement of. Two measurements with the same key are the same measurement, so a run that was
 * killed finds what it already knows, and nothing is recorded twice.
 *
 * @param subject the candidate's {@link Candidate#identity() identity}
 * @param check the id of the check, with a part after {@code #} where one check records several pieces
 * @param inputs the digest of everything else that the result depends on: items, settings, engine build, machine
 */
public record EvidenceKey(String subject, String check, Digest inputs) {
    public EvidenceKey {
        if (subject.isBlank() || check.isBlank()) {
            throw new IllegalArgumentException("evidence needs a subject and a check: " + subject + ", " + check);
        }
    }
}
