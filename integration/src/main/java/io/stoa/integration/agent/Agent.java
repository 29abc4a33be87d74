package io.stoa.integration.agent;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ParsedAnswer;
import io.stoa.engine.chat.ToolCall;
import io.stoa.engine.chat.ToolCallParser;
import io.stoa.engine.chat.ToolDefinition;
import io.stoa.integration.agent.CallOutcome.State;
import io.stoa.integration.step.Step;
import io.stoa.integration.step.Steps;
import io.stoa.integration.tool.CallHistory;
import io.stoa.integration.tool.Refusal;
import io.stoa.integration.tool.Spotlight;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.integration.tool.ToolBox;
import io.stoa.model.StoaException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model that calls tools in turns. Each turn is a step {@code PATH/turn-N} of kind {@code chat}, each call a step {@code
 * PATH/turn-N/call-M} of kind {@code execute_tool}, so a run that died or waited goes on where it was: what the model said
 * is not asked again, and what was done is not done again.
 *
 * <p>What tools answer and what documents say is data. It is marked as such for the model; and since no mark holds
 * against a model that obeys what it reads, the {@link ToolBox} decides what is carried out. Reusable; one run at a time
 * where the engine takes one at a time.
 */
public final class Agent {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    /** So often the model is told that its calls cannot be read, and that it repeats itself. */
    private static final int MOST_WARNINGS = 2;

    private final Engine engine;
    private final ToolBox box;
    private final AgentLimits limits;
    private final GenerateOptions options;

    /** @param options of each turn */
    public Agent(Engine engine, ToolBox box, AgentLimits limits, GenerateOptions options) {
        this.engine = requireNonNull(engine, "engine");
        this.box = requireNonNull(box, "box");
        this.limits = requireNonNull(limits, "limits");
        this.options = requireNonNull(options, "options");
    }

    /**
     * Works on a task until the model answers or a limit is reached.
     *
     * @param path of the run's steps
     * @throws io.stoa.integration.step.Waiting while a person has to approve a call
     * @throws StoaException when the model fails
     */
    public AgentAnswer answer(String path, AgentTask task, Steps steps) {
        return new Run(path, steps).answer(task);
    }

    /** One task under way. */
    private final class Run {
        private final String path;
        private final Steps steps;
        private final CallHistory history = new CallHistory();
        private final List<ChatMessage> messages = new ArrayList<>();
        private final List<CallOutcome> calls = new ArrayList<>();
        private final ToolCalls carrier = new ToolCalls(box);
        private final List<ToolDefinition> tools = box.definitions();
        private final ToolCallParser parser = new ToolCallParser(tools);
        private String said = "";
        private boolean explained;
        private int turns;
        private int unreadable;
        private int loops;
        private long promptTokens;
        private long answerTokens;
        private Duration spent = Duration.ZERO;

        Run(String path, Steps steps) {
            this.path = path;
            this.steps = steps;
        }

        AgentAnswer answer(AgentTask task) {
            read(task);
            Optional<Stop> stop = Optional.empty();
            while (stop.isEmpty()) {
                stop = exhausted().or(this::turn);
            }
            return new AgentAnswer(
                    said, stop.get(), turns, calls, promptTokens, answerTokens, spent, history.untrusted());
        }

        /** Puts what the task says into the conversation, and notes what of it is trusted. */
        private void read(AgentTask task) {
            messages.addAll(task.messages().subList(0, task.messages().size() - 1));
            StringBuilder request =
                    new StringBuilder(task.messages().getLast().content().orElse(""));
            for (Material material : task.materials()) {
                request.append("\n\n")
                        .append(
                                material.trusted()
                                        ? material.text()
                                        : explained(Spotlight.mark(material.source(), material.text())));
                note(material.trusted(), material.source(), material.text());
            }
            messages.add(ChatMessage.user(request.toString()));
            for (ChatMessage message : task.messages()) {
                boolean trusted =
                        message.role().equals("user") || message.role().equals("system");
                note(
                        trusted,
                        "an earlier message of role " + message.role(),
                        message.content().orElse(""));
            }
        }

        /**
         * The first marked text says what marks mean. A system message would say it earlier, but small models then call
         * their tools less well.
         */
        private String explained(String marked) {
            String text = explained ? marked : Spotlight.INSTRUCTION + "\n" + marked;
            explained = true;
            return text;
        }

        private void note(boolean trusted, String source, String text) {
            if (trusted) {
                history.readTrusted(text);
            } else {
                history.readUntrusted(source);
            }
        }

        private Optional<Stop> exhausted() {
            if (turns >= limits.mostTurns()) {
                return Optional.of(Stop.MOST_TURNS);
            }
            if (promptTokens + answerTokens >= limits.mostTokens()) {
                return Optional.of(Stop.MOST_TOKENS);
            }
            return left().isPositive() ? Optional.empty() : Optional.of(Stop.DEADLINE);
        }

        private Duration left() {
            return limits.deadline().minus(spent);
        }

        private Optional<Stop> turn() {
            String turn = path + "/turn-" + ++turns;
            GenerateOptions within = within();
            Step step = new Step(turn, "chat", input(within), Effects.NONE);
            JsonNode result = steps.take(step, _ -> chat(within, left()));
            spent = spent.plusMillis(result.path("millis").asLong(0));
            promptTokens += result.path("promptTokens").asLong(0);
            answerTokens += result.path("answerTokens").asLong(0);
            if (result.has("full")) {
                return Optional.of(Stop.CONTEXT_FULL);
            }
            ParsedAnswer parsed = parser.parse(result.path("text").stringValue(""));
            said = parsed.content();
            return switch (Generation.Finish.valueOf(result.path("finish").stringValue(""))) {
                case CANCELLED -> Optional.of(Stop.DEADLINE);
                case LENGTH -> parsed.toolCalls().isEmpty() ? Optional.of(cutOff()) : acts(turn, parsed);
                case STOP -> acts(turn, parsed);
            };
        }

