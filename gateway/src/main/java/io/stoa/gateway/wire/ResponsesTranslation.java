package io.stoa.gateway.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * OpenAI's responses in chat completions. Nothing is kept between requests, so that everything that refers to an
 * earlier response is refused; tools are functions that the caller runs.
 */
final class ResponsesTranslation implements Translation {
    private final JsonNode request;
    private final byte[] chat;

    private ResponsesTranslation(JsonNode request, byte[] chat) {
        this.request = request;
        this.chat = chat;
    }

    static ResponsesTranslation of(JsonNode request) {
        ObjectNode chat = Json.MAPPER.createObjectNode();
        chat.set("model", request.path("model"));
        ChatMessages messages = new ChatMessages();
        if (request.path("instructions").isString()) {
            messages.text("system", request.path("instructions").stringValue());
        }
        input(request.path("input"), messages);
        chat.set("messages", messages.json());
        tools(request.path("tools"), chat);
        if (request.hasNonNull("tool_choice")) {
            toolChoice(request.path("tool_choice"), chat);
        }
        for (Map.Entry<String, JsonNode> member : request.properties()) {
            if (!member.getValue().isNull()) {
                member(member.getKey(), member.getValue(), chat);
            }
        }
        return new ResponsesTranslation(request, Json.MAPPER.writeValueAsBytes(chat));
    }

    @Override
    public byte[] chat() {
        return chat.clone();
    }

    @Override
    public EventTranslation events() {
        return new ResponsesEvents(this);
    }

    private static void member(String name, JsonNode value, ObjectNode chat) {
        switch (name) {
            case "model",
                    "tools",
                    "tool_choice",
                    "input",
                    "instructions",
                    "metadata",
                    "service_tier",
                    "prompt_cache_key",
                    "prompt_cache_retention",
                    "safety_identifier" -> {}
            case "temperature", "top_p", "user", "parallel_tool_calls" -> chat.set(name, value);
            case "max_output_tokens" -> chat.set("max_tokens", value);
            case "stream" -> {
                if (value.asBoolean(false)) {
                    chat.put("stream", true).putObject("stream_options").put("include_usage", true);
                }
            }
            case "stream_options" -> {}
            case "text" -> text(value, chat);
            case "reasoning" -> reasoning(value, chat);
            case "truncation" -> require(name, value.asString("").equals("disabled"), "is served as 'disabled' only.");
            case "store" ->
                require(
                        name,
                        !value.asBoolean(true),
                        "cannot be true: responses are not kept here for later requests.");
            case "background" ->
                require(name, !value.asBoolean(true), "cannot be true: answers come with their request.");
            case "include" -> {
                for (JsonNode each : value) {
                    require(
                            name,
                            each.asString("").equals("reasoning.encrypted_content"),
                            "names '" + RequestReader.quoted(each.asString("")) + "', which no answer here has.");
                }
            }
            case "top_logprobs" -> require(name, value.asInt(1) == 0, "is served by chat completions only.");
            case "previous_response_id", "conversation", "prompt" ->
                throw RefusedRequest.unsupported(
                        name, "refers to what is not kept here; send the whole conversation as 'input'.");
            default -> throw RefusedRequest.unsupported(name, "is not known for " + ApiCall.RESPONSES.path() + ".");
        }
    }

    private static void require(String name, boolean holds, String otherwise) {
        if (!holds) {
            throw RefusedRequest.unsupported(name, otherwise);
        }
    }

    private static void tools(JsonNode tools, ObjectNode chat) {
        if (tools.isEmpty()) {
            return;
        }
        ArrayNode told = chat.putArray("tools");
        for (int i = 0; i < tools.size(); i++) {
            JsonNode tool = tools.get(i);
            String path = "tools[" + i + "]";
            require(path + ".type", tool.path("type").asString("function").equals("function"), "must be 'function'.");
            ObjectNode function = told.addObject().put("type", "function").putObject("function");
            for (String name : List.of("name", "description", "parameters", "strict")) {
                if (tool.hasNonNull(name)) {
                    function.set(name, tool.get(name));
                }
            }
        }
    }

