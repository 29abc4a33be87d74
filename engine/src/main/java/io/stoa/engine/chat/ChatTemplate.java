package io.stoa.engine.chat;

import io.stoa.engine.chat.jinja.JinjaException;
import io.stoa.engine.chat.jinja.PythonText;
import io.stoa.engine.chat.jinja.Template;
import io.stoa.model.StoaException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model's chat template: turns a conversation into the prompt that the model was trained on, byte for byte as Hugging
 * Face transformers' {@code apply_chat_template} does. Immutable; may be used from several threads.
 *
 * <p>Failures are {@link StoaException}s whose cause is the {@link JinjaException} with the bare message. When the
 * template itself refuses a conversation ({@code raise_exception}) the kind is {@code USER}, since another conversation
 * would do, and the cause's reason is {@link JinjaException.Reason#RAISED}; a template that is malformed, fails or goes
 * beyond the sandbox's bounds is of kind {@code ENGINE}.
 */
public final class ChatTemplate {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String MARK = "CONTINUE_FINAL_MESSAGE_TAG";

    private final Template template;
    private final Clock clock;

    private ChatTemplate(Template template, Clock clock) {
        this.template = template;
        this.clock = clock;
    }

    /** Parses a template whose {@code strftime_now} reads the system's clock. */
    public static ChatTemplate parse(String source) {
        return parse(source, Clock.system(ZoneId.systemDefault()));
    }

    /**
     * Parses a template.
     *
     * @param clock what {@code strftime_now} reads; some templates print today's date
     * @throws StoaException of kind {@code ENGINE} naming the line when it is malformed
     */
    public static ChatTemplate parse(String source, Clock clock) {
        return new ChatTemplate(explained(() -> Template.parse(source)), clock);
    }

    /**
     * Renders a conversation.
     *
     * @param tools the tools on offer; none are given to the template as {@code none}, as transformers does
     * @param addGenerationPrompt whether the prompt ends where the assistant's answer begins
     * @param bosToken the text of the beginning-of-sequence token, empty where the model has none
     * @param eosToken the text of the end-of-sequence token, empty where the model has none
     */
    public String render(
            List<ChatMessage> messages,
            List<ToolDefinition> tools,
            boolean addGenerationPrompt,
            String bosToken,
            String eosToken) {
        ObjectNode variables = JSON.objectNode();
        variables.set("messages", messages(messages));
        if (tools.isEmpty()) {
            variables.putNull("tools");
        } else {
            ArrayNode list = variables.putArray("tools");
            tools.forEach(tool -> list.add(tool.json()));
        }
        variables.putNull("documents");
        variables.put("add_generation_prompt", addGenerationPrompt);
        variables.put("bos_token", bosToken);
        variables.put("eos_token", eosToken);
        return render(variables);
    }

    /**
     * Renders a conversation that ends inside of its last message, as transformers does with {@code
     * continue_final_message}: a mark behind the message tells where the template put its end, and everything from there on
     * is left out. Where the template strips messages, white space before the mark goes too.
     *
     * @param messages the last one has a text
     * @throws StoaException of kind {@code USER} where the template does not show that text
     */
    public String renderBegun(List<ChatMessage> messages, String bosToken, String eosToken) {
        String begun = messages.getLast().content().orElseThrow();
        List<ChatMessage> marked = new ArrayList<>(messages.subList(0, messages.size() - 1));
        marked.add(messages.getLast().withContent(begun + MARK + " "));
        String rendered = render(marked, List.of(), false, bosToken, eosToken);
        int end = rendered.lastIndexOf(MARK);
        if (end < 0 || !rendered.contains(begun.strip())) {
            throw StoaException.user("the chat template does not show how the answer begins (" + begun.strip()
                    + "); ask without the chat template");
        }
        return rendered.startsWith(MARK + " ", end)
                ? rendered.substring(0, end)
                : PythonText.stripRight(rendered.substring(0, end));
    }

    /** Renders with variables of the caller's choice, for templates that know more of them than the usual ones. */
    public String render(ObjectNode variables) {
        return explained(() -> template.render(variables, clock));
    }

    /**
     * The messages as templates expect them: OpenAI's shape, except that arguments are an object and not a string of
     * JSON (transformers' documentation, "Tool use"), and that a tool's answer carries the name of the tool it is from.
     */
    private static ArrayNode messages(List<ChatMessage> messages) {
        ArrayNode list = JSON.arrayNode();
        Map<String, String> names = new HashMap<>();
        for (ChatMessage message : messages) {
            ObjectNode node = list.addObject();
            node.put("role", message.role());
            message.content().ifPresentOrElse(content -> node.put("content", content), () -> node.putNull("content"));
            message.reasoning().ifPresent(reasoning -> node.put("reasoning_content", reasoning));
            if (!message.toolCalls().isEmpty()) {
                ArrayNode calls = node.putArray("tool_calls");
                for (ToolCall call : message.toolCalls()) {
                    names.put(call.id(), call.name());
                    ObjectNode one = calls.addObject();
                    one.put("id", call.id());
                    one.put("type", "function");
                    one.putObject("function").put("name", call.name()).set("arguments", call.arguments());
                }
            }
            message.toolCallId().ifPresent(id -> {
                node.put("tool_call_id", id);
                Optional.ofNullable(names.get(id)).ifPresent(name -> node.put("name", name));
            });
        }
        return list;
    }

    private static <T> T explained(Supplier<T> work) {
        try {
            return work.get();
        } catch (JinjaException e) {
            throw switch (e.reason()) {
                case RAISED ->
                    new StoaException(
                            StoaException.Kind.USER, "the chat template refuses this conversation: " + e.message(), e);
                case SYNTAX ->
                    new StoaException(
                            StoaException.Kind.ENGINE,
                            "the chat template is malformed in line " + e.line() + ": " + e.message()
                                    + "; give another template or another file of this model",
                            e);
                case FAILED ->
                    new StoaException(
                            StoaException.Kind.ENGINE,
                            "the chat template fails in line " + e.line() + ": " + e.message()
                                    + "; it may not support this kind of conversation",
                            e);
                case LIMIT ->
                    new StoaException(
                            StoaException.Kind.ENGINE,
                            "the chat template was stopped in line " + e.line() + ": " + e.message()
                                    + "; check that it is the one its author published",
                            e);
            };
        }
    }
}