        private Stop cutOff() {
            return promptTokens + answerTokens >= limits.mostTokens() ? Stop.MOST_TOKENS : Stop.CUT_OFF;
        }

        /** No turn is given more tokens than are left. */
        private GenerateOptions within() {
            long left = limits.mostTokens() - promptTokens - answerTokens;
            int most = Math.clamp(left, 1, options.maxTokens());
            return new GenerateOptions(
                    most,
                    options.temperature(),
                    options.topK(),
                    options.topP(),
                    options.minP(),
                    options.seed(),
                    options.stop(),
                    options.grammar(),
                    OptionalInt.empty());
        }

        private ObjectNode chat(GenerateOptions within, Duration left) {
            long start = System.nanoTime();
            long end = start + left.toNanos();
            ObjectNode result = JSON.objectNode();
            try {
                Generation generation = engine.generate(
                        new Prompt.Chat(messages, tools), within, Engine.UNHEARD, () -> System.nanoTime() > end);
                result.put("text", generation.text())
                        .put("finish", generation.finish().name())
                        .put("promptTokens", generation.promptTokens())
                        .put("answerTokens", generation.answerTokens());
            } catch (StoaException e) {
                // The first prompt is the user's to mend; a later one is what the run made of it.
                if (e.kind() != StoaException.Kind.USER || turns == 1) {
                    throw e;
                }
                result.put("full", e.sentence());
            }
            return result.put("millis", (System.nanoTime() - start) / 1_000_000);
        }

        /** Carries out what the model asked for, and tells it what came of it. */
        private Optional<Stop> acts(String turn, ParsedAnswer parsed) {
            if (parsed.toolCalls().isEmpty() && parsed.problems().isEmpty()) {
                return Optional.of(Stop.ANSWERED);
            }
            if (parsed.toolCalls().isEmpty()) {
                messages.add(ChatMessage.assistant(parsed.content()));
                messages.add(ChatMessage.user("Your call could not be read, and nothing was done: "
                        + Spotlight.harmless(parsed.problems().getFirst())));
                return ++unreadable > MOST_WARNINGS ? Optional.of(Stop.UNREADABLE_CALLS) : Optional.empty();
            }
            unreadable = 0;
            messages.add(new ChatMessage(
                    "assistant",
                    Optional.of(parsed.content()),
                    parsed.toolCalls(),
                    Optional.empty(),
                    Optional.empty()));
            for (int i = 0; i < parsed.toolCalls().size(); i++) {
                Optional<Stop> stop =
                        call(turn + "/call-" + i, parsed.toolCalls().get(i), i);
                if (stop.isPresent()) {
                    return stop;
                }
            }
            return Optional.empty();
        }

        private Optional<Stop> call(String at, ToolCall call, int index) {
            if (!left().isPositive()) {
                return Optional.of(Stop.DEADLINE);
            }
            CallOutcome outcome = index < limits.mostCallsPerTurn()
                    ? carrier.carryOut(at, call, history, steps, left())
                    : new CallOutcome(
                            call.name(),
                            State.REFUSED,
                            Optional.of(Refusal.LIMIT),
                            "no more than " + limits.mostCallsPerTurn() + " calls at once are carried out",
                            true,
                            Duration.ZERO);
            spent = spent.plus(outcome.took());
            calls.add(outcome);
            messages.add(new ChatMessage(
                    "tool",
                    Optional.of(outcome.isMarked() ? explained(outcome.forModel()) : outcome.forModel()),
                    List.of(),
                    Optional.of(call.id()),
                    Optional.empty()));
            if (outcome.refusal().filter(Refusal.CHANGED::equals).isPresent()) {
                said = outcome.text();
                return Optional.of(Stop.TOOL_CHANGED);
            }
            boolean loop = outcome.refusal().filter(Refusal.LOOP::equals).isPresent();
            return loop && ++loops > MOST_WARNINGS ? Optional.of(Stop.LOOPING) : Optional.empty();
        }

        /** All that the model's answer depends on. */
        private ObjectNode input(GenerateOptions within) {
            EngineFacts facts = engine.facts();
            ObjectNode input = JSON.objectNode();
            input.put("model", facts.name()).put("engine", facts.engine());
            ArrayNode conversation = input.putArray("messages");
            messages.forEach(message -> conversation.add(json(message)));
            ArrayNode offered = input.putArray("tools");
            tools.forEach(tool -> offered.add(tool.json()));
            ObjectNode how = input.putObject("options");
            how.put("maxTokens", within.maxTokens())
                    .put("temperature", within.temperature())
                    .put("topK", within.topK())
                    .put("topP", within.topP())
                    .put("minP", within.minP())
                    .put("seed", within.seed());
            ArrayNode stops = how.putArray("stop");
            within.stop().forEach(stops::add);
            within.grammar().ifPresent(grammar -> how.put("grammar", grammar));
            return input;
        }

        private static ObjectNode json(ChatMessage message) {
            ObjectNode json = JSON.objectNode().put("role", message.role());
            message.content().ifPresent(content -> json.put("content", content));
            message.toolCallId().ifPresent(id -> json.put("toolCallId", id));
            if (!message.toolCalls().isEmpty()) {
                ArrayNode made = json.putArray("toolCalls");
                message.toolCalls()
                        .forEach(call -> made.addObject()
                                .put("id", call.id())
                                .put("name", call.name())
                                .put("arguments", call.arguments().toString()));
            }
            return json;
        }
    }
}