    private static void toolChoice(JsonNode choice, ObjectNode chat) {
        if (!chat.has("tools") && choice.isString()) {
            return;
        }
        if (choice.isString()) {
            chat.set("tool_choice", choice);
            return;
        }
        require(
                "tool_choice.type",
                choice.path("type").asString("").equals("function"),
                "must be 'function', with its name.");
        chat.putObject("tool_choice")
                .put("type", "function")
                .putObject("function")
                .set("name", choice.path("name"));
    }

    private static void text(JsonNode text, ObjectNode chat) {
        for (Map.Entry<String, JsonNode> member : text.properties()) {
            switch (member.getKey()) {
                case "format" -> format(member.getValue(), chat);
                case "verbosity" -> {
                    if (member.getValue().isString()) {
                        chat.set("verbosity", member.getValue());
                    }
                }
                default -> throw RefusedRequest.unsupported("text." + member.getKey(), "is not known.");
            }
        }
    }

    private static void format(JsonNode format, ObjectNode chat) {
        switch (format.path("type").asString("text")) {
            case "text" -> {}
            case "json_object" -> chat.putObject("response_format").put("type", "json_object");
            case "json_schema" -> {
                ObjectNode schema = chat.putObject("response_format")
                        .put("type", "json_schema")
                        .putObject("json_schema");
                for (String name : List.of("name", "description", "schema", "strict")) {
                    if (format.hasNonNull(name)) {
                        schema.set(name, format.get(name));
                    }
                }
            }
            default ->
                throw RefusedRequest.unsupported("text.format.type", "is served as text, json_object and json_schema.");
        }
    }

    private static void reasoning(JsonNode reasoning, ObjectNode chat) {
        for (Map.Entry<String, JsonNode> member : reasoning.properties()) {
            if (member.getValue().isNull()) {
                continue;
            }
            switch (member.getKey()) {
                case "effort" -> chat.set("reasoning_effort", member.getValue());
                case "summary" ->
                    require(
                            "reasoning.summary",
                            member.getValue().asString("").equals("auto"),
                            "is served as 'auto' only: reasoning is told as it is.");
                default -> throw RefusedRequest.unsupported("reasoning." + member.getKey(), "is not known.");
            }
        }
    }

    private static void input(JsonNode input, ChatMessages messages) {
        if (input.isString()) {
            messages.text("user", input.stringValue());
            return;
        }
        for (int i = 0; i < input.size(); i++) {
            item(input.get(i), "input[" + i + "]", messages);
        }
    }

    private static void item(JsonNode item, String path, ChatMessages messages) {
        switch (item.path("type").asString("message")) {
            case "message" -> message(item, path, messages);
            case "function_call" ->
                messages.toolCall(
                        required(item, path, "call_id"),
                        required(item, path, "name"),
                        required(item, path, "arguments"));
            case "function_call_output" ->
                messages.toolResult(required(item, path, "call_id"), output(item.path("output"), path + ".output"));
            case "reasoning" -> messages.reasoning(thoughts(item));
            default -> throw RefusedRequest.unsupported(path + ".type", "is not known.");
        }
    }

    private static String required(JsonNode item, String path, String name) {
        if (!item.path(name).isString()) {
            throw RequestReader.missing(path + "." + name);
        }
        return item.path(name).stringValue();
    }

    private static void message(JsonNode item, String path, ChatMessages messages) {
        String role = item.path("role").asString("user");
        String told = role.equals("developer") ? "system" : role;
        JsonNode content = item.path("content");
        if (content.isString() && !role.equals("assistant")) {
            messages.text(told, content.stringValue());
            return;
        }
        if (role.equals("assistant")) {
            messages.assistantText(content.isString() ? content.stringValue() : output(content, path + ".content"));
            return;
        }
        List<ObjectNode> parts = new ArrayList<>();
        for (int i = 0; i < content.size(); i++) {
            parts.add(part(content.get(i), path + ".content[" + i + "]"));
        }
        messages.parts(told, parts);
    }

