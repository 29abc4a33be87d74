package io.stoa.performance;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Objects;

/**
 * A model that answers at once with 1.5 KB, or with a stream of 50 events and the usage: its cost is small, and the same
 * for every gateway before it. A process of its own; {@code GET /counts} says what it did.
 */
final class MockUpstream extends VerticleBase {
    static final int PROMPT_TOKENS = 400;
    static final int ANSWER_TOKENS = 300;
    private static final int EVENTS = 50;
    private static final String HEAD = "{\"id\":\"chatcmpl-0123456789\",\"created\":1790000000,\"model\":\"mock\",";
    private static final String USAGE = "\"usage\":{\"prompt_tokens\":" + PROMPT_TOKENS + ",\"completion_tokens\":"
            + ANSWER_TOKENS + ",\"total_tokens\":" + (PROMPT_TOKENS + ANSWER_TOKENS) + "}}";

    private final int port;
    private final Buffer answer = Buffer.buffer(HEAD
            + "\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
            + "The answer is made of words that say nothing. ".repeat(26)
            + "\"},\"logprobs\":null,\"finish_reason\":\"stop\"}]," + USAGE);
    private final Buffer event = Buffer.buffer("data: " + HEAD
            + "\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" token\"},"
            + "\"logprobs\":null,\"finish_reason\":null}]}\n\n");
    private final Buffer last = Buffer.buffer(
            "data: " + HEAD + "\"object\":\"chat.completion.chunk\",\"choices\":[]," + USAGE + "\n\ndata: [DONE]\n\n");

    /** Of one event loop only, like all that is here. */
    private long requests;

    private long answers;
    private long streams;

    private MockUpstream(int port) {
        this.port = port;
    }

    /** {@code PORT}. */
    public static void main(String[] arguments) {
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1))
                .deployVerticle(new MockUpstream(Integer.parseInt(arguments[0])))
                .onFailure(cause -> {
                    System.err.println("mock upstream: " + cause.getMessage());
                    System.exit(1);
                });
    }

    @Override
    public Future<?> start() {
        return vertx.createHttpServer(new HttpServerOptions().setTcpNoDelay(true))
                .requestHandler(this::receive)
                .listen(port, "127.0.0.1");
    }

    private void receive(HttpServerRequest request) {
        switch (Objects.requireNonNullElse(request.path(), "")) {
            case "/health" -> json(request, "{}");
            case "/v1/models" ->
                json(
                        request,
                        "{\"object\":\"list\",\"data\":[{\"id\":\"mock\",\"object\":\"model\",\"revision\":\"1\"}]}");
            case "/counts" ->
                json(
                        request,
                        "{\"requests\":" + requests + ",\"answers\":" + answers + ",\"streams\":" + streams + "}");
            default -> request.body().onSuccess(body -> complete(request.response(), body));
        }
    }

    private static void json(HttpServerRequest request, String text) {
        var _ = request.response().putHeader("content-type", "application/json").end(text);
    }

    private void complete(HttpServerResponse response, Buffer body) {
        requests++;
        if (body.toString().contains("\"stream\":true")) {
            response.setChunked(true).putHeader("content-type", "text/event-stream");
            send(response, 0);
        } else {
            answers++;
            var _ = response.putHeader("content-type", "application/json").end(answer);
        }
    }

    /** One event a turn of the event loop, so that each is its own packet, as from a model. */
    private void send(HttpServerResponse response, int sent) {
        if (response.closed()) {
            return;
        }
        if (sent == EVENTS) {
            streams++;
            var _ = response.end(last);
            return;
        }
        var _ = response.write(event);
        context.runOnContext(_ -> send(response, sent + 1));
    }
}
