package io.stoa.performance;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * A model that answers at once with the same 1.5 KB, or with a stream of 50 events: its cost is small, and the same for
 * every gateway before it. A process of its own.
 */
final class MockUpstream extends AbstractVerticle {
    private static final int EVENTS = 50;

    private final int port;
    private final Buffer answer = Buffer.buffer(answer());
    private final Buffer event = Buffer.buffer("data:"
        + " {\"id\":\"chatcmpl-0123456789\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,\"model\":\"mock\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
        + " token\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n");
    private final Buffer last = Buffer.buffer("data:"
        + " {\"id\":\"chatcmpl-0123456789\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,\"model\":\"mock\",\"choices\":[],\"usage\":{\"prompt_tokens\":400,\"completion_tokens\":50,\"total_tokens\":450}}\n\n"
        + "data: [DONE]\n\n");

    private MockUpstream(int port) {
        this.port = port;
    }

    /** {@code PORT}. */
    public static void main(String[] arguments) {
        int port = Integer.parseInt(arguments[0]);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        vertx.deployVerticle(new MockUpstream(port), new DeploymentOptions())
                .onSuccess(_ -> System.out.println("listening"))
                .onFailure(cause -> {
                    System.err.println("mock upstream: " + cause.getMessage());
                    System.exit(1);
                });
    }

    private static String answer() {
        String text = "The answer is made of words that say nothing. ".repeat(26);
        return "{\"id\":\"chatcmpl-0123456789\",\"object\":\"chat.completion\",\"created\":1790000000,\"model\":\"mock\","
            + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                + "\"},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":400,"
                + "\"completion_tokens\":300,\"total_tokens\":700}}";
    }

    @Override
    public void start() {
        vertx.createHttpServer(new HttpServerOptions().setTcpNoDelay(true))
                .requestHandler(this::receive)
                .listen(port, "127.0.0.1");
    }

    private void receive(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            HttpServerResponse response = request.response();
            if (!isStreamed(body)) {
                response.putHeader("content-type", "application/json").end(answer);
                return;
            }
            response.setChunked(true).putHeader("content-type", "text/event-stream");
            send(response, 0);
        });
    }

    /** One event a turn of the event loop, so that each is its own packet, as from a model. */
    private void send(HttpServerResponse response, int sent) {
        if (response.closed()) {
            return;
        }
        if (sent == EVENTS) {
            response.end(last);
            return;
        }
        response.write(event);
        context.runOnContext(_ -> send(response, sent + 1));
    }

    private static boolean isStreamed(Buffer body) {
        return body.toString().contains("\"stream\":true");
    }
}
