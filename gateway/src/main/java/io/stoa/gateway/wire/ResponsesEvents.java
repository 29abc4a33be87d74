package io.stoa.gateway.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Chat completion chunks as the events of a response, numbered in order. */
final class ResponsesEvents implements EventTranslation, ChunkReader.Listener {
    private final ResponsesTranslation request;
    private final ChunkReader reader = new ChunkReader(this);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    private final String id = "resp_" + UUID.randomUUID();
    private final long created = System.currentTimeMillis() / 1000;

    private final ArrayNode output = Json.MAPPER.createArrayNode();
    private final Map<Integer, Call> calls = new TreeMap<>();
    private final StringBuilder open = new StringBuilder();
    private Open kind = Open.NOTHING;
    private String itemId = "";
    private int sequence;
    private boolean begun;
    private boolean over;
    private Optional<String> finish = Optional.empty();
    private ObjectNode usage = ResponsesTranslation.usage(Json.MAPPER.createObjectNode());

    private enum Open {
        NOTHING,
        TEXT,
        REFUSAL,
        REASONING
    }

    private static final class Call {
        private final String itemId = "fc_" + UUID.randomUUID();
        private final int outputIndex;
        private final String id;
        private final String name;
        private final StringBuilder arguments = new StringBuilder();

        private Call(int outputIndex, String id, String name) {
            this.outputIndex = outputIndex;
            this.id = id;
            this.name = name;
        }

        private ObjectNode item(String status) {
            return ResponsesTranslation.callItem(itemId, id, name, arguments.toString(), status);
        }
    }

