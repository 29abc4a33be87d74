package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Check;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.Gate;
import io.stoa.model.Quantity;
import io.stoa.model.Score;
import io.stoa.model.Workload.TaskSpec;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A score held against its gate, put into words.
 *
 * @param task the task that it belongs to
 * @param what what is counted, such as "tool calls are right"
 * @param items what it is counted over, such as "unanswerable questions"
 * @param file the item file's name
 * @param score the share
 * @param gate the least share, when the task has a gate
 */
record GatedScore(TaskSpec task, String what, String items, String file, Score score, Optional<Gate> gate) {
    /** The level of every interval of this pillar. */
    static final double CONFIDENCE = 0.95;

    GatedScore {
        requireNonNull(task, "task");
        requireNonNull(what, "what");
        requireNonNull(items, "items");
        requireNonNull(file, "file");
        requireNonNull(score, "score");
        requireNonNull(gate, "gate");
    }

    static Optional<Gate> gate(OptionalDouble least) {
        return least.isPresent() ? Optional.of(new Gate(least.getAsDouble())) : Optional.empty();
    }

    /**
     * The claim that follows.
     *
     * @param details what else the sentence tells
     * @param remedy what to do where the gate is missed
     */
    Finding finding(Check check, String details, String remedy, List<Quantity> quantities, List<EvidenceRef> evidence) {
        String sentence = task.id() + ": " + what + " for " + words(score) + " of " + score.n() + " " + items;
        if (gate.isEmpty()) {
            return Finding.info(check, sentence + ", no gate" + details, quantities, evidence);
        }
        Gate held = gate.get();
        String least = percent(held.least());
        return switch (held.decide(score)) {
            case PASSES ->
                Finding.info(check, sentence + ", above the gate of " + least + details, quantities, evidence);
            case FAILS ->
                Finding.blocks(
                        check, sentence + ", below the gate of " + least + details, remedy, quantities, evidence);
            case UNDECIDED ->
                Finding.unknown(
                        check,
                        sentence + ", too few to tell whether the gate of " + least + " is reached" + details,
                        more(held),
                        quantities,
                        evidence);
        };
    }

    private String more(Gate held) {
        OptionalInt needed = held.itemsToDecide(score);
        if (needed.isEmpty()) {
            return "No number of " + items + " up to a million decides between " + percent(score.estimate())
                    + " and a gate of " + percent(held.least()) + ": move the gate of task " + task.id()
                    + ", or take another candidate.";
        }
        String ask = "Ask at least " + Math.max(1, needed.getAsInt() - score.n()) + " more " + items
                + " (should the share stay, about " + needed.getAsInt() + " decide): ";
        return switch (score.stopped()) {
            case LIMITED, DECIDED -> ask + "raise the limit of task " + task.id() + ", or add to " + file + ".";
            case EXHAUSTED -> ask + "add to " + file + ".";
        };
    }

    /** A share with its interval, such as "96.0 % (92.3 to 98.0 %)". */
    static String words(Score score) {
        return String.format(
                Locale.ROOT,
                "%.1f %% (%.1f to %.1f %%)",
                100 * score.estimate(),
                100 * score.interval().low(),
                100 * score.interval().high());
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
