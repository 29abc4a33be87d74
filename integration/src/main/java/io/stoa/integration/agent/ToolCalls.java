package io.stoa.integration.agent;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.chat.ToolCall;
import io.stoa.integration.agent.CallOutcome.State;
import io.stoa.integration.step.Step;
import io.stoa.integration.step.Steps;
import io.stoa.integration.tool.CallHistory;
import io.stoa.integration.tool.Grant;
import io.stoa.integration.tool.Pin;
import io.stoa.integration.tool.Refusal;
import io.stoa.integration.tool.Ruling;
import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.integration.tool.ToolBox;
import io.stoa.model.StoaException;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Carries out the calls of a run: each is ruled on by the {@link ToolBox}, approved where it has to be, and then a step of
 * kind {@code execute_tool}. The step's input is {@code {"tool", "definition", "arguments"}}, with {@code "because"} where
 * a person is asked, so an approval is bound to the very call that is carried out: when the run goes on, that call is
 * made, and no model is asked again.
 *
 * <p>Failures of a tool are results: a run goes on after them. After one of a tool with effects the same call needs a
 * person, since it may have happened.
 */
public final class ToolCalls {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ToolBox box;

    public ToolCalls(ToolBox box) {
        this.box = requireNonNull(box, "box");
    }

    /**
     * Carries out one call, or says why not.
     *
     * @param path the step's
     * @param history of this run, which it is added to
     * @param patience the most that it may take, besides the tool's own limit
     * @throws io.stoa.integration.step.Waiting until it is approved
     */
    public CallOutcome carryOut(String path, ToolCall call, CallHistory history, Steps steps, Duration patience) {
        CallOutcome outcome = switch (box.rule(call, history)) {
            case Ruling.Refused(Refusal why, String sentence) -> refused(call, why, sentence);
            case Ruling.Permitted(Grant grant, Optional<String> because) ->
                permitted(path, call, grant, because, history, steps, patience);
        };
        if (outcome.state() != State.REFUSED) {
            if (outcome.trusted()) {
                history.readTrusted(outcome.text());
            } else {
                history.readUntrusted("tool " + call.name());
            }
        }
        return outcome;
    }

    private CallOutcome permitted(
            String path,
            ToolCall call,
            Grant grant,
            Optional<String> because,
            CallHistory history,
            Steps steps,
            Duration patience) {
        Tool.Description description = grant.tool().description();
        ObjectNode input = JSON.objectNode();
        input.put("tool", call.name())
                .put("definition", Pin.of(description).toString())
                .set("arguments", call.arguments().deepCopy());
        because.ifPresent(reason -> input.put("because", reason));
        Step step = new Step(path, "execute_tool", input, description.effects());
        if (because.isPresent() && !steps.approved(step)) {
            return refused(call, Refusal.DECLINED, "a person declined this call; do not make it again");
        }
        Duration within = patience.compareTo(grant.limits().patience()) < 0
                ? patience
                : grant.limits().patience();
        JsonNode result = steps.take(step, effect -> work(call, grant, effect, within));
        CallOutcome outcome = outcome(call, grant, result);
        if (outcome.state() == State.FAILED && description.effects() != Effects.NONE) {
            history.leftUncertain(call);
        }
        return outcome;
    }

    private ObjectNode work(ToolCall call, Grant grant, String effect, Duration patience) {
        long start = System.nanoTime();
        if (!box.takesRate(call.name())) {
            return result(start, Optional.of(Refusal.LIMIT), State.REFUSED, "too many calls in this minute");
        }
        try {
            Optional<String> objection = grant.tool().objection(patience);
            if (objection.isPresent()) {
                return result(start, Optional.of(Refusal.CHANGED), State.REFUSED, objection.get());
            }
        } catch (StoaException e) {
            return failed(start, e, grant);
        }
        try {
            String answer = grant.tool().call(call.arguments().deepCopy(), effect, patience);
            return result(
                    start,
                    Optional.empty(),
                    State.DONE,
                    cut(answer, grant.limits().longestAnswer()));
        } catch (StoaException e) {
            return failed(start, e, grant);
        }
    }

    private static ObjectNode failed(long start, StoaException failure, Grant grant) {
        String text = cut(failure.sentence(), grant.limits().longestAnswer());
        return switch (failure.kind()) {
            case USER -> result(start, Optional.of(Refusal.NOT_ALLOWED), State.REFUSED, text);
            case ENGINE, RESOURCES -> result(start, Optional.empty(), State.FAILED, text);
            // what is wrong with Stoa itself is no result
            case BUG -> throw failure;
        };
    }

    private static ObjectNode result(long start, Optional<Refusal> refusal, State state, String text) {
        ObjectNode result = JSON.objectNode();
        result.put("state", state.name()).put("text", text);
        refusal.ifPresent(why -> result.put("refusal", why.name()));
        return result.put("millis", (System.nanoTime() - start) / 1_000_000);
    }

    private static CallOutcome outcome(ToolCall call, Grant grant, JsonNode result) {
        return new CallOutcome(
                call.name(),
                State.valueOf(result.path("state").stringValue("")),
                Optional.ofNullable(result.path("refusal").stringValue(null)).map(Refusal::valueOf),
                result.path("text").stringValue(""),
                grant.trusted(),
                Duration.ofMillis(result.path("millis").asLong(0)));
    }

    /** Cuts a text to so many characters, between characters, and says so. */
    private static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
        return text.substring(0, end) + "\n… (cut: " + end + " of " + text.length() + " characters)";
    }

    private static CallOutcome refused(ToolCall call, Refusal why, String sentence) {
        return new CallOutcome(call.name(), State.REFUSED, Optional.of(why), sentence, true, Duration.ZERO);
    }
}
