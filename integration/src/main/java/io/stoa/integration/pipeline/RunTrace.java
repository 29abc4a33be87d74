package io.stoa.integration.pipeline;

import io.stoa.integration.step.JournalEntry;
import io.stoa.integration.step.JournalEntry.Begun;
import io.stoa.integration.step.RunHistory;
import io.stoa.integration.step.RunHistory.Ending;
import io.stoa.integration.step.RunHistory.Past;
import io.stoa.model.Digest;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run as an OpenTelemetry trace, in OTLP's JSON encoding (opentelemetry-proto, trace/v1; {@code
 * ExportTraceServiceRequest}), by the semantic conventions for generative AI (open-telemetry/semantic-conventions-genai,
 * in development, as of autumn 2026). A span covers a step with all its tries. Ids follow from the run's id and the paths,
 * so the same run always gives the same trace. Never a word of a prompt, a passage or an answer.
 */
public final class RunTrace {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    /** The conventions have no well-known value for engines that run here. */
    private static final String PROVIDER = "stoa";

    private static final int INTERNAL = 1;
    private static final int CLIENT = 3;
    private static final int ERROR = 2;
    private static final int TRACE_DIGITS = 32;
    private static final int SPAN_DIGITS = 16;

    private final RunHistory history;
    private final String trace;
    private final String root;
    private final ArrayNode spans = JSON.arrayNode();
    /** Agents have a span of their own, around their turns and calls. */
    private final Map<String, Instant[]> agents = new HashMap<>();

    private RunTrace(RunHistory history) {
        this.history = history;
        String run = history.started().run();
        this.trace = Digest.of(run).hex().substring(0, TRACE_DIGITS);
        this.root = id("");
    }

    /** The trace of a run. */
    public static ObjectNode of(RunHistory history) {
        return new RunTrace(history).json();
    }

    private String id(String path) {
        return Digest.of(history.started().run() + "\n" + path).hex().substring(0, SPAN_DIGITS);
    }

    private ObjectNode json() {
        ObjectNode all = JSON.objectNode();
        ObjectNode resource = all.putArray("resourceSpans").addObject();
        text(resource.putObject("resource").putArray("attributes"), "service.name", "stoa");
        ObjectNode scope = resource.putArray("scopeSpans").addObject();
        scope.putObject("scope").put("name", "io.stoa.integration.pipeline");
        scope.set("spans", spans);
        run();
        history.steps().forEach(this::step);
        agents.forEach(this::agent);
        return all;
    }

    private void run() {
        String pipeline = history.started().about().path("pipeline").stringValue("");
        ObjectNode span = span(
                "", "invoke_workflow " + pipeline, INTERNAL, history.started().time(), history.last());
        ArrayNode attributes = span.putArray("attributes");
        text(attributes, "gen_ai.operation.name", "invoke_workflow");
        text(attributes, "gen_ai.workflow.name", pipeline);
        history.ended()
                .filter(ended -> ended.outcome() == JournalEntry.Outcome.FAILED)
                .ifPresent(ended ->
                        failed(span, attributes, ended.value().path("kind").stringValue("_OTHER")));
    }

    private void step(Past past) {
        if (past.begun().isEmpty()) {
            past.asked().ifPresent(asked -> approval(past, asked));
            return;
        }
        Begun begun = past.begun().get();
        Instant from = past.since().orElse(begun.time());
        Instant to = past.ending().map(Ending::time).orElse(begun.time());
        String agent = agentOf(past.path());
        if (!agent.isEmpty()) {
            agents.merge(agent, new Instant[] {from, to}, RunTrace::both);
        }
        ObjectNode span = span(past.path(), name(begun), kind(begun), from, to);
        ArrayNode attributes = span.putArray("attributes");
        text(attributes, "gen_ai.operation.name", begun.kind());
        text(attributes, "stoa.step.path", past.path());
        describe(attributes, begun, past.output());
        past.ending()
                .filter(Ending.Failure.class::isInstance)
                .map(Ending.Failure.class::cast)
                .ifPresent(failure ->
                        failed(span, attributes, failure.failed().kind().name()));
    }

    private void approval(Past past, JournalEntry.Asked asked) {
        Instant to = past.decided().map(JournalEntry.Decided::time).orElse(history.last());
        ObjectNode span = span(past.path(), asked.kind() + " " + past.path(), INTERNAL, asked.time(), to);
        ArrayNode attributes = span.putArray("attributes");
        text(attributes, "gen_ai.operation.name", asked.kind());
        text(attributes, "stoa.step.path", past.path());
        past.decided()
                .ifPresent(decided -> attribute(attributes, "stoa.approved")
                        .putObject("value")
                        .put("boolValue", decided.approved()));
    }

