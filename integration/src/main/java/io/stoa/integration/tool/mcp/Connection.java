package io.stoa.integration.tool.mcp;

import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A connection to one server, over which JSON-RPC 2.0 messages go. Once something went wrong it is of no more use. */
interface Connection extends AutoCloseable {
    /**
     * Sends a request and waits for its answer.
     *
     * @return the whole answer, with {@code result} or {@code error}
     * @throws io.stoa.model.StoaException of kind {@code ENGINE} when there is none in time, or the server misbehaves
     */
    JsonNode ask(long id, ObjectNode request, Duration patience);

    /** Sends a notification. */
    void tell(ObjectNode notification, Duration patience);

    /** What the server and this side agreed on when they introduced themselves. */
    default void agreedOn(String version) {}

    /** Whether it can still be used. */
    boolean isOpen();

    @Override
    void close();

    /**
     * What to answer to a message that the server sent by itself: nothing is offered to servers, so only {@code ping} is
     * answered; sampling, elicitation and roots are refused.
     */
    static Optional<ObjectNode> answerTo(JsonNode message) {
        JsonNode id = message.path("id");
        if (!message.path("method").isString() || !(id.isString() || id.isIntegralNumber())) {
            return Optional.empty();
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("jsonrpc", "2.0");
        answer.set("id", id);
        if (message.path("method").stringValue("").equals("ping")) {
            answer.putObject("result");
        } else {
            answer.putObject("error").put("code", -32601).put("message", "not offered");
        }
        return Optional.of(answer);
    }
}
