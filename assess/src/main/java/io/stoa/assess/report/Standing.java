package io.stoa.assess.report;

import static java.util.Objects.requireNonNull;

import io.stoa.assess.Assessment;
import io.stoa.model.Finding;
import io.stoa.model.PillarName;
import io.stoa.model.Quantity;
import io.stoa.model.Verdict;
import io.stoa.model.Workload;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How one candidate stands: its result with the numbers that every report shows.
 *
 * @param result verdict and findings
 * @param scores the score of each task that has one, by the task's id
 * @param quality the mean score over the workload, when any task has a score
 */
record Standing(Assessment.Result result, Map<String, Quantity> scores, Optional<Quality> quality) {
    Standing {
        requireNonNull(result, "result");
        requireNonNull(quality, "quality");
        scores = Map.copyOf(scores);
    }

    static Standing of(Assessment.Result result, Workload workload) {
        Map<String, Quantity> scores = new LinkedHashMap<>();
        for (Finding finding : result.findings()) {
            finding.quantities().stream()
                    .filter(quantity -> quantity.name().equals(Quantity.SCORE))
                    .findFirst()
                    .ifPresent(score -> scores.putIfAbsent(task(finding), score));
        }
        return new Standing(result, scores, Quality.of(workload, scores));
    }

    /** The task that a finding is about, if it is about one: its check is {@code pillar/task} or {@code pillar/task#part}. */
    static String task(Finding finding) {
        String name = finding.check().substring(finding.check().indexOf('/') + 1);
        int part = name.indexOf('#');
        return part < 0 ? name : name.substring(0, part);
    }

    /** How far it is from being ready: 0 when it is, 3 when something blocks it. */
    int distance() {
        return switch (result.verdict()) {
            case Verdict.Ready _ -> 0;
            case Verdict.ReadyIf _ -> 1;
            case Verdict.Undecided _ -> 2;
            case Verdict.NotReady _ -> 3;
        };
    }

    String id() {
        return result.candidate().id();
    }

    /** The first number of this name among the findings. */
    Optional<Quantity> quantity(String name) {
        return result.findings().stream()
                .flatMap(finding -> finding.quantities().stream())
                .filter(quantity -> quantity.name().equals(name))
                .findFirst();
    }

    List<Finding> findings(PillarName pillar) {
        return result.findings().stream()
                .filter(finding -> finding.pillar() == pillar)
                .toList();
    }

    /** What a pillar's findings come to: the heaviest of them. Absent when the pillar found nothing. */
    Optional<Finding.Weight> heaviest(PillarName pillar) {
        return findings(pillar).stream().map(Finding::weight).max(Comparator.comparingInt(weight -> switch (weight) {
            case INFO -> 0;
            case CONDITION -> 1;
            case UNKNOWN -> 2;
            case BLOCKS -> 3;
        }));
    }

    /** What the verdict rests on; nothing for READY. */
    List<Finding> reasons() {
        return switch (result.verdict()) {
            case Verdict.Ready() -> List.of();
            case Verdict.ReadyIf(List<Finding> conditions) -> conditions;
            case Verdict.NotReady(List<Finding> blockers) -> blockers;
            case Verdict.Undecided(List<Finding> missing) -> missing;
        };
    }
}