    private static ObjectNode part(JsonNode part, String path) {
        return switch (part.path("type").asString("")) {
            case "input_text", "output_text" ->
                ChatMessages.textPart(part.path("text").asString(""));
            case "input_image" -> ChatMessages.imagePart(required(part, path, "image_url"), part.path("detail"));
            case "input_file" -> {
                ObjectNode file = Json.MAPPER.createObjectNode().put("type", "file");
                ObjectNode data = file.putObject("file").put("file_data", required(part, path, "file_data"));
                if (part.path("filename").isString()) {
                    data.set("filename", part.path("filename"));
                }
                yield file;
            }
            default -> throw RefusedRequest.unsupported(path + ".type", "cannot be told in a user's message.");
        };
    }

    /** The text of what was answered before, by the model or by a tool. */
    private static String output(JsonNode content, String path) {
        if (content.isString()) {
            return content.stringValue();
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < content.size(); i++) {
            JsonNode part = content.get(i);
            String type = part.path("type").asString("");
            switch (type) {
                case "output_text", "input_text" -> texts.add(part.path("text").asString(""));
                case "refusal" -> texts.add(part.path("refusal").asString(""));
                default ->
                    throw RefusedRequest.unsupported(
                            path + "[" + i + "].type", "is '" + type + "': only text is told here.");
            }
        }
        return String.join("\n", texts);
    }

    private static String thoughts(JsonNode item) {
        JsonNode parts = item.path("content").isEmpty() ? item.path("summary") : item.path("content");
        List<String> texts = new ArrayList<>();
        parts.forEach(part -> texts.add(part.path("text").asString("")));
        return String.join("\n", texts);
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
        JsonNode message = choice.path("message");
        if (!message.isObject()) {
            throw new IllegalArgumentException("the upstream's answer has no message");
        }
        ObjectNode response =
                response("resp_" + UUID.randomUUID(), answer.path("created").asLong(System.currentTimeMillis() / 1000));
        ArrayNode output = response.putArray("output");
        JsonNode reasoning = message.path("reasoning_content").isString()
                ? message.path("reasoning_content")
                : message.path("reasoning");
        String thought = reasoning.asString("");
        if (!thought.isEmpty()) {
            output.add(reasoningItem("rs_" + UUID.randomUUID(), thought));
        }
        String text = message.path("content").asString("");
        String refusal = message.path("refusal").asString("");
        JsonNode calls = message.path("tool_calls");
        if (!text.isEmpty() || !refusal.isEmpty() || calls.isEmpty()) {
            ObjectNode item = messageItem("msg_" + UUID.randomUUID(), "completed");
            ArrayNode content = item.putArray("content");
            content.add(refusal.isEmpty() ? textPart(text) : refusalPart(refusal));
            output.add(item);
        }
        for (JsonNode call : calls) {
            output.add(callItem(
                    "fc_" + UUID.randomUUID(),
                    call.path("id").asString(""),
                    call.path("function").path("name").asString(""),
                    call.path("function").path("arguments").asString(""),
                    "completed"));
        }
        finish(response, choice.path("finish_reason").asString("stop"));
        response.set("usage", usage(answer.path("usage")));
        return Json.MAPPER.writeValueAsBytes(response);
    }