    private static Instant[] both(Instant[] one, Instant[] other) {
        return new Instant[] {
            one[0].isBefore(other[0]) ? one[0] : other[0], one[1].isAfter(other[1]) ? one[1] : other[1]
        };
    }

    /** The path of the agent whose turn or call a step is; empty when it is none's. */
    private static String agentOf(String path) {
        int turn = path.indexOf("/turn-");
        return turn < 0 ? "" : path.substring(0, turn);
    }

    private void agent(String path, Instant[] span) {
        ObjectNode json = span(path, "invoke_agent " + path, INTERNAL, span[0], span[1]);
        ArrayNode attributes = json.putArray("attributes");
        text(attributes, "gen_ai.operation.name", "invoke_agent");
        text(attributes, "gen_ai.agent.name", path);
    }

    private static String name(Begun begun) {
        String what = switch (begun.kind()) {
            case "chat" -> begun.input().path("model").stringValue("");
            case "retrieval" -> begun.input().path("store").stringValue("");
            case "execute_tool" -> begun.input().path("tool").stringValue("");
            default -> begun.path();
        };
        return (begun.kind() + " " + what).strip();
    }

    private static int kind(Begun begun) {
        return begun.kind().equals("retrieval") ? CLIENT : INTERNAL;
    }

    private void describe(ArrayNode attributes, Begun begun, Optional<JsonNode> output) {
        JsonNode input = begun.input();
        switch (begun.kind()) {
            case "chat" -> {
                text(attributes, "gen_ai.provider.name", PROVIDER);
                text(attributes, "gen_ai.request.model", input.path("model").stringValue(""));
                JsonNode options = input.path("options");
                whole(attributes, "gen_ai.request.max_tokens", either(options, "max_tokens", "maxTokens"));
                real(attributes, "gen_ai.request.temperature", options.path("temperature"));
                real(attributes, "gen_ai.request.top_p", either(options, "top_p", "topP"));
                whole(attributes, "gen_ai.request.seed", options.path("seed"));
                text(attributes, "gen_ai.output.type", input.has("schema") ? "json" : "text");
                output.ifPresent(answer -> {
                    whole(attributes, "gen_ai.usage.input_tokens", either(answer, "prompt_tokens", "promptTokens"));
                    whole(attributes, "gen_ai.usage.output_tokens", either(answer, "answer_tokens", "answerTokens"));
                    attribute(attributes, "gen_ai.response.finish_reasons")
                            .putObject("value")
                            .putObject("arrayValue")
                            .putArray("values")
                            .addObject()
                            .put(
                                    "stringValue",
                                    answer.path("finish").stringValue("").toLowerCase(Locale.ROOT));
                });
            }
            case "retrieval" -> {
                text(attributes, "gen_ai.data_source.id", input.path("store").stringValue(""));
                whole(attributes, "gen_ai.retrieval.top_k", input.path("most"));
            }
            case "execute_tool" -> {
                text(attributes, "gen_ai.tool.name", input.path("tool").stringValue(""));
                text(attributes, "gen_ai.tool.type", "function");
                text(attributes, "gen_ai.tool.call.id", begun.effect());
            }
            default -> {
                // The conventions know nothing of it.
            }
        }
    }

    private static JsonNode either(JsonNode node, String one, String other) {
        return node.has(one) ? node.path(one) : node.path(other);
    }

    private ObjectNode span(String path, String name, int kind, Instant from, Instant to) {
        String agent = agentOf(path);
        ObjectNode span = spans.addObject()
                .put("traceId", trace)
                .put("spanId", id(path))
                .put("name", name)
                .put("kind", kind)
                .put("startTimeUnixNano", nanos(from))
                .put("endTimeUnixNano", nanos(to.isBefore(from) ? from : to));
        if (!path.isEmpty()) {
            span.put("parentSpanId", agent.isEmpty() ? root : id(agent));
        }
        return span;
    }

    private static void failed(ObjectNode span, ArrayNode attributes, String type) {
        text(attributes, "error.type", type);
        span.putObject("status").put("code", ERROR);
    }

    private static ObjectNode attribute(ArrayNode attributes, String key) {
        return attributes.addObject().put("key", key);
    }

    private static void text(ArrayNode attributes, String key, String value) {
        attribute(attributes, key).putObject("value").put("stringValue", value);
    }

    private static void whole(ArrayNode attributes, String key, JsonNode value) {
        if (value.isIntegralNumber()) {
            // OTLP's JSON writes 64-bit integers as strings.
            attribute(attributes, key).putObject("value").put("intValue", value.asString());
        }
    }

    private static void real(ArrayNode attributes, String key, JsonNode value) {
        if (value.isNumber()) {
            attribute(attributes, key).putObject("value").put("doubleValue", value.doubleValue());
        }
    }

    private static String nanos(Instant time) {
        return Long.toString(time.getEpochSecond()) + String.format(Locale.ROOT, "%09d", time.getNano());
    }
}