    ResponsesEvents(ResponsesTranslation request) {
        this.request = request;
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
            if (finish.isEmpty()) {
                failed("the upstream's stream ended before its answer did");
            } else {
                complete();
            }
        }
        return told();
    }

    @Override
    public byte[] fail(ApiError error) {
        if (!over) {
            failure(error.code().orElse("server_error"), error.message());
        }
        return told();
    }

    private byte[] told() {
        byte[] bytes = out.toByteArray();
        out.reset();
        return bytes;
    }

    @Override
    public void chunk(JsonNode chunk) {
        begin();
    }

    private void begin() {
        if (!begun) {
            begun = true;
            event("response.created", whole("in_progress"));
            event("response.in_progress", whole("in_progress"));
        }
    }

    @Override
    public void reasoning(String delta) {
        open(Open.REASONING);
        open.append(delta);
        event("response.reasoning_text.delta", part().put("delta", delta));
    }

    @Override
    public void text(String delta) {
        open(Open.TEXT);
        open.append(delta);
        ObjectNode event = part().put("delta", delta);
        event.putArray("logprobs");
        event("response.output_text.delta", event);
    }

    @Override
    public void refusal(String delta) {
        open(Open.REFUSAL);
        open.append(delta);
        event("response.refusal.delta", part().put("delta", delta));
    }

    private void open(Open wanted) {
        if (kind == wanted) {
            return;
        }
        close();
        kind = wanted;
        boolean reasoning = wanted == Open.REASONING;
        itemId = (reasoning ? "rs_" : "msg_") + UUID.randomUUID();
        ObjectNode item = reasoning
                ? ResponsesTranslation.reasoningItem(itemId, "")
                : ResponsesTranslation.messageItem(itemId, "in_progress");
        added(item);
        event("response.content_part.added", part().set("part", content("")));
    }

    private ObjectNode content(String text) {
        return switch (kind) {
            case TEXT, NOTHING -> ResponsesTranslation.textPart(text);
            case REFUSAL -> ResponsesTranslation.refusalPart(text);
            case REASONING ->
                Json.MAPPER.createObjectNode().put("type", "reasoning_text").put("text", text);
        };
    }

    private void close() {
        if (kind == Open.NOTHING) {
            return;
        }
        String text = open.toString();
        open.setLength(0);
        switch (kind) {
            case TEXT, NOTHING -> {
                ObjectNode done = part().put("text", text);
                done.putArray("logprobs");
                event("response.output_text.done", done);
            }
            case REFUSAL -> event("response.refusal.done", part().put("refusal", text));
            case REASONING -> event("response.reasoning_text.done", part().put("text", text));
        }
        event("response.content_part.done", part().set("part", content(text)));
        ObjectNode item;
        if (kind == Open.REASONING) {
            item = ResponsesTranslation.reasoningItem(itemId, text);
        } else {
            item = ResponsesTranslation.messageItem(itemId, "completed");
            ((ArrayNode) item.path("content")).add(content(text));
        }
        done(output.size() - 1, item);
        kind = Open.NOTHING;
    }

    /** Where the open part is: it belongs to the last item. */
    private ObjectNode part() {
        return Json.MAPPER
                .createObjectNode()
                .put("item_id", itemId)
                .put("output_index", output.size() - 1)
                .put("content_index", 0);
    }

    @Override
    public void toolCall(int index, String callId, String name, String argumentsDelta) {
        Call call = calls.get(index);
        if (call == null) {
            close();
            call = new Call(output.size(), callId, name);
            calls.put(index, call);
            added(call.item("in_progress"));
        }
        if (!argumentsDelta.isEmpty()) {
            call.arguments.append(argumentsDelta);
            event(
                    "response.function_call_arguments.delta",
                    Json.MAPPER
                            .createObjectNode()
                            .put("item_id", call.itemId)
                            .put("output_index", call.outputIndex)
                            .put("delta", argumentsDelta));
        }
    }

    private void closeCalls() {
        for (Call call : calls.values()) {
            event(
                    "response.function_call_arguments.done",
                    Json.MAPPER
                            .createObjectNode()
                            .put("item_id", call.itemId)
                            .put("output_index", call.outputIndex)
                            .put("name", call.name)
                            .put("arguments", call.arguments.toString()));
            done(call.outputIndex, call.item("completed"));
        }
    }

    private void added(ObjectNode item) {
        event(
                "response.output_item.added",
                Json.MAPPER
                        .createObjectNode()
                        .put("output_index", output.size())
                        .set("item", item));
        output.add(item);
    }

    private void done(int outputIndex, ObjectNode item) {
        output.set(outputIndex, item);
        event(
                "response.output_item.done",
                Json.MAPPER.createObjectNode().put("output_index", outputIndex).set("item", item));
    }

    @Override
    public void finish(String reason, JsonNode choice) {
        finish = Optional.of(reason);
    }

    @Override
    public void usage(JsonNode told) {
        usage = ResponsesTranslation.usage(told);
    }

    private void complete() {
        begin();
        if (kind == Open.NOTHING && calls.isEmpty()) {
            open(Open.TEXT);
        }
        close();
        closeCalls();
        ObjectNode whole = whole("completed");
        ObjectNode response = (ObjectNode) whole.path("response");
        ResponsesTranslation.finish(response, finish.orElse("stop"));
        response.set("usage", usage);
        over = true;
        event("response." + response.path("status").asString("completed"), whole);
    }

    @Override
    public void failed(String message) {
        failure("server_error", message);
    }

    private void failure(String code, String message) {
        begin();
        ObjectNode whole = whole("failed");
        ((ObjectNode) whole.path("response"))
                .putObject("error")
                .put("code", code)
                .put("message", message);
        over = true;
        event("response.failed", whole);
    }

    private ObjectNode whole(String status) {
        ObjectNode response = request.response(id, created).put("status", status);
        response.set("output", output.deepCopy());
        return Json.MAPPER.createObjectNode().set("response", response);
    }

    private void event(String type, ObjectNode content) {
        ObjectNode event = Json.MAPPER.createObjectNode().put("type", type).put("sequence_number", sequence++);
        event.setAll(content);
        out.writeBytes(("event: " + type + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(Json.MAPPER.writeValueAsBytes(event));
        out.writeBytes(new byte[] {'\n', '\n'});
    }
}
