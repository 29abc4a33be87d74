package io.stoa.assess;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Candidate;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.IntendedUse;
import io.stoa.model.Machine;
import io.stoa.model.PairedComparison;
import io.stoa.model.Verdict;
import io.stoa.model.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The answer to {@code stoa assess}: one verdict per candidate, and everything it rests on.
 *
 * @param name what the user calls it
 * @param version the version of Stoa that made it
 * @param started when it began
 * @param took how long it ran, without what was reused
 * @param machine where the candidates are to run
 * @param workload what they are wanted for
 * @param use how they are to be used
 * @param results one per candidate, in the order of the file
 * @param comparisons candidates against each other on the same items
 * @param ledgerHead the last ledger entry it rests on
 */
public record Assessment(
        String name,
        String version,
        Instant started,
        Duration took,
        Machine machine,
        Workload workload,
        IntendedUse use,
        List<Result> results,
        List<PairedComparison> comparisons,
        EvidenceRef ledgerHead) {
    public Assessment {
        requireNonNull(name, "name");
        requireNonNull(version, "version");
        requireNonNull(started, "started");
        requireNonNull(took, "took");
        requireNonNull(machine, "machine");
        requireNonNull(workload, "workload");
        requireNonNull(use, "use");
        requireNonNull(ledgerHead, "ledgerHead");
        results = List.copyOf(results);
        comparisons = List.copyOf(comparisons);
    }

    /**
     * One candidate's part.
     *
     * @param candidate the candidate
     * @param verdict what the findings weigh to
     * @param findings everything that the pillars found, in the order in which it was found
     * @param recorded where the ledger holds the verdict
     */
    public record Result(Candidate candidate, Verdict verdict, List<Finding> findings, EvidenceRef recorded) {
        public Result {
            requireNonNull(recorded, "recorded");
            requireNonNull(candidate, "candidate");
            requireNonNull(verdict, "verdict");
            findings = List.copyOf(findings);
        }
    }
}
