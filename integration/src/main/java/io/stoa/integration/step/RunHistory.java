package io.stoa.integration.step;

import io.stoa.integration.step.JournalEntry.Asked;
import io.stoa.integration.step.JournalEntry.Begun;
import io.stoa.integration.step.JournalEntry.Decided;
import io.stoa.integration.step.JournalEntry.Ended;
import io.stoa.integration.step.JournalEntry.Failed;
import io.stoa.integration.step.JournalEntry.Kept;
import io.stoa.integration.step.JournalEntry.Ruled;
import io.stoa.integration.step.JournalEntry.Started;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.StoaException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/** What has happened in a run, made of its journal's entries. Not for several threads. */
public final class RunHistory {
    private final Started started;
    private final SequencedMap<String, Past> steps = new LinkedHashMap<>();
    private Optional<Ended> ended = Optional.empty();
    private Instant last;

    RunHistory(Started started) {
        this.started = started;
        this.last = started.time();
    }

    public Started started() {
        return started;
    }

    /** How it ended, unless it has not, or has gone on since. */
    public Optional<Ended> ended() {
        return ended;
    }

    /** When the last entry was written. */
    public Instant last() {
        return last;
    }

    /** Each step in the order of its first entry. */
    public List<Past> steps() {
        return List.copyOf(steps.values());
    }

    public Optional<Past> step(String path) {
        return Optional.ofNullable(steps.get(path));
    }

    /** The steps that a person has to be asked about before the run can go on. */
    public List<Past> waiting() {
        return ended.isPresent()
                ? List.of()
                : steps.values().stream()
                        .filter(past -> past.isUncertain() || past.awaitsApproval())
                        .toList();
    }

    /**
     * Takes in one more entry.
     *
     * @throws StoaException of kind {@code USER} when it cannot follow what was there
     */
    void add(JournalEntry entry) {
        last = entry.time();
        switch (entry) {
            case Started _ -> throw impossible("it begins a second time");
            case Begun begun -> {
                steps.put(
                        begun.path(),
                        step(begun.path())
                                .orElseGet(() -> Past.unknown(begun.path()))
                                .with(begun));
                ended = Optional.empty();
            }
            case Asked asked -> {
                steps.put(
                        asked.path(),
                        step(asked.path())
                                .orElseGet(() -> Past.unknown(asked.path()))
                                .with(asked));
                ended = Optional.empty();
            }
            case Kept kept -> steps.put(kept.path(), begun(kept.path()).with(kept));
            case Failed failed -> steps.put(failed.path(), begun(failed.path()).with(failed));
            case Ruled ruled -> {
                if (!begun(ruled.path()).isUncertain()) {
                    throw impossible("it rules on " + ruled.path() + ", which was not in doubt");
                }
                steps.put(ruled.path(), begun(ruled.path()).with(ruled));
            }
            case Decided decided ->
                steps.put(
                        decided.path(),
                        step(decided.path())
                                .filter(past -> past.asked()
                                        .filter(asked -> asked.digest().equals(decided.digest()))
                                        .isPresent())
                                .orElseThrow(
                                        () -> impossible("it decides on " + decided.path() + ", which was not asked"))
                                .with(decided));
            case Ended end -> ended = Optional.of(end);
        }
    }

    private Past begun(String path) {
        return step(path)
                .filter(past -> past.begun().isPresent())
                .orElseThrow(() -> impossible("it tells the end of " + path + ", which never began"));
    }

    private StoaException impossible(String what) {
        return StoaException.user("run " + started.run() + ": its journal cannot have been written by Stoa: " + what
                + "; put it back from a copy");
    }

    /**
     * What happened to one step.
     *
     * @param begun when it was last begun
     * @param since when it was begun for the first time
     * @param ending how that try ended; empty while nobody knows
     * @param tries how many times it was begun
     * @param failures of earlier tries and of the last
     * @param asked when a person was asked last
     * @param decided the answer to that
     */
    public record Past(
            String path,
            Optional<Begun> begun,
            Optional<Instant> since,
            Optional<Ending> ending,
            int tries,
            List<Failed> failures,
            Optional<Asked> asked,
            Optional<Decided> decided) {
        public Past {
            failures = List.copyOf(failures);
        }

        private static Past unknown(String path) {
            return new Past(
                    path,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    List.of(),
                    Optional.empty(),
                    Optional.empty());
        }

        private Past with(Begun again) {
            return new Past(
                    path,
                    Optional.of(again),
                    since.or(() -> Optional.of(again.time())),
                    Optional.empty(),
                    tries + 1,
                    failures,
                    asked,
                    decided);
        }

        private Past with(Kept kept) {
            return ending(new Ending.Result(kept.output(), kept.time(), false), failures);
        }

        private Past with(Failed failed) {
            List<Failed> all = new ArrayList<>(failures);
            all.add(failed);
            return ending(new Ending.Failure(failed), all);
        }

        private Past with(Ruled ruled) {
            return ending(
                    ruled.happened()
                            ? new Ending.Result(ruled.output(), ruled.time(), true)
                            : new Ending.DidNotHappen(ruled.time()),
                    failures);
        }

        private Past with(Asked anew) {
            return new Past(path, begun, since, ending, tries, failures, Optional.of(anew), Optional.empty());
        }

        private Past with(Decided answer) {
            return new Past(path, begun, since, ending, tries, failures, asked, Optional.of(answer));
        }

        private Past ending(Ending how, List<Failed> all) {
            return new Past(path, begun, since, Optional.of(how), tries, all, asked, decided);
        }

        public Optional<JsonNode> output() {
            return ending.flatMap(
                    how -> how instanceof Ending.Result result ? Optional.of(result.output()) : Optional.empty());
        }

        /** Whether it may have had an effect that must not happen twice, and nobody knows. */
        public boolean isUncertain() {
            return begun.filter(step -> step.effects() == Effects.EACH_CALL).isPresent()
                    && ending.map(Ending::leavesDoubt).orElse(true);
        }

        boolean awaitsApproval() {
            return asked.isPresent() && decided.isEmpty();
        }
    }

    /** How a step that was begun ended. */
    public sealed interface Ending {
        /** When. */
        Instant time();

        /** Whether an effect may have happened all the same. */
        boolean leavesDoubt();

        /**
         * It gave a result.
         *
         * @param told whether a person told it
         */
        record Result(JsonNode output, Instant time, boolean told) implements Ending {
            @Override
            public boolean leavesDoubt() {
                return false;
            }
        }

        /** It failed. Only what was refused for its own fault is known to have done nothing. */
        record Failure(Failed failed) implements Ending {
            @Override
            public Instant time() {
                return failed.time();
            }

            @Override
            public boolean leavesDoubt() {
                return failed.kind() != StoaException.Kind.USER;
            }
        }

        /** A person said that it never happened. */
        record DidNotHappen(Instant time) implements Ending {
            @Override
            public boolean leavesDoubt() {
                return false;
            }
        }
    }
}
