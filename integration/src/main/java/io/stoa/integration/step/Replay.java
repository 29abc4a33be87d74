package io.stoa.integration.step;

import io.stoa.integration.step.JournalEntry.Begun;
import io.stoa.integration.step.JournalEntry.Decided;
import io.stoa.integration.step.JournalEntry.Failed;
import io.stoa.integration.step.RunHistory.Ending;
import io.stoa.integration.step.RunHistory.Past;
import io.stoa.model.StoaException;
import io.stoa.store.CanonicalJson;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;

/**
 * Takes the steps of a run again from what was kept of it, and holds each against it: no model is asked and no tool is
 * called. Steps that only compute are computed again, and their results compared byte for byte.
 */
public final class Replay implements Steps {
    private final RunHistory history;
    private final Set<String> computed;
    private final Map<String, Divergence> divergences = new ConcurrentHashMap<>();
    private final Set<String> taken = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> order = new HashMap<>();

    /**
     * @param computed the kinds of steps that only compute
     */
    public Replay(RunHistory history, Set<String> computed) {
        this.history = history;
        this.computed = Set.copyOf(computed);
        for (Past past : history.steps()) {
            order.put(past.path(), order.size());
        }
    }

    /**
     * Where a replay is not what was kept.
     *
     * @param path the step
     * @param what differs
     * @param kept what the journal has
     * @param now what there is now
     */
    public record Divergence(String path, String what, String kept, String now) {}

    /** A replay cannot go on: what was kept ends here, or says otherwise. */
    public static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Stopped(String message) {
            super(message, null, false, false);
        }
    }

    @Override
    public JsonNode take(Step step, Work work) {
        Past past = known(step).filter(known -> known.begun().isPresent()).orElseThrow(() -> unknown(step));
        Begun begun = past.begun().orElseThrow();
        if (!begun.digest().equals(step.digest().hex())) {
            throw diverged(new Divergence(
                    step.path(),
                    "input",
                    begun.kind() + " " + CanonicalJson.write(begun.input()),
                    step.kind() + " " + CanonicalJson.write(step.input())));
        }
        taken.add(step.path());
        if (past.ending().isEmpty()) {
            throw new Stopped(step.path() + " was under way when the run stopped");
        }
        return switch (past.ending().get()) {
            case Ending.Result result -> {
                if (computed.contains(step.kind())) {
                    compare(step, result.output(), Journal.canonical(work.carryOut(begun.effect())));
                }
                yield result.output();
            }
            case Ending.Failure(Failed failed) -> throw new StoaException(failed.kind(), failed.reason());
            case Ending.DidNotHappen _ ->
                throw new Stopped(step.path() + " had not been begun again when the run stopped");
        };
    }

    private void compare(Step step, JsonNode kept, JsonNode now) {
        String before = CanonicalJson.write(kept);
        String after = CanonicalJson.write(now);
        if (!before.equals(after)) {
            throw diverged(new Divergence(step.path(), "output", before, after));
        }
    }

    @Override
    public boolean approved(Step step) {
        Past past = known(step).filter(known -> known.asked().isPresent()).orElseThrow(() -> unknown(step));
        taken.add(step.path());
        String digest = step.digest().hex();
        JournalEntry.Asked asked = past.asked().orElseThrow();
        if (!asked.digest().equals(digest)) {
            throw diverged(new Divergence(
                    step.path(),
                    "what was approved",
                    CanonicalJson.write(asked.input()),
                    CanonicalJson.write(step.input())));
        }
        return past.decided()
                .map(Decided::approved)
                .orElseThrow(() -> new Stopped(step.path() + " was waiting for a person"));
    }

    private Optional<Past> known(Step step) {
        return history.step(step.path());
    }

    private RuntimeException unknown(Step step) {
        if (history.ended().isEmpty()) {
            // The process died before this step: a replay can go no further than the run did.
            return new Stopped(step.path() + " had not begun when the run stopped");
        }
        return diverged(new Divergence(
                step.path(), "step", "(never begun)", step.kind() + " " + CanonicalJson.write(step.input())));
    }

    private Stopped diverged(Divergence divergence) {
        divergences.putIfAbsent(divergence.path(), divergence);
        return new Stopped(divergence.path() + ": another " + divergence.what() + " than was kept");
    }

    /** How many steps were held against what was kept. */
    public int compared() {
        return taken.size();
    }

    /** The first step, in the order of the run, that is not what was kept. */
    public Optional<Divergence> first() {
        List<Divergence> all = new ArrayList<>(divergences.values());
        all.sort(Comparator.comparing((Divergence each) -> order.getOrDefault(each.path(), Integer.MAX_VALUE))
                .thenComparing(Divergence::path));
        return all.stream().findFirst();
    }

    /** Steps that the run took and the replay did not. */
    public List<String> missed() {
        Set<String> passed = new HashSet<>(taken);
        return history.steps().stream()
                .map(Past::path)
                .filter(path -> !passed.contains(path))
                .toList();
    }
}
