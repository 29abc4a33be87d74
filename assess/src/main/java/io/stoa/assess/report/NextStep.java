package io.stoa.assess.report;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/**
 * Something to do, and the candidates that it brings further.
 *
 * @param remedy what to do
 * @param weight what the finding does to a verdict until it is done
 * @param candidates the ids of those who wait for it
 */
record NextStep(String remedy, Finding.Weight weight, List<String> candidates) {
    NextStep {
        requireNonNull(remedy, "remedy");
        requireNonNull(weight, "weight");
        candidates = List.copyOf(candidates);
    }

    /** Every remedy once: first what makes candidates ready, then what decides them, then what removes a blocker. */
    static List<NextStep> of(List<Standing> standings) {
        Map<Finding.Weight, Map<String, SequencedSet<String>>> waiting = new LinkedHashMap<>();
        standings.stream()
                .sorted(Comparator.comparingInt(Standing::distance))
                .forEach(standing -> standing.reasons()
                        .forEach(reason -> reason.remedy()
                                .ifPresent(
                                        remedy -> waiting.computeIfAbsent(reason.weight(), _ -> new LinkedHashMap<>())
                                                .computeIfAbsent(remedy, _ -> new LinkedHashSet<>())
                                                .add(standing.id()))));
        List<NextStep> steps = new ArrayList<>();
        waiting.forEach((weight, remedies) -> remedies.forEach(
                (remedy, candidates) -> steps.add(new NextStep(remedy, weight, List.copyOf(candidates)))));
        return steps;
    }
}
