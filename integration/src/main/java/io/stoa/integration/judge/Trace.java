package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.judge.metric.ExpectedCall.Call;
import io.stoa.integration.retrieve.Passage;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;

/**
 * What happened when a pipeline was asked one item.
 *
 * @param stages in the order in which they ended; a stage that a route left out is not among them, one that was repeated is there
 *     several times
 * @param outcome what came of it
 * @param failure why it ended without an outcome that can be judged, such as a model that did not answer
 */
public record Trace(List<StageRun> stages, Outcome outcome, Optional<String> failure) {
    public Trace {
        stages = List.copyOf(stages);
        requireNonNull(outcome, "outcome");
        requireNonNull(failure, "failure");
    }

    /**
     * One stage.
     *
     * @param stage its name
     * @param input what it was given
     * @param output what it gave
     * @param passages those in its output, best first
     * @param time it took
     * @param promptTokens read by models in it
     * @param answerTokens written by models in it
     * @param cost of it, in the unit of the pipeline's prices
     * @param fixed whether its output was given instead of made
     */
    public record StageRun(
            String stage,
            JsonNode input,
            JsonNode output,
            List<Passage> passages,
            Duration time,
            long promptTokens,
            long answerTokens,
            double cost,
            boolean fixed) {
        public StageRun {
            requireNonNull(input, "input");
            requireNonNull(output, "output");
            requireNonNull(time, "time");
            passages = List.copyOf(passages);
            if (stage.isBlank() || promptTokens < 0 || answerTokens < 0 || !(cost >= 0)) {
                throw new IllegalArgumentException("not a run of a stage: " + stage + ", tokens " + promptTokens
                        + " and " + answerTokens + ", cost " + cost);
            }
        }
    }

    /**
     * What came of it.
     *
     * @param answer what was said; empty where nothing was
     * @param declined whether it says that it does not know, or was refused
     * @param shown the passages that the answer could rest on, in the order in which they were shown
     * @param calls the tool calls that were made
     * @param state what the tools' world looks like afterwards, where that can be told
     * @param route where it was sent, where it was
     * @param confidence how sure the answer is; only the order among items counts
     */
    public record Outcome(
            String answer,
            boolean declined,
            List<Passage> shown,
            List<Call> calls,
            Optional<JsonNode> state,
            Optional<String> route,
            OptionalDouble confidence) {
        public Outcome {
            requireNonNull(answer, "answer");
            requireNonNull(state, "state");
            requireNonNull(route, "route");
            requireNonNull(confidence, "confidence");
            shown = List.copyOf(shown);
            calls = List.copyOf(calls);
        }

        /** Nothing. */
        public static Outcome none() {
            return new Outcome(
                    "", false, List.of(), List.of(), Optional.empty(), Optional.empty(), OptionalDouble.empty());
        }
    }

    /** The last run of a stage. */
    public Optional<StageRun> of(String stage) {
        return stages.reversed().stream()
                .filter(run -> run.stage().equals(stage))
                .findFirst();
    }

    public Duration time() {
        return stages.stream().map(StageRun::time).reduce(Duration.ZERO, Duration::plus);
    }

    public long promptTokens() {
        return stages.stream().mapToLong(StageRun::promptTokens).sum();
    }

    public long answerTokens() {
        return stages.stream().mapToLong(StageRun::answerTokens).sum();
    }

    public double cost() {
        return stages.stream().mapToDouble(StageRun::cost).sum();
    }

    /** Names of the stages that ran, in order, each once. */
    List<String> names() {
        return List.copyOf(
                new LinkedHashSet<>(stages.stream().map(StageRun::stage).toList()));
    }
}
