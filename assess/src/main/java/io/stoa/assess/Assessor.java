package io.stoa.assess;

import io.stoa.benchmark.BenchmarkPillar;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.Finding.Weight;
import io.stoa.model.PairedComparison;
import io.stoa.model.Pillar;
import io.stoa.model.Progress;
import io.stoa.model.Recorder;
import io.stoa.model.StoaException;
import io.stoa.model.Subject;
import io.stoa.model.Verdict;
import io.stoa.store.Ledger;
import io.stoa.store.Run;
import io.stoa.store.approval.Approval;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Carries out a plan: asks every check, cheap ones first, records the verdicts and returns the assessment.
 *
 * <p>A candidate that a cheap check blocks is not run: its model is never loaded. A check that fails is an unknown for
 * its candidate and the others go on, except where Stoa or the machine itself is at fault (a full disk, a locked ledger,
 * a bug): then the run stops, everything recorded so far stays, and the same command goes on from there.
 */
public final class Assessor {
    private final Ledger ledger;
    private final List<Pillar> pillars;
    private final BenchmarkPillar benchmark;
    private final Clock clock;
    private final String version;

    /**
     * @param pillars all pillars, in the order in which they are asked
     * @param benchmark the one that can compare candidates item by item
     * @param version the version of Stoa, for the report
     */
    public Assessor(Ledger ledger, List<Pillar> pillars, BenchmarkPillar benchmark, Clock clock, String version) {
        this.ledger = ledger;
        this.pillars = List.copyOf(pillars);
        this.benchmark = benchmark;
        this.clock = clock;
        this.version = version;
    }

    /**
     * Plans what must be asked.
     *
     * @param digest of everything the plan was made from
     */
    public Plan plan(String name, Digest digest, List<Subject> subjects) {
        List<Plan.Part> parts = new ArrayList<>();
        for (Subject subject : subjects) {
            List<Check> checks = new ArrayList<>();
            for (Pillar pillar : pillars) {
                checks.addAll(pillar.plan(subject));
            }
            checks.sort(Comparator.comparing(Check::stage));
            parts.add(new Plan.Part(subject, checks));
        }
        return new Plan(name, digest, parts);
    }

    /**
     * Carries the plan out, or goes on with it.
     *
     * @param fresh measure everything again, also what an earlier run recorded
     */
    public Assessment run(Plan plan, boolean fresh, Watcher watcher) {
        Instant started = clock.instant();
        Run run = ledger.begin(plan.name(), plan.digest(), fresh);
        watcher.begins(plan, run);
        Recorder recorder = ledger.recorder(run.since());
        List<Assessment.Result> results = new ArrayList<>();
        EvidenceRef head = run.started();
        for (Plan.Part part : plan.parts()) {
            List<Finding> findings = ask(part, recorder, watcher);
            Verdict verdict = Weighing.weigh(part.asked(), findings);
            head = record(run, part, verdict, recorder);
            results.add(new Assessment.Result(part.subject().candidate(), verdict, findings, head));
            watcher.decided(part.subject().candidate(), verdict);
        }
        List<Subject> subjects = plan.parts().stream().map(Plan.Part::subject).toList();
        List<PairedComparison> comparisons = compare(subjects, recorder);
        ledger.finish(run, new RunSummary(results.size(), plan.checks()));
        Subject first = subjects.getFirst();
        return new Assessment(
                plan.name(),
                version,
                started,
                Duration.between(started, clock.instant()),
                first.machine(),
                first.workload(),
                first.use(),
                results,
                comparisons,
                ledger.head().orElse(head));
    }

    /** The verdicts stand without comparisons: an item file that went away since must not cost the report. */
    private List<PairedComparison> compare(List<Subject> subjects, Recorder recorder) {
        try {
            return benchmark.compare(subjects, recorder);
        } catch (StoaException e) {
            return switch (e.kind()) {
                case USER, ENGINE -> List.of();
                case RESOURCES, BUG -> throw e;
            };
        }
    }

    private static List<Finding> ask(Plan.Part part, Recorder recorder, Watcher watcher) {
        Candidate candidate = part.subject().candidate();
        List<Finding> findings = new ArrayList<>();
        boolean blocked = false;
        for (Check check : part.checks()) {
            if (blocked && check.stage() == Check.Stage.RUN) {
                watcher.answered(candidate, check, List.of());
                continue;
            }
            List<Finding> found = answer(check, recorder, watcher.checking(candidate, check));
            findings.addAll(found);
            // Only what was found without running it spares the run: who ran wants to see the whole picture.
            blocked |= check.stage() == Check.Stage.EXAMINE && has(found, Weight.BLOCKS);
            watcher.answered(candidate, check, found);
            if (check.id().equals(FilePillar.FILE) && has(found, Weight.UNKNOWN)) {
                // What lies there now is not the candidate: nothing may be recorded under its digest.
                break;
            }
        }
        return findings;
    }

    private static boolean has(List<Finding> findings, Weight weight) {
        return findings.stream().anyMatch(finding -> finding.weight() == weight);
    }

    private static List<Finding> answer(Check check, Recorder recorder, Progress progress) {
        try {
            return check.run(recorder, progress);
        } catch (StoaException e) {
            return switch (e.kind()) {
                case USER, ENGINE -> List.of(unanswered(check, e));
                case RESOURCES, BUG -> throw e;
            };
        }
    }

    private static Finding unanswered(Check check, StoaException e) {
        return Finding.unknown(
                check,
                "Could not be answered: " + e.sentence(),
                "Mend what the sentence names, then run the assessment again: it goes on from here.",
                List.of(),
                List.of());
    }

    private static EvidenceRef record(Run run, Plan.Part part, Verdict verdict, Recorder recorder) {
        Candidate candidate = part.subject().candidate();
        VerdictRecord decided = VerdictRecord.of(candidate, verdict);
        // A run that is gone on with may decide otherwise than before it was stopped: then both stand there.
        EvidenceKey key = new EvidenceKey(
                candidate.identity(),
                Approval.VERDICT_CHECK,
                Digest.of(run.started().digest().hex() + " " + decided));
        return recorder.once(key, VerdictRecord.class, () -> decided).evidence();
    }

    /** How a run ended, for the ledger. */
    record RunSummary(int candidates, int checks) {}

    /** A verdict as the ledger keeps it. */
    record VerdictRecord(String candidate, String identity, String verdict, List<Reason> reasons) {
        record Reason(String check, String weight, String sentence, Optional<String> remedy, List<Long> evidence) {}

        static VerdictRecord of(Candidate candidate, Verdict verdict) {
            List<Finding> findings = switch (verdict) {
                case Verdict.Ready _ -> List.of();
                case Verdict.ReadyIf(List<Finding> conditions) -> conditions;
                case Verdict.NotReady(List<Finding> blockers) -> blockers;
                case Verdict.Undecided(List<Finding> missing) -> missing;
            };
            return new VerdictRecord(
                    candidate.id(),
                    candidate.identity(),
                    verdict.label(),
                    findings.stream()
                            .map(finding -> new Reason(
                                    finding.check(),
                                    finding.weight().name(),
                                    finding.sentence(),
                                    finding.remedy(),
                                    finding.evidence().stream()
                                            .map(EvidenceRef::sequence)
                                            .toList()))
                            .toList());
        }
    }
}
