package io.stoa.hardware.quant;

import io.stoa.engine.gguf.GgmlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Chooses a type for each group so that the file becomes small while the losses, each measured by itself, add up to no
 * more than a budget. That losses add up is an assumption that holds while they are small; the whole is measured
 * afterwards.
 *
 * <p>Greedy: from the base's types on, the step that saves the most bytes for what it loses is taken, as long as the
 * budget has room for it. A step may leave types out.
 */
final class TypeChoice {
    private TypeChoice() {}

    /**
     * What a group would lose and weigh in a type.
     *
     * @param bytes of the group
     * @param loss in nats a token, alone
     */
    record Candidate(GgmlType type, long bytes, double loss) {}

    /** A step from one candidate of a group to another. */
    private record Step(int group, int to, long saved, double added) {
        /** Whether it saves more for what it loses. Steps that lose nothing come first, those that save more before. */
        boolean betterThan(Step other) {
            if (added <= 0 || other.added <= 0) {
                return added <= 0 && (other.added > 0 || saved > other.saved);
            }
            return saved / added > other.saved / other.added;
        }
    }

    /**
     * Chooses.
     *
     * @param groups for each its candidates, the base's type first, which loses nothing
     * @param budget for the sum of losses, in nats a token
     * @return the candidate's place for each group
     */
    static List<Integer> within(List<List<Candidate>> groups, double budget) {
        int[] chosen = new int[groups.size()];
        double spent = 0;
        Optional<Step> best = best(groups, chosen, budget);
        while (best.isPresent()) {
            chosen[best.get().group()] = best.get().to();
            spent += Math.max(0, best.get().added());
            best = best(groups, chosen, budget - spent);
        }
        List<Integer> places = new ArrayList<>();
        for (int place : chosen) {
            places.add(place);
        }
        return places;
    }

    private static Optional<Step> best(List<List<Candidate>> groups, int[] chosen, double left) {
        Optional<Step> best = Optional.empty();
        for (int group = 0; group < groups.size(); group++) {
            Candidate now = groups.get(group).get(chosen[group]);
            for (int to = 0; to < groups.get(group).size(); to++) {
                Candidate other = groups.get(group).get(to);
                Step step = new Step(group, to, now.bytes() - other.bytes(), other.loss() - now.loss());
                boolean possible = step.saved() > 0 && step.added() <= left;
                if (possible && (best.isEmpty() || step.betterThan(best.get()))) {
                    best = Optional.of(step);
                }
            }
        }
        return best;
    }
}
