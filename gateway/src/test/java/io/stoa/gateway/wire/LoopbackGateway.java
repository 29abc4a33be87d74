package io.stoa.gateway.wire;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Serves the wire package's calls on loopback with a scripted model: it calls the first tool it is offered, tells what
 * the tool said, answers schemas with {@code {"x":1}}, and says hello otherwise. Streams come in pieces of a few bytes.
 */
public final class LoopbackGateway implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger requests = new AtomicInteger();

    public LoopbackGateway() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** How often it was asked. */
    public int requests() {
        return requests.get();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            ApiCall call = ApiCall.of(exchange.getRequestURI().getPath()).orElseThrow();
            try {
                answer(exchange, call, body);
            } catch (RefusedRequest e) {
                send(exchange, e.error().status(), ErrorBody.bytes(call, e.error()));
            }
        }
    }

    private static void answer(HttpExchange exchange, ApiCall call, byte[] body) throws IOException {
        RequestFacts facts = RequestScan.scan(call, body);
        if (facts.model().equals("nobody")) {
            throw new RefusedRequest(
                    ApiError.of(404, "invalid_request_error", "model_not_found", "The model 'nobody' does not exist."));
        }
        if (facts.model().equals("busy")) {
            throw new RefusedRequest(
                    ApiError.of(429, "rate_limit_error", "rate_limit_exceeded", "Too many requests; wait a second."));
        }
        switch (call) {
            case CHAT_COMPLETIONS -> chat(exchange, facts, body);
            case RESPONSES, MESSAGES -> translated(exchange, call, facts, body);
            case COUNT_TOKENS -> {
                JsonNode asked = JSON.readTree(TokenCount.tokenize(body));
                send(
                        exchange,
                        200,
                        TokenCount.answer(asked.path("messages").toString().length()));
            }
            case EMBEDDINGS -> send(exchange, 200, ScriptedModel.embeddings(JSON.readTree(body)));
            case COMPLETIONS -> send(exchange, 200, ScriptedModel.completion(JSON.readTree(body)));
            case TOKENIZE -> send(exchange, 200, "{\"count\":3,\"tokens\":[1,2,3]}".getBytes(StandardCharsets.UTF_8));
            case RERANK, DETOKENIZE -> throw new IllegalStateException("no client calls this");
        }
    }

    private static void chat(HttpExchange exchange, RequestFacts facts, byte[] body) throws IOException {
        byte[] sent = BodyEdit.of(facts, body)
                .model("up")
                .maxTokensIfAbsent(64)
                .includeUsage()
                .bytes();
        if (!facts.stream()) {
            send(exchange, 200, ScriptedModel.chat(JSON.readTree(sent)));
            return;
        }
        StreamScan scan = facts.includeUsage() ? StreamScan.passing() : StreamScan.withholdingUsage();
        try (OutputStream out = events(exchange)) {
            for (byte[] piece : ScriptedModel.pieces(JSON.readTree(sent))) {
                out.write(scan.feed(piece));
                out.flush();
            }
            out.write(scan.end());
        }
        if (scan.usage().isEmpty() || !scan.isDone()) {
            throw new IllegalStateException("the scan has missed usage or the end");
        }
    }

    private static void translated(HttpExchange exchange, ApiCall call, RequestFacts facts, byte[] body)
            throws IOException {
        Translation translation = Translation.of(call, body);
        byte[] chat = translation.chat();
        RequestFacts inner = RequestScan.scan(ApiCall.CHAT_COMPLETIONS, chat);
        JsonNode sent = JSON.readTree(BodyEdit.of(inner, chat)
                .model("up")
                .maxTokensIfAbsent(64)
                .includeUsage()
                .bytes());
        if (!facts.stream()) {
            send(exchange, 200, translation.answer(ScriptedModel.chat(sent)));
            return;
        }
        EventTranslation events = translation.events();
        try (OutputStream out = events(exchange)) {
            for (byte[] piece : ScriptedModel.pieces(sent)) {
                out.write(events.feed(piece));
                out.flush();
            }
            out.write(events.end());
        }
    }

    private static OutputStream events(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("content-type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    private static void send(HttpExchange exchange, int status, byte[] answer) throws IOException {
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
    }

    /** What the model answers. */
    static final class ScriptedModel {
        private ScriptedModel() {}

        static byte[] chat(JsonNode request) {
            ObjectNode answer = JSON.createObjectNode()
                    .put("id", "chatcmpl-1")
                    .put("object", "chat.completion")
                    .put("created", 1_700_000_000)
                    .put("model", request.path("model").asString(""));
            ObjectNode choice = answer.putArray("choices").addObject().put("index", 0);
            ObjectNode message = choice.putObject("message").put("role", "assistant");
            JsonNode last =
                    request.path("messages").get(request.path("messages").size() - 1);
            boolean result = last.path("role").asString("").equals("tool");
            String choiceOfTool = request.path("tool_choice").asString("auto");
            if (request.path("tools").size() > 0 && !result && !choiceOfTool.equals("none")) {
                message.putNull("content");
                ArrayNode calls = message.putArray("tool_calls");
                for (JsonNode tool : request.path("tools")) {
                    calls.addObject()
                            .put("id", "call_" + calls.size())
                            .put("type", "function")
                            .putObject("function")
                            .put("name", tool.path("function").path("name").asString(""))
                            .put("arguments", "{\"city\": \"Zürich\"}");
                }
                choice.put("finish_reason", "tool_calls");
            } else {
                String text = result
                        ? "It said: " + last.path("content").asString("")
                        : request.path("response_format")
                                        .path("type")
                                        .asString("")
                                        .equals("json_schema")
                                ? "{\"x\":1}"
                                : "Hello there, 世界!";
                message.put("content", text);
                choice.put("finish_reason", request.path("max_tokens").asInt(64) < 4 ? "length" : "stop");
            }
            answer.putObject("usage")
                    .put("prompt_tokens", 11)
                    .put("completion_tokens", 7)
                    .put("total_tokens", 18)
                    .putObject("prompt_tokens_details")
                    .put("cached_tokens", 4);
            return JSON.writeValueAsBytes(answer);
        }

        /** The same answer as chunks: texts and arguments in pieces of three characters, events in pieces of bytes. */
        static List<byte[]> pieces(JsonNode request) {
            JsonNode answer = JSON.readTree(chat(request));
            StringBuilder stream = new StringBuilder();
            chunk(stream, "{\"role\":\"assistant\",\"content\":\"\"}", "null");
            JsonNode message = answer.path("choices").path(0).path("message");
            for (String part : thirds(message.path("content").asString(""))) {
                chunk(stream, "{\"content\":" + JSON.writeValueAsString(part) + "}", "null");
            }
            for (int i = 0; i < message.path("tool_calls").size(); i++) {
                JsonNode call = message.path("tool_calls").get(i);
                String head = "{\"tool_calls\":[{\"index\":" + i + ",";
                chunk(
                        stream,
                        head + "\"id\":" + call.path("id") + ",\"type\":\"function\",\"function\":{\"name\":"
                                + call.path("function").path("name") + ",\"arguments\":\"\"}}]}",
                        "null");
                for (String part :
                        thirds(call.path("function").path("arguments").asString(""))) {
                    chunk(
                            stream,
                            head + "\"function\":{\"arguments\":" + JSON.writeValueAsString(part) + "}}]}",
                            "null");
                }
            }
            chunk(
                    stream,
                    "{}",
                    answer.path("choices").path(0).path("finish_reason").toString());
            if (request.path("stream_options").path("include_usage").asBoolean(false)) {
                stream.append(head())
                        .append("\"choices\":[],\"usage\":")
                        .append(answer.path("usage"))
                        .append("}\n\n");
            }
            byte[] bytes = stream.append("data: [DONE]\n\n").toString().getBytes(StandardCharsets.UTF_8);
            List<byte[]> pieces = new ArrayList<>();
            for (int at = 0; at < bytes.length; at += 97) {
                pieces.add(java.util.Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 97)));
            }
            return pieces;
        }

        private static String head() {
            return "data:"
                    + " {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"up\",";
        }

        private static void chunk(StringBuilder stream, String delta, String finish) {
            stream.append(head())
                    .append("\"choices\":[{\"index\":0,\"delta\":")
                    .append(delta)
                    .append(",\"finish_reason\":")
                    .append(finish)
                    .append("}]}\n\n");
        }

        private static List<String> thirds(String text) {
            List<String> parts = new ArrayList<>();
            for (int at = 0; at < text.length(); at += 3) {
                parts.add(text.substring(at, Math.min(text.length(), at + 3)));
            }
            return parts;
        }

        static byte[] completion(JsonNode request) {
            ObjectNode answer = JSON.createObjectNode()
                    .put("id", "cmpl-1")
                    .put("object", "text_completion")
                    .put("created", 1_700_000_000)
                    .put("model", request.path("model").asString(""));
            answer.putArray("choices")
                    .addObject()
                    .put("index", 0)
                    .put("text", "lo")
                    .put("finish_reason", "stop")
                    .putNull("logprobs");
            answer.putObject("usage")
                    .put("prompt_tokens", 1)
                    .put("completion_tokens", 1)
                    .put("total_tokens", 2);
            return JSON.writeValueAsBytes(answer);
        }

        /** A vector whose angle is the text's length. */
        static byte[] embeddings(JsonNode request) {
            ObjectNode answer = JSON.createObjectNode().put("object", "list").put("model", "up");
            ArrayNode data = answer.putArray("data");
            JsonNode input = request.path("input");
            List<JsonNode> texts = input.isArray() ? input.valueStream().toList() : List.of(input);
            for (JsonNode text : texts) {
                double angle = text.asString("").length() / 10.0;
                ObjectNode each = data.addObject().put("object", "embedding").put("index", data.size() - 1);
                if (request.path("encoding_format").asString("float").equals("base64")) {
                    java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
                    bytes.putFloat((float) Math.cos(angle)).putFloat((float) Math.sin(angle));
                    each.put("embedding", java.util.Base64.getEncoder().encodeToString(bytes.array()));
                } else {
                    each.putArray("embedding").add(Math.cos(angle)).add(Math.sin(angle));
                }
            }
            answer.putObject("usage").put("prompt_tokens", 5).put("total_tokens", 5);
            return JSON.writeValueAsBytes(answer);
        }
    }
}
