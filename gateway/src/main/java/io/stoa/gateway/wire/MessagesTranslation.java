package io.stoa.gateway.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Anthropic's messages in chat completions. An upstream's reasoning is not told: thinking has to be signed there, and
 * nobody here can sign it.
 */
final class MessagesTranslation implements Translation {
    private final JsonNode model;
    private final byte[] chat;

    private MessagesTranslation(JsonNode model, byte[] chat) {
        this.model = model;
        this.chat = chat;
    }

    static MessagesTranslation of(JsonNode request) {
        ObjectNode chat = Json.MAPPER.createObjectNode();
        chat.set("model", request.path("model"));
        chat.set("messages", conversation(request));
        tools(request.path("tools"), chat);
        if (request.hasNonNull("tool_choice")) {
            toolChoice(request.path("tool_choice"), chat);
        }
        for (Map.Entry<String, JsonNode> member : request.properties()) {
            if (!member.getValue().isNull()) {
                member(member.getKey(), member.getValue(), chat);
            }
        }
        return new MessagesTranslation(request.path("model"), Json.MAPPER.writeValueAsBytes(chat));
    }

    @Override
    public byte[] chat() {
        return chat.clone();
    }

    @Override
    public EventTranslation events() {
        return new MessagesEvents(model);
    }

    /** The system prompt and the messages as chat messages. */
    static ArrayNode conversation(JsonNode request) {
        ChatMessages messages = new ChatMessages();
        JsonNode system = request.path("system");
        if (system.isString()) {
            messages.text("system", system.stringValue());
        } else if (!system.isEmpty()) {
            messages.text("system", texts(system, "system"));
        }
        JsonNode given = request.path("messages");
        for (int i = 0; i < given.size(); i++) {
            message(given.get(i), "messages[" + i + "]", messages);
        }
        return messages.json();
    }

    private static void member(String name, JsonNode value, ObjectNode chat) {
        switch (name) {
            case "model", "messages", "system", "tools", "tool_choice", "service_tier" -> {}
            case "max_tokens", "temperature", "top_p", "top_k" -> chat.set(name, value);
            case "stop_sequences" -> chat.set("stop", value);
            case "stream" -> {
                if (value.asBoolean(false)) {
                    chat.put("stream", true).putObject("stream_options").put("include_usage", true);
                }
            }
            case "metadata" -> {
                if (value.path("user_id").isString()) {
                    chat.set("user", value.path("user_id"));
                }
            }
            case "thinking" -> {
                if (!value.path("type").asString("").equals("disabled")) {
                    throw RefusedRequest.unsupported(
                            "thinking", "is served as 'disabled' only: nobody here can sign thoughts.");
                }
            }
            default -> throw RefusedRequest.unsupported(name, "is not known for " + ApiCall.MESSAGES.path() + ".");
        }
    }

    /** Tools as functions. */
    static void tools(JsonNode tools, ObjectNode chat) {
        if (tools.isEmpty()) {
            return;
        }
        ArrayNode told = chat.putArray("tools");
        for (JsonNode tool : tools) {
            ObjectNode function = told.addObject().put("type", "function").putObject("function");
            function.set("name", tool.path("name"));
            if (tool.path("description").isString()) {
                function.set("description", tool.path("description"));
            }
            if (tool.path("input_schema").isObject()) {
                function.set("parameters", tool.path("input_schema"));
            }
        }
    }

    private static void toolChoice(JsonNode choice, ObjectNode chat) {
        String type = choice.path("type").asString("");
        switch (type) {
            case "auto", "none" -> {
                if (chat.has("tools")) {
                    chat.put("tool_choice", type);
                }
            }
            case "any" -> chat.put("tool_choice", "required");
            case "tool" ->
                chat.putObject("tool_choice")
                        .put("type", "function")
                        .putObject("function")
                        .set("name", choice.path("name"));
            default ->
                throw RefusedRequest.field(
                        "tool_choice.type",
                        "invalid_value",
                        "Invalid value for 'tool_choice.type': '" + RequestReader.quoted(type)
                                + "'. Supported values are: 'auto', 'any', 'tool', 'none'.");
        }
        if (choice.path("disable_parallel_tool_use").asBoolean(false)) {
            chat.put("parallel_tool_calls", false);
        }
    }

    private static void message(JsonNode message, String path, ChatMessages messages) {
        JsonNode content = message.path("content");
        String role = message.path("role").asString("");
        boolean assistant = role.equals("assistant");
        if (content.isString()) {
            if (assistant) {
                messages.assistantText(content.stringValue());
            } else {
                messages.text(role, content.stringValue());
            }
            return;
        }
        List<ObjectNode> parts = new ArrayList<>();
        for (int i = 0; i < content.size(); i++) {
            String place = path + ".content[" + i + "]";
            if (assistant) {
                said(content.get(i), place, messages);
            } else {
                heard(content.get(i), place, messages, parts);
            }
        }
        if (!parts.isEmpty()) {
            messages.parts(role, parts);
        }
    }

    private static void said(JsonNode block, String path, ChatMessages messages) {
        switch (block.path("type").asString("")) {
            case "text" -> messages.assistantText(block.path("text").asString(""));
            case "tool_use" ->
                messages.toolCall(
                        required(block, path, "id"),
                        required(block, path, "name"),
                        block.path("input").isObject() ? block.path("input").toString() : "{}");
            case "thinking" -> messages.reasoning(block.path("thinking").asString(""));
            default -> throw RefusedRequest.unsupported(path + ".type", "cannot be told as what an assistant said.");
        }
    }

