package io.stoa.integration.pipeline;

import io.stoa.integration.step.JournalEntry;
import io.stoa.integration.step.Replay;
import io.stoa.integration.step.Replay.Divergence;
import io.stoa.integration.step.RunHistory;
import io.stoa.store.CanonicalJson;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Replays runs: no model is asked, no tool is called, and every byte is compared. */
public final class RunReplay {
    private static final Set<String> COMPUTED = Set.of(PipelineRun.ROUTE, PipelineRun.GUARD);

    private RunReplay() {}

    /**
     * What a replay saw.
     *
     * @param steps how many steps were held against what was kept
     * @param end how it ended, in words
     * @param divergence the first place where it was not what was kept
     */
    public record Report(int steps, String end, Optional<Divergence> divergence) {
        /** Whether everything was as it was kept, byte for byte. */
        public boolean exact() {
            return divergence.isEmpty();
        }
    }

    /** Replays a run with the pipeline that made it. */
    public static Report of(RunHistory history) {
        return of(history, DurableRun.pipeline(history.started()));
    }

    /** Replays a run with another pipeline, to see where it would go another way. */
    public static Report of(RunHistory history, Pipeline pipeline) {
        JournalEntry.Started started = history.started();
        Replay replay = new Replay(history, COMPUTED);
        Surroundings surroundings =
                Surroundings.absent(DurableRun.identities(started), new BoxedAgents(PipelineYaml.rules(pipeline)));
        try {
            Outcome outcome = new PipelineRun(pipeline, surroundings, replay).run(DurableRun.inputs(started));
            return ended(history, replay, outcome);
        } catch (Replay.Stopped e) {
            // What has no end cannot have another one.
            return new Report(replay.compared(), String.valueOf(e.getMessage()), replay.first());
        }
    }

    private static Report ended(RunHistory history, Replay replay, Outcome outcome) {
        String now = words(DurableRun.value(outcome));
        if (history.ended().isEmpty()) {
            return new Report(replay.compared(), "the run has not ended: " + now, replay.first());
        }
        JournalEntry.Ended ended = history.ended().get();
        String kept = ended.outcome() + " " + words(ended.value());
        String is = DurableRun.ending(outcome) + " " + now;
        List<String> missed = replay.missed();
        Optional<Divergence> divergence = replay.first();
        if (divergence.isEmpty() && !missed.isEmpty()) {
            divergence = Optional.of(new Divergence(missed.getFirst(), "step", "(carried out)", "(not carried out)"));
        }
        if (divergence.isEmpty() && !kept.equals(is)) {
            divergence = Optional.of(new Divergence("", "end", kept, is));
        }
        return new Report(replay.compared(), is, divergence);
    }

    private static String words(JsonNode value) {
        return CanonicalJson.write(value);
    }
}
