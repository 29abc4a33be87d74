package io.stoa.engine.serve;

import io.stoa.engine.Engine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.engine.chat.AnswerStream;
import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ParsedAnswer;
import io.stoa.engine.chat.ToolCall;
import io.stoa.engine.chat.ToolDefinition;
import io.stoa.engine.grammar.ToolDialect;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/chat/completions}. */
final class ChatCompletion {
    private final Engine engine;
    private final ServerOptions serving;
    private final SecureRandom seeds = new SecureRandom();
    private final JsonMapper json = JsonMapper.shared();

    ChatCompletion(Engine engine, ServerOptions options) {
        this.engine = engine;
        this.serving = options;
    }

    void call(Exchange exchange) {
        Fields fields = exchange.fields();
        Calls.requireModel(fields, serving);
        List<ChatMessage> messages = messages(fields);
        List<ToolDefinition> tools = tools(fields);
        Prompt prompt = fields.truth("continue_final_message", false)
                ? continued(messages, tools)
                : new Prompt.Chat(messages, tools);
        OptionalInt alternatives = alternatives(fields);
        GenerateOptions how =
                Sampling.read(fields, engine.facts().contextTokens().orElse(Integer.MAX_VALUE), alternatives, seeds);
        Optional<String> forced = forced(fields, tools);
        if (forced.isPresent()) {
            if (how.grammar().isPresent()) {
                throw Refused.field("tool_choice", "and response_format cannot both shape the answer");
            }
            how = how.withGrammar(forced.get());
        }
        ObjectNode head = json.createObjectNode()
                .put("id", "chatcmpl-" + UUID.randomUUID())
                .put("object", "chat.completion")
                .put("created", System.currentTimeMillis() / 1000)
                .put("model", serving.model());
        AnswerStream answer = new AnswerStream(tools);
        if (fields.truth("stream", false)) {
            boolean includeUsage = fields.object("stream_options")
                    .map(given -> given.truth("include_usage", false))
                    .orElse(false);
            head.put("object", "chat.completion.chunk");
            stream(exchange, head, prompt, how, answer, includeUsage);
        } else {
            GenerateOptions options = how;
            Generation generation = Calls.fitting(
                    engine, prompt, given -> engine.generate(given, options, answer::accept, exchange::isGone));
            ParsedAnswer parsed = answer.end();
            ObjectNode choice = head.putArray("choices").addObject().put("index", 0);
            ObjectNode message = choice.putObject("message").put("role", "assistant");
            if (parsed.content().isEmpty() && !parsed.toolCalls().isEmpty()) {
                message.putNull("content");
            } else {
                message.put("content", parsed.content());
            }
            if (!parsed.reasoning().isEmpty()) {
                message.put("reasoning_content", parsed.reasoning());
            }
            if (!parsed.toolCalls().isEmpty()) {
                calls(message.putArray("tool_calls"), parsed.toolCalls());
            }
            choice.put("finish_reason", finishReason(generation, parsed));
            logprobs(choice, generation, alternatives.isPresent());
            Usage.put(head, generation);
            exchange.answer(200, head);
        }
    }

    private static Prompt continued(List<ChatMessage> messages, List<ToolDefinition> tools) {
        if (!tools.isEmpty()) {
            throw Refused.field("continue_final_message", "and tools do not go together");
        }
        try {
            return new Prompt.Continued(messages);
        } catch (IllegalArgumentException e) {
            throw Refused.field("continue_final_message", "is set, but " + e.getMessage());
        }
    }

