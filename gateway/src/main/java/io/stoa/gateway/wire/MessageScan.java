package io.stoa.gateway.wire;

import java.util.List;
import tools.jackson.core.JsonToken;

/** The conversation inside a request: roles, contents and their parts, in the three protocols' shapes. */
final class MessageScan {
    private static final List<String> CHAT_ROLES =
            List.of("system", "assistant", "user", "function", "tool", "developer");
    private static final List<String> RESPONSE_ROLES = List.of("system", "assistant", "user", "developer");
    private static final List<String> ANTHROPIC_ROLES = List.of("user", "assistant");
    private static final List<String> CHAT_PARTS = List.of("text", "image_url", "input_audio", "refusal", "file");
    private static final List<String> RESPONSE_PARTS = List.of(
            "input_text",
            "input_image",
            "output_text",
            "refusal",
            "input_file",
            "input_audio",
            "reasoning_text",
            "summary_text");
    private static final List<String> RESPONSE_ITEMS =
            List.of("message", "function_call", "function_call_output", "reasoning");
    private static final List<String> BLOCKS = List.of(
            "text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking", "search_result");

    private final ApiCall call;
    private final RequestReader in;
    private int images;

    MessageScan(ApiCall call, RequestReader in) {
        this.call = call;
        this.in = in;
    }

    /** How many pictures the conversation holds. */
    int images() {
        return images;
    }

    void chat() {
        in.requireArray("an array of objects");
        int count = 0;
        while (in.next() != JsonToken.END_ARRAY) {
            in.requireObject();
            count++;
            chatMessage();
        }
        if (count == 0) {
            throw in.empty();
        }
    }

