package io.stoa.gateway.wire;

import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The text of a request, for those who judge it: guards read all of it, a router reads what was asked last. Found in a
 * second pass, which only requests pay for whose route has a guard or a router.
 *
 * @param last the text of the last user message, or the last prompt or input
 * @param all every text that the model will read, one a line: of messages of any role, arguments and results of tools,
 *     documents, instructions; without pictures and other data
 */
public record PromptText(String last, String all) {
    private static final Set<String> READ = Set.of(
            "messages",
            "prompt",
            "input",
            "system",
            "instructions",
            "query",
            "documents",
            "content",
            "tools",
            "functions",
            "suffix");
    private static final Set<String> NOT_TEXT = Set.of(
            "role",
            "type",
            "id",
            "call_id",
            "tool_call_id",
            "tool_use_id",
            "url",
            "image_url",
            "data",
            "file_data",
            "media_type",
            "encrypted_content",
            "signature");

    /** Reads the text of a request that {@link RequestScan} has accepted. */
    public static PromptText of(ApiCall call, byte[] body) {
        Collector texts = new Collector();
        try (JsonParser parser = Json.parser(body, 0, body.length)) {
            parser.nextToken();
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                if (READ.contains(name)) {
                    texts.collect(parser, !name.equals("tools") && !name.equals("functions"));
                } else {
                    parser.skipChildren();
                }
            }
        } catch (JacksonException e) {
            throw RequestReader.notJson(e);
        }
        return new PromptText(texts.last, texts.all.toString());
    }

    private static final class Collector {
        private final StringBuilder all = new StringBuilder();
        private String last = "";

        /** One member, with all that is in it. */
        private void collect(JsonParser parser, boolean mayBeLast) {
            int depth = 0;
            int begun = all.length();
            String role = "user";
            JsonToken token = parser.currentToken();
            while (true) {
                switch (token) {
                    case START_OBJECT, START_ARRAY -> {
                        depth++;
                        if (depth == 2) {
                            begun = all.length();
                            role = "";
                        }
                    }
                    case END_OBJECT, END_ARRAY -> {
                        depth--;
                        if (depth == 1 && mayBeLast && role.equals("user") && all.length() > begun) {
                            last = all.substring(begun).strip();
                        }
                    }
                    case VALUE_STRING -> {
                        String name = parser.currentName();
                        if (depth == 2 && "role".equals(name)) {
                            role = parser.getString();
                        } else if (name == null || !NOT_TEXT.contains(name)) {
                            if (depth < 2) {
                                last = mayBeLast ? parser.getString() : last;
                            }
                            all.append(parser.getString()).append('\n');
                        }
                    }
                    case null, default -> {}
                }
                if (depth == 0 || token == null) {
                    return;
                }
                token = parser.nextToken();
            }
        }
    }
}