    private void stream(
            Exchange exchange,
            ObjectNode head,
            Prompt prompt,
            GenerateOptions how,
            AnswerStream answer,
            boolean includeUsage) {
        boolean[] begun = new boolean[1];
        Generation generation = Calls.fitting(
                engine,
                prompt,
                given -> engine.generate(
                        given,
                        how,
                        piece -> {
                            begin(exchange, head, begun);
                            String text = answer.accept(piece);
                            if (!text.isEmpty()) {
                                exchange.event(
                                        delta(head, json.createObjectNode().put("content", text)));
                            }
                        },
                        exchange::isGone));
        begin(exchange, head, begun);
        ParsedAnswer parsed = answer.end();
        if (!parsed.reasoning().isEmpty()) {
            exchange.event(delta(head, json.createObjectNode().put("reasoning_content", parsed.reasoning())));
        }
        String rest = parsed.content()
                .substring(Math.min(answer.toldLength(), parsed.content().length()));
        if (!rest.isEmpty()) {
            exchange.event(delta(head, json.createObjectNode().put("content", rest)));
        }
        if (!parsed.toolCalls().isEmpty()) {
            ObjectNode delta = json.createObjectNode();
            ArrayNode calls = delta.putArray("tool_calls");
            calls(calls, parsed.toolCalls());
            for (int i = 0; i < calls.size(); i++) {
                ((ObjectNode) calls.get(i)).put("index", i);
            }
            exchange.event(delta(head, delta));
        }
        ObjectNode last = head.deepCopy();
        ObjectNode choice = last.putArray("choices").addObject().put("index", 0);
        choice.putObject("delta");
        choice.put("finish_reason", finishReason(generation, parsed));
        logprobs(choice, generation, how.alternatives().isPresent());
        exchange.event(json.writeValueAsString(last));
        if (includeUsage) {
            ObjectNode usage = head.deepCopy();
            usage.putArray("choices");
            Usage.put(usage, generation);
            exchange.event(json.writeValueAsString(usage));
        }
        exchange.endEvents();
    }

    private void begin(Exchange exchange, ObjectNode head, boolean[] begun) {
        if (!begun[0]) {
            begun[0] = true;
            exchange.event(
                    delta(head, json.createObjectNode().put("role", "assistant").put("content", "")));
        }
    }

    private String delta(ObjectNode head, ObjectNode delta) {
        ObjectNode chunk = head.deepCopy();
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.putNull("finish_reason");
        return json.writeValueAsString(chunk);
    }

    private static String finishReason(Generation generation, ParsedAnswer parsed) {
        return parsed.toolCalls().isEmpty() ? Usage.finishReason(generation.finish()) : "tool_calls";
    }

    private static OptionalInt alternatives(Fields fields) {
        OptionalInt top = fields.whole("top_logprobs", 0, GenerateOptions.MOST_ALTERNATIVES);
        boolean wanted = fields.truth("logprobs", false);
        if (top.isPresent() && !wanted) {
            throw Refused.field("top_logprobs", "needs logprobs");
        }
        return wanted ? OptionalInt.of(top.orElse(0)) : OptionalInt.empty();
    }

    private void logprobs(ObjectNode choice, Generation generation, boolean wanted) {
        if (!wanted) {
            choice.putNull("logprobs");
            return;
        }
        ArrayNode content = choice.putObject("logprobs").putArray("content");
        for (ScoredToken token : generation.tokens()) {
            ObjectNode entry = content.addObject();
            logprob(entry, token.token(), token.logProbability().orElse(0));
            ArrayNode top = entry.putArray("top_logprobs");
            token.top().forEach(other -> logprob(top.addObject(), other.token(), other.logProbability()));
        }
    }