    private void chatMessage() {
        String role = "";
        boolean content = false;
        boolean calls = false;
        boolean answered = false;
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            if (in.isNull()) {
                continue;
            }
            switch (name) {
                case "role" -> role = in.oneOf(CHAT_ROLES);
                case "content" -> {
                    content = true;
                    content(CHAT_PARTS, "a string or an array of objects");
                }
                case "refusal", "name" -> {
                    in.requireText();
                    content |= name.equals("refusal");
                }
                case "tool_calls" -> calls |= toolCalls();
                case "function_call" -> {
                    calls = true;
                    in.requireObject();
                    function();
                }
                case "tool_call_id" -> {
                    in.requireText();
                    answered = true;
                }
                default -> in.skip();
            }
        }
        requireWhole(role, content || (calls && role.equals("assistant")), answered);
    }

    private void requireWhole(String role, boolean says, boolean answered) {
        String path = in.path();
        if (role.isEmpty()) {
            throw RequestReader.missing(path + ".role");
        }
        if (role.equals("tool") && !answered) {
            throw RequestReader.missing(path + ".tool_call_id");
        }
        if (!says) {
            throw RequestReader.missing(path + ".content");
        }
    }

    private boolean toolCalls() {
        in.requireArray("an array of objects");
        int count = 0;
        while (in.next() != JsonToken.END_ARRAY) {
            in.requireObject();
            count++;
            toolCall();
        }
        if (count == 0) {
            throw in.empty();
        }
        return true;
    }

    private void toolCall() {
        boolean id = false;
        boolean function = false;
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            switch (name) {
                case "id" -> {
                    in.requireText();
                    id = true;
                }
                case "type" -> in.oneOf(List.of("function", "custom"));
                case "function" -> {
                    in.requireObject();
                    function = true;
                    function();
                }
                case "custom" -> {
                    in.requireObject();
                    function = true;
                    in.skip();
                }
                default -> in.skip();
            }
        }
        if (!id || !function) {
            throw RequestReader.missing(in.path() + (id ? ".function" : ".id"));
        }
    }

    private void function() {
        boolean named = false;
        boolean arguments = false;
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            switch (name) {
                case "name" -> {
                    in.requireText();
                    named = true;
                }
                case "arguments" -> {
                    in.requireText();
                    arguments = true;
                }
                default -> in.skip();
            }
        }
        if (!named || !arguments) {
            throw RequestReader.missing(in.path() + (named ? ".arguments" : ".name"));
        }
    }

    private void content(List<String> types, String expected) {
        if (in.token() == JsonToken.VALUE_STRING) {
            return;
        }
        in.requireArray(expected);
        int count = 0;
        while (in.next() != JsonToken.END_ARRAY) {
            in.requireObject();
            count++;
            part(types);
        }
        if (count == 0 && call == ApiCall.CHAT_COMPLETIONS) {
            throw in.empty();
        }
    }

    private void part(List<String> types) {
        String type = "";
        boolean text = false;
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            switch (name) {
                case "type" -> type = in.oneOf(types);
                case "text" -> {
                    in.requireText();
                    text = true;
                }
                case "file" -> file();
                case "file_id" -> requireNoReference();
                case "content" -> inner();
                default -> in.skip();
            }
        }
        if (type.isEmpty()) {
            throw RequestReader.missing(in.path() + ".type");
        }
        if (!text && type.endsWith("text")) {
            throw RequestReader.missing(in.path() + ".text");
        }
        if (type.contains("image") || type.equals("document")) {
            images++;
        }
    }

    /** The content of a tool's result, which may hold pictures again. */
    private void inner() {
        if (in.token() == JsonToken.START_ARRAY) {
            while (in.next() != JsonToken.END_ARRAY) {
                in.requireObject();
                part(BLOCKS);
            }
        } else {
            in.skip();
        }
    }

    private void file() {
        in.requireObject();
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            if (name.equals("file_id")) {
                requireNoReference();
            }
            in.skip();
        }
    }

    private void requireNoReference() {
        if (!in.isNull()) {
            throw in.unsupported("is a file by reference, whose length is not known here; send its data.");
        }
    }

    void anthropic() {
        in.requireArray("an array of objects");
        int count = 0;
        while (in.next() != JsonToken.END_ARRAY) {
            in.requireObject();
            count++;
            message(ANTHROPIC_ROLES, BLOCKS);
        }
        if (count == 0) {
            throw in.empty();
        }
    }

    private void message(List<String> roles, List<String> parts) {
        boolean role = false;
        boolean content = false;
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            switch (name) {
                case "role" -> {
                    in.oneOf(roles);
                    role = true;
                }
                case "content" -> {
                    content(parts, "a string or an array of objects");
                    content = true;
                }
                default -> in.skip();
            }
        }
        requireWhole(role ? "user" : "", content, false);
    }

    void system() {
        content(List.of("text"), "a string or an array of objects");
    }

    void responseInput() {
        if (in.token() == JsonToken.VALUE_STRING) {
            return;
        }
        in.requireArray("a string or an array of objects");
        int count = 0;
        while (in.next() != JsonToken.END_ARRAY) {
            in.requireObject();
            count++;
            item();
        }
        if (count == 0) {
            throw in.empty();
        }
    }

    private void item() {
        String type = "message";
        boolean role = false;
        boolean content = false;
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            switch (name) {
                case "type" -> type = in.text();
                case "role" -> {
                    in.oneOf(RESPONSE_ROLES);
                    role = true;
                }
                case "content" -> {
                    if (!in.isNull()) {
                        itemContent();
                        content = true;
                    }
                }
                case "call_id", "name", "arguments" -> in.requireText();
                case "output" -> itemContent();
                default -> in.skip();
            }
        }
        if (!RESPONSE_ITEMS.contains(type)) {
            throw RefusedRequest.unsupported(
                    in.path() + ".type", "is '" + RequestReader.quoted(type) + "': served are " + RESPONSE_ITEMS + ".");
        }
        if (type.equals("message")) {
            requireWhole(role ? "user" : "", content, false);
        }
    }

    /** Also reasoning has a content, whose parts no caller writes: they came from an answer. */
    private void itemContent() {
        if (in.token() == JsonToken.VALUE_STRING) {
            return;
        }
        in.requireArray("a string or an array of objects");
        while (in.next() != JsonToken.END_ARRAY) {
            in.requireObject();
            part(RESPONSE_PARTS);
        }
    }
}
