package io.stoa.gateway.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Chat completion chunks as the events of a message: blocks come one after another. */
final class MessagesEvents implements EventTranslation, ChunkReader.Listener {
    private static final int NO_BLOCK = -2;
    private static final int TEXT_BLOCK = -1;

    private final JsonNode model;
    private final ChunkReader reader = new ChunkReader(this);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(1024);

    private boolean begun;
    private boolean over;
    private boolean refused;
    /** The call whose block is open, or one of the two constants. */
    private int open = NO_BLOCK;

    private int lastCall = -1;
    private int blocks;
    private Optional<String> finish = Optional.empty();
    private JsonNode lastChoice = Json.MAPPER.createObjectNode();
    private JsonNode usage = Json.MAPPER.createObjectNode();

    MessagesEvents(JsonNode model) {
        this.model = model;
    }

    @Override
    public byte[] feed(byte[] chunk) {
        reader.feed(chunk);
        return told();
    }

    @Override
    public byte[] end() {
        reader.end();
        if (!over) {
            if (finish.isPresent()) {
                complete(finish.get());
            } else {
                failed("the upstream's stream ended before its answer did");
            }
        }
        return told();
    }

    @Override
    public byte[] fail(ApiError error) {
        error(error);
        return told();
    }

    private byte[] told() {
        byte[] bytes = out.toByteArray();
        out.reset();
        return bytes;
    }

    @Override
    public void chunk(JsonNode chunk) {
        if (begun) {
            return;
        }
        begun = true;
        ObjectNode event = Json.MAPPER.createObjectNode();
        ObjectNode message = MessagesTranslation.message(model);
        message.set("usage", MessagesTranslation.usage(chunk.path("usage")));
        event("message_start", event.set("message", message));
    }

    @Override
    public void text(String delta) {
        if (open != TEXT_BLOCK) {
            ObjectNode block =
                    Json.MAPPER.createObjectNode().put("type", "text").put("text", "");
            start(TEXT_BLOCK, block);
        }
        delta(Json.MAPPER.createObjectNode().put("type", "text_delta").put("text", delta));
    }

    @Override
    public void refusal(String delta) {
        refused = true;
        text(delta);
    }

    /** Not told: see {@link MessagesTranslation}. */
    @Override
    public void reasoning(String delta) {}

    @Override
    public void toolCall(int index, String id, String name, String argumentsDelta) {
        if (over) {
            return;
        }
        if (open != index) {
            if (index <= lastCall) {
                failed("the upstream went back to a call that it had ended");
                return;
            }
            lastCall = index;
            ObjectNode block = Json.MAPPER
                    .createObjectNode()
                    .put("type", "tool_use")
                    .put("id", id)
                    .put("name", name);
            block.putObject("input");
            start(index, block);
        }
        if (!argumentsDelta.isEmpty()) {
            delta(Json.MAPPER.createObjectNode().put("type", "input_json_delta").put("partial_json", argumentsDelta));
        }
    }

    private void start(int kind, ObjectNode block) {
        stopBlock();
        open = kind;
        event(
                "content_block_start",
                Json.MAPPER.createObjectNode().put("index", blocks).set("content_block", block));
    }

    private void delta(ObjectNode delta) {
        event(
                "content_block_delta",
                Json.MAPPER.createObjectNode().put("index", blocks).set("delta", delta));
    }

    private void stopBlock() {
        if (open != NO_BLOCK) {
            event("content_block_stop", Json.MAPPER.createObjectNode().put("index", blocks));
            blocks++;
            open = NO_BLOCK;
        }
    }

    @Override
    public void finish(String reason, JsonNode choice) {
        finish = Optional.of(reason);
        lastChoice = choice;
    }

    @Override
    public void usage(JsonNode told) {
        usage = told;
    }

    private void complete(String reason) {
        stopBlock();
        ObjectNode delta = Json.MAPPER.createObjectNode();
        MessagesTranslation.stop(delta, reason, lastChoice, refused);
        ObjectNode last = Json.MAPPER.createObjectNode();
        last.set("delta", delta);
        last.set("usage", MessagesTranslation.usage(usage));
        event("message_delta", last);
        event("message_stop", Json.MAPPER.createObjectNode());
        over = true;
    }

    @Override
    public void failed(String message) {
        error(ApiError.of(502, "api_error", "upstream_failed", message));
    }

    private void error(ApiError error) {
        if (!over) {
            over = true;
            out.writeBytes(ErrorBody.event(ApiCall.MESSAGES, error));
        }
    }

    private void event(String type, ObjectNode content) {
        if (over) {
            return;
        }
        ObjectNode event = Json.MAPPER.createObjectNode().put("type", type);
        event.setAll(content);
        out.writeBytes(("event: " + type + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(Json.MAPPER.writeValueAsBytes(event));
        out.writeBytes(new byte[] {'\n', '\n'});
    }
}
