package io.stoa.gateway.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads chat completion chunks out of server-sent events that may be cut anywhere. */
final class ChunkReader {
    /** A chunk that is longer than this is no token. */
    private static final int LONGEST_LINE = 4 << 20;

    private final Listener listener;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    private boolean ended;
    private boolean failed;

    ChunkReader(Listener listener) {
        this.listener = listener;
    }

    /** Hears what a chunk says, for its first choice. */
    interface Listener {
        /** The first chunk has come. Called before anything else, once or for every chunk. */
        void chunk(JsonNode chunk);

        void text(String delta);

        void refusal(String delta);

        void reasoning(String delta);

        /**
         * A piece of a call.
         *
         * @param id empty but in the call's first piece
         * @param name likewise
         */
        void toolCall(int index, String id, String name, String argumentsDelta);

        void finish(String reason, JsonNode choice);

        void usage(JsonNode usage);

        /** The upstream told of an error, or told nonsense. */
        void failed(String message);
    }

    /** Whether {@code [DONE]} has come. */
    boolean hasEnded() {
        return ended;
    }

    void feed(byte[] bytes) {
        int from = 0;
        for (int i = 0; i < bytes.length && !failed; i++) {
            if (bytes[i] == '\n') {
                line.write(bytes, from, i - from);
                from = i + 1;
                line();
            }
        }
        line.write(bytes, from, bytes.length - from);
        if (line.size() > LONGEST_LINE) {
            fail("the upstream sent a line of more than " + LONGEST_LINE + " bytes");
        }
    }

    void end() {
        line();
    }

    private void line() {
        String text = line.toString(StandardCharsets.UTF_8).stripTrailing();
        line.reset();
        if (ended || failed) {
            return;
        }
        if (text.startsWith("data:")) {
            data(text.substring(5).strip());
        } else if (text.startsWith("error:")) {
            fail(AnswerScan.error(("{\"error\":" + text.substring(6) + "}").getBytes(StandardCharsets.UTF_8))
                    .orElse(text));
        }
    }

    private void data(String data) {
        if (data.equals("[DONE]")) {
            ended = true;
            return;
        }
        JsonNode chunk;
        try {
            chunk = Json.MAPPER.readTree(data);
        } catch (JacksonException _) {
            fail("the upstream sent an event that is not JSON");
            return;
        }
        JsonNode error = chunk.path("error");
        if (!error.isMissingNode() && !error.isNull()) {
            fail(error.isString() ? error.stringValue() : error.path("message").asString("the upstream failed"));
            return;
        }
        listener.chunk(chunk);
        if (chunk.path("usage").isObject()) {
            listener.usage(chunk.path("usage"));
        }
        for (JsonNode choice : chunk.path("choices")) {
            if (choice.path("index").asInt(0) == 0) {
                choice(choice);
            }
        }
    }

    private void choice(JsonNode choice) {
        JsonNode delta = choice.path("delta");
        JsonNode reasoning = delta.path("reasoning_content");
        String thought = (reasoning.isString() ? reasoning : delta.path("reasoning")).asString("");
        if (!thought.isEmpty()) {
            listener.reasoning(thought);
        }
        String text = delta.path("content").asString("");
        if (!text.isEmpty()) {
            listener.text(text);
        }
        String refusal = delta.path("refusal").asString("");
        if (!refusal.isEmpty()) {
            listener.refusal(refusal);
        }
        for (JsonNode call : delta.path("tool_calls")) {
            listener.toolCall(
                    call.path("index").asInt(0),
                    call.path("id").asString(""),
                    call.path("function").path("name").asString(""),
                    call.path("function").path("arguments").asString(""));
        }
        String finish = choice.path("finish_reason").asString("");
        if (!finish.isEmpty()) {
            listener.finish(finish, choice);
        }
    }

    private void fail(String message) {
        if (!failed) {
            failed = true;
            line.reset();
            listener.failed(message);
        }
    }
}
