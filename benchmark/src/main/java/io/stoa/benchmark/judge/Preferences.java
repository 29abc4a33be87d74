package io.stoa.benchmark.judge;

import io.stoa.benchmark.stats.Means;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a judge said of pairs of answers. */
public record Preferences(List<Preference> preferences) {
    public Preferences {
        preferences = List.copyOf(preferences);
    }

    /** How many pairs ended in each way. */
    public Map<Preference.Outcome, Integer> outcomes() {
        Map<Preference.Outcome, Integer> outcomes = new TreeMap<>();
        for (Preference preference : preferences) {
            if (preference instanceof Preference.Compared compared) {
                outcomes.merge(compared.outcome(), 1, Integer::sum);
            }
        }
        return outcomes;
    }

    /** Pairs on which both orders did not say the same. They count as ties. */
    public int inconsistent() {
        return outcomes().entrySet().stream()
                .filter(entry -> !entry.getKey().consistent())
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    /** How many pairs could not be read, by reason. */
    public Map<Unreadable, Integer> dropped() {
        Map<Unreadable, Integer> dropped = new TreeMap<>();
        for (Preference preference : preferences) {
            if (preference instanceof Preference.Dropped unread) {
                dropped.merge(unread.why(), 1, Integer::sum);
            }
        }
        return dropped;
    }

    /**
     * How often the judge prefers the one, ties counted half. As all that is said by a judge whom nobody checked, it is no
     * score.
     *
     * @throws IllegalArgumentException where no pair could be read
     */
    public JudgesShare share(double confidence) {
        List<Double> scores = new ArrayList<>();
        for (Preference preference : preferences) {
            if (preference instanceof Preference.Compared compared) {
                scores.add(compared.outcome().score());
            }
        }
        if (scores.isEmpty()) {
            throw new IllegalArgumentException("of " + preferences.size()
                    + " pairs none could be read; ask for the verdict in the form of the prompt's rule");
        }
        return new JudgesShare(
                Means.mean(scores), Means.boundedInterval(scores, confidence), confidence, scores.size(), dropped());
    }
}