    /** A response that is not finished, with what its request said. */
    ObjectNode response(String id, long created) {
        ObjectNode response = Json.MAPPER
                .createObjectNode()
                .put("id", id)
                .put("object", "response")
                .put("created_at", created)
                .put("status", "in_progress")
                .putNull("error")
                .putNull("incomplete_details");
        echo(response, "instructions", Json.MAPPER.nullNode());
        echo(response, "max_output_tokens", Json.MAPPER.nullNode());
        response.set("model", request.path("model"));
        response.putArray("output");
        response.put("parallel_tool_calls", request.path("parallel_tool_calls").asBoolean(true));
        response.putNull("previous_response_id");
        ObjectNode reasoning = response.putObject("reasoning");
        reasoning.set("effort", orNull(request.path("reasoning").path("effort")));
        reasoning.set("summary", orNull(request.path("reasoning").path("summary")));
        response.put("store", false);
        echo(response, "temperature", Json.MAPPER.valueToTree(1.0));
        echo(response, "text", Json.MAPPER.readTree("{\"format\":{\"type\":\"text\"}}"));
        echo(response, "tool_choice", Json.MAPPER.valueToTree("auto"));
        echo(response, "tools", Json.MAPPER.createArrayNode());
        echo(response, "top_p", Json.MAPPER.valueToTree(1.0));
        response.put("truncation", "disabled").putNull("usage").putNull("user");
        echo(response, "user", Json.MAPPER.nullNode());
        echo(response, "metadata", Json.MAPPER.createObjectNode());
        return response;
    }

    private void echo(ObjectNode response, String name, JsonNode otherwise) {
        response.set(name, request.hasNonNull(name) ? request.get(name) : otherwise);
    }

    private static JsonNode orNull(JsonNode value) {
        return value.isMissingNode() ? Json.MAPPER.nullNode() : value;
    }

    static void finish(ObjectNode response, String reason) {
        switch (reason) {
            case "length" -> incomplete(response, "max_output_tokens");
            case "content_filter" -> incomplete(response, "content_filter");
            default -> response.put("status", "completed");
        }
    }

    private static void incomplete(ObjectNode response, String reason) {
        response.put("status", "incomplete").putObject("incomplete_details").put("reason", reason);
    }

    static ObjectNode usage(JsonNode usage) {
        long prompt = usage.path("prompt_tokens").asLong(0);
        long completion = usage.path("completion_tokens").asLong(0);
        ObjectNode told = Json.MAPPER.createObjectNode().put("input_tokens", prompt);
        told.putObject("input_tokens_details")
                .put(
                        "cached_tokens",
                        usage.path("prompt_tokens_details")
                                .path("cached_tokens")
                                .asLong(0))
                .put("cache_write_tokens", 0);
        told.put("output_tokens", completion)
                .putObject("output_tokens_details")
                .put(
                        "reasoning_tokens",
                        usage.path("completion_tokens_details")
                                .path("reasoning_tokens")
                                .asLong(0));
        return told.put("total_tokens", prompt + completion);
    }

    static ObjectNode reasoningItem(String id, String text) {
        ObjectNode item =
                Json.MAPPER.createObjectNode().put("type", "reasoning").put("id", id);
        item.putArray("summary");
        ArrayNode content = item.putArray("content");
        if (!text.isEmpty()) {
            content.addObject().put("type", "reasoning_text").put("text", text);
        }
        return item;
    }

    static ObjectNode messageItem(String id, String status) {
        ObjectNode item = Json.MAPPER
                .createObjectNode()
                .put("type", "message")
                .put("id", id)
                .put("status", status)
                .put("role", "assistant");
        item.putArray("content");
        return item;
    }

    static ObjectNode textPart(String text) {
        ObjectNode part =
                Json.MAPPER.createObjectNode().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        part.putArray("logprobs");
        return part;
    }

    static ObjectNode refusalPart(String text) {
        return Json.MAPPER.createObjectNode().put("type", "refusal").put("refusal", text);
    }

    static ObjectNode callItem(String id, String callId, String name, String arguments, String status) {
        return Json.MAPPER
                .createObjectNode()
                .put("type", "function_call")
                .put("id", id)
                .put("call_id", callId)
                .put("name", name)
                .put("arguments", arguments)
                .put("status", status);
    }
}
