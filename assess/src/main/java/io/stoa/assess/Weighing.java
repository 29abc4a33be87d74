package io.stoa.assess;

import io.stoa.model.Finding;
import io.stoa.model.Finding.Weight;
import io.stoa.model.PillarName;
import io.stoa.model.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * From findings to a verdict: a pure function.
 *
 * <ol>
 *   <li>Any finding that blocks makes it {@link Verdict.NotReady}: the candidate cannot or may not do this job, whatever
 *       else is found.
 *   <li>Else, anything unknown makes it {@link Verdict.Undecided}. A check that was asked and has no finding is unknown,
 *       and so is a pillar without any check: silence is not consent.
 *   <li>Else, any condition makes it {@link Verdict.ReadyIf}.
 *   <li>Else it is {@link Verdict.Ready}.
 * </ol>
 *
 * <p>Two laws follow, with verdicts ordered by what they permit (ready over ready-if over the two that permit nothing,
 * undecided and not ready): adding a finding never raises the verdict, and taking away everything that a check found
 * never raises it either.
 */
public final class Weighing {
    private Weighing() {}

    /**
     * Weighs findings.
     *
     * @param asked the ids of all checks that were planned, each starting with its pillar's name and a slash
     * @param findings what they found
     */
    public static Verdict weigh(Set<String> asked, List<Finding> findings) {
        List<Finding> blockers = of(Weight.BLOCKS, findings);
        if (!blockers.isEmpty()) {
            return new Verdict.NotReady(blockers);
        }
        List<Finding> missing = new ArrayList<>(of(Weight.UNKNOWN, findings));
        missing.addAll(unanswered(asked, findings));
        if (!missing.isEmpty()) {
            return new Verdict.Undecided(missing);
        }
        List<Finding> conditions = of(Weight.CONDITION, findings);
        return conditions.isEmpty() ? new Verdict.Ready() : new Verdict.ReadyIf(conditions);
    }

    /** How much a verdict permits: 2 for ready, 1 for ready-if, 0 for the two that permit nothing. */
    public static int permission(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Ready _ -> 2;
            case Verdict.ReadyIf _ -> 1;
            case Verdict.Undecided _, Verdict.NotReady _ -> 0;
        };
    }

    private static List<Finding> of(Weight weight, List<Finding> findings) {
        return findings.stream().filter(finding -> finding.weight() == weight).toList();
    }

    private static List<Finding> unanswered(Set<String> asked, List<Finding> findings) {
        Set<String> answered = findings.stream().map(Finding::check).collect(Collectors.toSet());
        List<Finding> unanswered = new ArrayList<>();
        for (PillarName pillar : PillarName.values()) {
            List<String> checks = new TreeSet<>(asked)
                    .stream().filter(check -> pillarOf(check) == pillar).toList();
            if (checks.isEmpty()) {
                unanswered.add(unknown(
                        pillar,
                        pillar.lowerCase() + "/nothing",
                        "Nothing was asked about " + pillar.lowerCase() + ".",
                        "Give the workload at least one task for it."));
            }
            for (String check : checks) {
                if (!answered.contains(check)) {
                    unanswered.add(unknown(
                            pillar, check, "The check " + check + " was not answered.", "Run the assessment again."));
                }
            }
        }
        return unanswered;
    }

    private static PillarName pillarOf(String check) {
        for (PillarName pillar : PillarName.values()) {
            if (check.startsWith(pillar.lowerCase() + "/")) {
                return pillar;
            }
        }
        throw new IllegalArgumentException("a check's id starts with its pillar's name: " + check);
    }

    private static Finding unknown(PillarName pillar, String check, String sentence, String remedy) {
        return new Finding(pillar, check, Weight.UNKNOWN, sentence, Optional.of(remedy), List.of(), List.of());
    }
}
