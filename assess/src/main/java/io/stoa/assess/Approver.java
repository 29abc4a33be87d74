package io.stoa.assess;

import io.stoa.engine.gguf.GgufReader;
import io.stoa.license.LicensePillar;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.Finding;
import io.stoa.model.Progress;
import io.stoa.model.Recorder;
import io.stoa.model.StoaException;
import io.stoa.model.Subject;
import io.stoa.model.Verdict;
import io.stoa.store.Artifacts;
import io.stoa.store.Ledger;
import io.stoa.store.approval.Approval;
import io.stoa.store.approval.SignedRecord;
import io.stoa.store.approval.SigningKey;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Signs what an assessment concluded, one approval per candidate, and appends it to the ledger: what a gateway serves by.
 * Refusals are signed too, so that they are known as such.
 */
public final class Approver {
    /** The largest template that is read is as large as a header may be. */
    private static final String TEMPLATE = "tokenizer.chat_template";

    private final Ledger ledger;
    private final LicensePillar licenses;
    private final SigningKey key;
    private final Clock clock;

    public Approver(Ledger ledger, LicensePillar licenses, SigningKey key, Clock clock) {
        this.ledger = ledger;
        this.licenses = licenses;
        this.key = key;
        this.clock = clock;
    }

    /**
     * Signs.
     *
     * @param subjects what was assessed, in the order of the results
     * @param useName what the use is called
     * @param validFor how long the approvals are good for
     * @param folder where the assessment's file lies: papers in there are known by their relative paths
     */
    public List<Approval> approve(
            Assessment assessment, List<Subject> subjects, String useName, Duration validFor, Path folder) {
        Approval.Use use = Approval.Use.of(useName, assessment.use());
        Digest workload = Digest.of(assessment.workload().toString().replace(folder.toString(), "."));
        Recorder recorder = ledger.recorder(0);
        List<Approval> approvals = new ArrayList<>();
        for (int i = 0; i < subjects.size(); i++) {
            Assessment.Result result = assessment.results().get(i);
            LicensePillar.Held held = held(subjects.get(i), recorder);
            Instant issued = clock.instant().truncatedTo(ChronoUnit.MICROS);
            Approval approval = new Approval(
                    result.candidate().id(),
                    result.candidate().identity(),
                    outcome(result.verdict()),
                    reasons(result.verdict(), held),
                    use,
                    template(result.candidate()),
                    new Approval.LicenseClaim(held.expression(), papers(held.papers(), folder)),
                    workload,
                    issued,
                    issued.plus(validFor),
                    assessment.version(),
                    result.recorded());
            ledger.append(Approval.KIND, SignedRecord.of(approval, key));
            approvals.add(approval);
        }
        return approvals;
    }

    /** A paper that cannot be read any more has cost its candidate the verdict already. */
    private LicensePillar.Held held(Subject subject, Recorder recorder) {
        try {
            return licenses.held(subject, recorder);
        } catch (StoaException e) {
            return switch (e.kind()) {
                case USER, ENGINE -> new LicensePillar.Held("unknown", List.of(), List.of());
                case RESOURCES, BUG -> throw e;
            };
        }
    }

    private static Approval.Outcome outcome(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Ready _ -> Approval.Outcome.READY;
            case Verdict.ReadyIf _ -> Approval.Outcome.READY_IF;
            case Verdict.NotReady _ -> Approval.Outcome.NOT_READY;
            case Verdict.Undecided _ -> Approval.Outcome.UNDECIDED;
        };
    }

    private static List<Approval.Reason> reasons(Verdict verdict, LicensePillar.Held held) {
        return switch (verdict) {
            case Verdict.Ready _ -> List.of();
            case Verdict.ReadyIf(List<Finding> conditions) -> reasons(conditions, Approval.Weight.CONDITION, held);
            case Verdict.NotReady(List<Finding> blockers) -> reasons(blockers, Approval.Weight.BLOCKS, held);
            case Verdict.Undecided(List<Finding> missing) -> reasons(missing, Approval.Weight.UNKNOWN, held);
        };
    }

    private static List<Approval.Reason> reasons(
            List<Finding> findings, Approval.Weight weight, LicensePillar.Held held) {
        return findings.stream()
                .map(finding -> new Approval.Reason(
                        finding.check(),
                        weight,
                        finding.sentence(),
                        finding.remedy(),
                        held.refusals().stream()
                                .filter(refused -> refused.finding().equals(finding.sentence()))
                                .map(refused -> new Approval.Refusal(refused.license(), refused.clause()))
                                .toList()))
                .toList();
    }

    private static Optional<Digest> template(Candidate candidate) {
        return switch (candidate) {
            case Candidate.RemoteModel _ -> Optional.empty();
            case Candidate.GgufFile file -> {
                try {
                    yield GgufReader.read(file.path()).string(TEMPLATE).map(Digest::of);
                } catch (StoaException e) {
                    // a file that is not sound has its verdict already
                    yield Optional.empty();
                }
            }
        };
    }

    private static List<Approval.Paper> papers(List<Path> paths, Path folder) {
        List<Approval.Paper> papers = new ArrayList<>();
        for (Path path : paths) {
            Path whole = path.toAbsolutePath().normalize();
            Path shown = whole.startsWith(folder) ? folder.relativize(whole) : whole;
            try {
                papers.add(new Approval.Paper(shown.toString(), Artifacts.digestOf(whole, Progress.NONE)));
            } catch (StoaException e) {
                // gone since it was read: an approval without it would be one that rests on less than was read
                papers.add(new Approval.Paper(shown.toString(), Digest.of(e.sentence())));
            }
        }
        return papers;
    }
}
