package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.judge.metric.ExpectedCall.Call;
import io.stoa.integration.step.Step;
import io.stoa.integration.step.Steps;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The steps of one run of a pipeline as its judge carries them out: seen, timed, and given instead of done where a stage is fixed.
 * Nothing is kept. Several branches may take steps at once.
 */
final class WatchedSteps implements Steps {
    private final String run;
    private final List<String> stages;
    private final Map<String, JsonNode> fixed;
    private final boolean approves;
    private final List<Seen> seen = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();

    /**
     * A step that was taken.
     *
     * @param stage that it belongs to
     * @param whole whether its result is the stage's
     */
    record Seen(String stage, boolean whole, JsonNode input, JsonNode output, Duration time, boolean given) {}

    /**
     * For one run.
     *
     * @param run names it, for the names of its effects
     * @param stages paths of stages
     * @param fixed results of steps by the path of their stage
     * @param approves whether a person would approve
     */
    WatchedSteps(String run, List<String> stages, Map<String, JsonNode> fixed, boolean approves) {
        this.run = requireNonNull(run, "run");
        this.stages = List.copyOf(stages);
        this.fixed = Map.copyOf(fixed);
        this.approves = approves;
    }

    @Override
    public JsonNode take(Step step, Work work) {
        String stage = stage(step.path());
        boolean whole = stage.equals(step.path());
        Optional<JsonNode> given = Optional.ofNullable(fixed.get(stage))
                .map(result -> whole
                        ? result
                        : JsonNodeFactory.instance
                                .objectNode()
                                .put("text", "")
                                .set("wordings", JsonNodeFactory.instance.arrayNode()));
        long start = System.nanoTime();
        JsonNode output = given.orElseGet(() -> work.carryOut(run + "/" + step.path()));
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        synchronized (seen) {
            seen.add(new Seen(stage, whole, step.input(), output, time, given.isPresent()));
            boolean refused = output.path("state").stringValue("").equals("REFUSED");
            if (step.kind().equals("execute_tool") && !refused && (given.isEmpty() || whole)) {
                call(step.input()).ifPresent(calls::add);
            }
        }
        return output;
    }

    private static Optional<Call> call(JsonNode input) {
        String tool = input.path("tool").stringValue("");
        return input.path("arguments") instanceof ObjectNode arguments && !tool.isBlank()
                ? Optional.of(new Call(tool, arguments))
                : Optional.empty();
    }

    /** Notes a stage whose result is made of several steps. */
    void note(String stage, JsonNode input, JsonNode output, boolean given) {
        synchronized (seen) {
            seen.add(new Seen(stage, true, input, output, Duration.ZERO, given));
        }
    }

    @Override
    public boolean approved(Step step) {
        Optional<JsonNode> given = Optional.ofNullable(fixed.get(step.path()));
        boolean approved =
                given.map(result -> result.path("approved").asBoolean(approves)).orElse(approves);
        if (step.kind().equals("human")) {
            note(
                    step.path(),
                    step.input(),
                    JsonNodeFactory.instance.objectNode().put("approved", approved),
                    given.isPresent());
        }
        return approved;
    }

    /** The longest of the stages' paths that a step lies below. */
    private String stage(String path) {
        return stages.stream()
                .filter(stage -> path.equals(stage) || path.startsWith(stage + "/"))
                .max((one, other) -> Integer.compare(one.length(), other.length()))
                .orElse(path);
    }

    List<Seen> seen() {
        synchronized (seen) {
            return List.copyOf(seen);
        }
    }

    List<Call> calls() {
        synchronized (seen) {
            return List.copyOf(calls);
        }
    }
}