    /** What a user says comes after the results of tools, which are messages of their own. */
    private static void heard(JsonNode block, String path, ChatMessages messages, List<ObjectNode> parts) {
        switch (block.path("type").asString("")) {
            case "text" -> parts.add(ChatMessages.textPart(block.path("text").asString("")));
            case "image" -> parts.add(image(block.path("source"), path + ".source"));
            case "document" -> parts.add(document(block, path));
            case "tool_result" -> {
                if (!parts.isEmpty()) {
                    throw RefusedRequest.field(
                            path,
                            "invalid_value",
                            "Invalid '" + path + "': results of tools come before anything else in a message.");
                }
                String result = block.path("content").isString()
                        ? block.path("content").stringValue()
                        : texts(block.path("content"), path + ".content");
                boolean failed = block.path("is_error").asBoolean(false);
                messages.toolResult(required(block, path, "tool_use_id"), failed ? "Error: " + result : result);
            }
            default -> throw RefusedRequest.unsupported(path + ".type", "cannot be told in chat completions.");
        }
    }

    private static ObjectNode image(JsonNode source, String path) {
        return switch (source.path("type").asString("")) {
            case "base64" ->
                ChatMessages.imagePart(
                        "data:" + required(source, path, "media_type") + ";base64," + required(source, path, "data"),
                        Json.MAPPER.nullNode());
            case "url" -> ChatMessages.imagePart(required(source, path, "url"), Json.MAPPER.nullNode());
            default -> throw RefusedRequest.unsupported(path + ".type", "is served as base64 and url.");
        };
    }

    private static ObjectNode document(JsonNode block, String path) {
        JsonNode source = block.path("source");
        if (!source.path("type").asString("").equals("text")) {
            throw RefusedRequest.unsupported(
                    path + ".source.type", "is served as text only; send the document's text.");
        }
        String title = block.path("title").asString("");
        return ChatMessages.textPart(
                (title.isEmpty() ? "" : title + "\n") + required(source, path + ".source", "data"));
    }

    private static String texts(JsonNode blocks, String path) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            JsonNode block = blocks.get(i);
            if (!block.path("type").asString("").equals("text")) {
                throw RefusedRequest.unsupported(path + "[" + i + "].type", "must be text here.");
            }
            texts.add(block.path("text").asString(""));
        }
        return String.join("\n", texts);
    }

    private static String required(JsonNode block, String path, String name) {
        if (!block.path(name).isString()) {
            throw RequestReader.missing(path + "." + name);
        }
        return block.path(name).stringValue();
    }

    @Override
    public byte[] answer(byte[] chatAnswer) {
        JsonNode answer;
        try {
            answer = Json.MAPPER.readTree(chatAnswer);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the upstream's answer is not JSON", e);
        }
        JsonNode choice = answer.path("choices").path(0);
        JsonNode said = choice.path("message");
        if (!said.isObject()) {
            throw new IllegalArgumentException("the upstream's answer has no message");
        }
        ObjectNode message = message(model);
        ArrayNode content = (ArrayNode) message.path("content");
        String text = said.path("content").asString("") + said.path("refusal").asString("");
        if (!text.isEmpty()) {
            content.addObject().put("type", "text").put("text", text);
        }
        for (JsonNode call : said.path("tool_calls")) {
            content.addObject()
                    .put("type", "tool_use")
                    .put("id", call.path("id").asString(""))
                    .put("name", call.path("function").path("name").asString(""))
                    .set("input", input(call.path("function").path("arguments").asString("")));
        }
        stop(
                message,
                choice.path("finish_reason").asString("stop"),
                choice,
                !said.path("refusal").asString("").isEmpty());
        message.set("usage", usage(answer.path("usage")));
        return Json.MAPPER.writeValueAsBytes(message);
    }

    private static JsonNode input(String arguments) {
        if (arguments.isBlank()) {
            return Json.MAPPER.createObjectNode();
        }
        try {
            JsonNode input = Json.MAPPER.readTree(arguments);
            if (input.isObject()) {
                return input;
            }
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the upstream called a function with arguments that are not JSON", e);
        }
        throw new IllegalArgumentException("the upstream called a function with arguments that are not an object");
    }

    /** A message that has said nothing yet. */
    static ObjectNode message(JsonNode model) {
        ObjectNode message = Json.MAPPER
                .createObjectNode()
                .put("id", "msg_" + UUID.randomUUID())
                .put("type", "message")
                .put("role", "assistant");
        message.set("model", model);
        message.putArray("content");
        message.putNull("stop_reason").putNull("stop_sequence");
        return message;
    }

    /** Why it stopped. A stop sequence is known only from upstreams that tell it, as vLLM does. */
    static void stop(ObjectNode message, String finish, JsonNode choice, boolean refused) {
        JsonNode told = choice.path("stop_reason");
        Optional<String> sequence = told.isString() ? Optional.of(told.stringValue()) : Optional.empty();
        message.put(
                "stop_reason",
                switch (finish) {
                    case "length" -> "max_tokens";
                    case "tool_calls", "function_call" -> "tool_use";
                    case "content_filter" -> "refusal";
                    default -> refused ? "refusal" : sequence.isPresent() ? "stop_sequence" : "end_turn";
                });
        message.put("stop_sequence", sequence.orElse(null));
    }

    /** Usage, where tokens from a cache are counted apart from the others. */
    static ObjectNode usage(JsonNode usage) {
        long cached = usage.path("prompt_tokens_details").path("cached_tokens").asLong(0);
        return Json.MAPPER
                .createObjectNode()
                .put("input_tokens", Math.max(0, usage.path("prompt_tokens").asLong(0) - cached))
                .put("cache_creation_input_tokens", 0)
                .put("cache_read_input_tokens", cached)
                .put("output_tokens", usage.path("completion_tokens").asLong(0));
    }
}
