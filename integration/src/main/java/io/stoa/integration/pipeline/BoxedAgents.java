package io.stoa.integration.pipeline;

import io.stoa.engine.GenerateOptions;
import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ToolCall;
import io.stoa.integration.agent.Agent;
import io.stoa.integration.agent.AgentAnswer;
import io.stoa.integration.agent.AgentLimits;
import io.stoa.integration.agent.AgentTask;
import io.stoa.integration.agent.CallOutcome;
import io.stoa.integration.step.Steps;
import io.stoa.integration.tool.BoxLimits;
import io.stoa.integration.tool.CallHistory;
import io.stoa.integration.tool.Grant;
import io.stoa.integration.tool.Ruling;
import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.ToolBox;
import io.stoa.integration.tool.file.ToolsFile;
import io.stoa.integration.tool.file.Wanted;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Agents whose calls are made by the rules of a pipeline's file. */
public final class BoxedAgents implements Surroundings.Agents {
    private static final int CALLS_A_TURN = 8;
    private static final long MOST_TOKENS = 200_000;

    private final ToolsFile rules;

    public BoxedAgents(ToolsFile rules) {
        this.rules = rules;
    }

    @Override
    public Optional<Ruling> rule(String name, Tool tool, ObjectNode arguments) {
        // The box closes nothing: its tools belong to whoever opened them.
        return Optional.of(box(Map.of(name, tool), Optional.empty(), rules.limits())
                .rule(new ToolCall("call", tool.description().name(), arguments), new CallHistory()));
    }

    private ToolBox box(Map<String, Tool> tools, Optional<Boolean> approve, BoxLimits limits) {
        List<Grant> grants = new ArrayList<>();
        tools.forEach((name, tool) -> {
            Grant grant = Optional.ofNullable(rules.tools().get(name))
                    .map(wanted -> granted(tool, wanted))
                    .orElseGet(() -> Grant.of(tool));
            grants.add(approve.map(asks -> grant.approved(asks ? Grant.Approve.ALWAYS : Grant.Approve.NEVER))
                    .orElse(grant));
        });
        return new ToolBox(grants, limits, InstantSource.system());
    }

    private static Grant granted(Tool tool, Wanted wanted) {
        return new Grant(
                tool,
                wanted.approve(),
                wanted.afterUntrusted(),
                wanted.narrowing(),
                wanted.destinations(),
                wanted.trusted(),
                wanted.limits());
    }

    @Override
    public ObjectNode answer(String path, Stage.RunAgent stage, Task task, Steps steps) {
        BoxLimits limits = new BoxLimits(
                Math.max(1, Math.min(stage.calls(), rules.limits().mostCalls())),
                rules.limits().mostRepeats(),
                rules.limits().longestArguments());
        ToolBox box = box(task.tools(), stage.approve(), limits);
        Agent agent = new Agent(
                task.engine(),
                box,
                new AgentLimits(
                        stage.turns(),
                        CALLS_A_TURN,
                        MOST_TOKENS,
                        stage.settings().deadline()),
                options(stage.sampling()));
        List<ChatMessage> messages = new ArrayList<>();
        task.system().ifPresent(system -> messages.add(ChatMessage.system(system)));
        messages.add(ChatMessage.user(task.prompt()));
        return json(agent.answer(path, new AgentTask(messages, task.materials()), steps));
    }

    private static GenerateOptions options(Stage.Sampling sampling) {
        return new GenerateOptions(
                sampling.maxTokens(), sampling.temperature(), 0, sampling.topP(), 0, sampling.seed(), sampling.stop());
    }

    private static ObjectNode json(AgentAnswer answer) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("text", answer.text())
                .put("finish", answer.stop().name().toLowerCase(Locale.ROOT))
                .put("turns", answer.turns());
        ArrayNode calls = json.putArray("calls");
        for (CallOutcome call : answer.calls()) {
            calls.addObject()
                    .put("tool", call.tool())
                    .put("state", call.state().name().toLowerCase(Locale.ROOT))
                    .put("text", call.text());
        }
        return json;
    }
}