    private void logprob(ObjectNode entry, int token, double value) {
        String text = engine.detokenize(List.of(token), true);
        entry.put("token", text).put("logprob", value);
        ArrayNode bytes = entry.putArray("bytes");
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(each & 0xFF);
        }
    }

    private static void calls(ArrayNode array, List<ToolCall> calls) {
        for (ToolCall call : calls) {
            array.addObject()
                    .put("id", call.id())
                    .put("type", "function")
                    .putObject("function")
                    .put("name", call.name())
                    .put("arguments", call.arguments().toString());
        }
    }

    static List<ChatMessage> messages(Fields fields) {
        List<ChatMessage> messages = new ArrayList<>();
        for (Fields message : fields.objects("messages")) {
            messages.add(message(message));
        }
        if (messages.isEmpty()) {
            throw Refused.field("messages", "must hold at least one message");
        }
        return messages;
    }

    static List<ToolDefinition> tools(Fields fields) {
        List<ToolDefinition> tools = new ArrayList<>();
        for (Fields tool : fields.objects("tools")) {
            try {
                tools.add(new ToolDefinition(tool.json()));
            } catch (IllegalArgumentException e) {
                throw Refused.field("tools", "need a function with a name each");
            }
        }
        boolean none = fields.get("tool_choice")
                .filter(choice -> choice.asString("").equals("none"))
                .isPresent();
        return none ? List.of() : tools;
    }

    /** The grammar of a call, where {@code tool_choice} asks for one: of any tool, or of the named one. */
    private Optional<String> forced(Fields fields, List<ToolDefinition> tools) {
        JsonNode choice = fields.get("tool_choice").orElseGet(() -> json.stringNode("auto"));
        if (choice.isString() && List.of("auto", "none").contains(choice.stringValue())) {
            return Optional.empty();
        }
        String name = choice.path("function").path("name").asString("");
        boolean any = choice.asString("").equals("required");
        List<ToolDefinition> wanted =
                tools.stream().filter(tool -> any || tool.name().equals(name)).toList();
        if (wanted.isEmpty()) {
            throw Refused.field(
                    "tool_choice", "is auto, none, required, or names a function of the tools on offer: " + choice);
        }
        ToolDialect dialect = ToolDialect.of(engine.facts().chatTemplate().orElse(""));
        return Optional.of(dialect.grammar(wanted, any && fields.truth("parallel_tool_calls", true)));
    }

    private static ChatMessage message(Fields fields) {
        String role = fields.text("role")
                .filter(given -> !given.isBlank())
                .orElseThrow(() -> Refused.field("messages", "need a role each"));
        List<ToolCall> calls = new ArrayList<>();
        for (Fields call : fields.objects("tool_calls")) {
            calls.add(toolCall(call));
        }
        return new ChatMessage(
                role,
                content(fields),
                calls,
                fields.text("tool_call_id"),
                fields.text("reasoning_content").or(() -> fields.text("reasoning")));
    }

    private static Optional<String> content(Fields fields) {
        JsonNode content = fields.get("content").orElse(null);
        if (content == null || content.isString()) {
            return Optional.ofNullable(content).map(JsonNode::stringValue);
        }
        StringBuilder text = new StringBuilder();
        for (Fields part : fields.objects("content")) {
            String type = part.text("type").orElse("");
            if (!type.equals("text")) {
                throw Refused.field("messages", "have a content part of type " + type + ": this model reads text only");
            }
            text.append(part.text("text").orElse(""));
        }
        return Optional.of(text.toString());
    }

    private static ToolCall toolCall(Fields call) {
        Fields function = call.object("function")
                .orElseThrow(() -> Refused.field("messages", "have a tool call without a function"));
        String name = function.text("name")
                .filter(given -> !given.isBlank())
                .orElseThrow(() -> Refused.field("messages", "have a tool call without a name"));
        JsonNode arguments = function.get("arguments").orElseGet(JsonMapper.shared()::createObjectNode);
        try {
            if (arguments.isString()) {
                arguments = JsonMapper.shared().readTree(arguments.stringValue());
            }
        } catch (JacksonException e) {
            throw Refused.field("messages", "have a call of " + name + " whose arguments are not JSON");
        }
        if (!(arguments instanceof ObjectNode object)) {
            throw Refused.field("messages", "have a call of " + name + " whose arguments are not an object");
        }
        return new ToolCall(call.text("id").orElse("call"), name, object);
    }
}
