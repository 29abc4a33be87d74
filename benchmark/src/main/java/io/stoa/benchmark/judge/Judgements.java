package io.stoa.benchmark.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.stats.Means;
import io.stoa.benchmark.stats.Proportions;
import io.stoa.model.Interval;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What one judge said of some items.
 *
 * @param judge the model and what ran it; judgements of different judges do not calibrate each other
 * @param prompt what it was asked
 * @param judgements one for each item
 */
public record Judgements(String judge, JudgePrompt prompt, List<Judgement> judgements) {
    public Judgements {
        requireNonNull(judge, "judge");
        requireNonNull(prompt, "prompt");
        judgements = List.copyOf(judgements);
        Set<String> seen = new HashSet<>();
        for (Judgement judgement : judgements) {
            if (!seen.add(judgement.id())) {
                throw new IllegalArgumentException(
                        "item " + judgement.id() + " was judged twice; give each item an id of its own");
            }
        }
    }

    /** Those that could be read. */
    public List<Judgement.Verdict> verdicts() {
        return judgements.stream()
                .filter(Judgement.Verdict.class::isInstance)
                .map(Judgement.Verdict.class::cast)
                .toList();
    }

    /** How many could not be read, by reason. */
    public Map<Unreadable, Integer> dropped() {
        Map<Unreadable, Integer> dropped = new TreeMap<>();
        for (Judgement judgement : judgements) {
            if (judgement instanceof Judgement.Dropped unread) {
                dropped.merge(unread.why(), 1, Integer::sum);
            }
        }
        return dropped;
    }

    /**
     * The judge's own mean, uncorrected: Wilson's interval for yes or no, {@link Means#boundedInterval} for grades.
     *
     * @throws IllegalArgumentException without a verdict
     */
    public JudgesShare share(double confidence) {
        List<Double> scores = verdicts().stream().map(Judgement.Verdict::score).toList();
        if (scores.isEmpty()) {
            throw new IllegalArgumentException("of " + judgements.size()
                    + " judgements none could be read; ask for the verdict in the form of the rule " + prompt.rule());
        }
        Interval interval = switch (prompt.scale()) {
            case Scale.YesNo() -> Proportions.wilson(yes(), scores.size(), confidence);
            case Scale.Grades _ -> Means.boundedInterval(scores, confidence);
        };
        return new JudgesShare(Means.mean(scores), interval, confidence, scores.size(), dropped());
    }

    /** How many verdicts are the best possible. */
    int yes() {
        return (int) verdicts().stream().filter(verdict -> verdict.score() == 1).count();
    }
}
