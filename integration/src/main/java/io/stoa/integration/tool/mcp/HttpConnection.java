package io.stoa.integration.tool.mcp;

import io.stoa.integration.tool.ForeignJson;
import io.stoa.integration.tool.Outbound;
import io.stoa.model.StoaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A server that is reached over HTTP (MCP, transport "Streamable HTTP"): each message is posted; the answer is JSON, or a
 * stream of events (text/event-stream) that ends with it. The stream of what a server would say by itself is not asked
 * for: tools are listed anew before each call instead.
 */
final class HttpConnection implements Connection {
    private static final Pattern SESSION = Pattern.compile("[!-~]{1,512}");
    private static final Duration LEAVE = Duration.ofSeconds(2);

    private final String name;
    private final Outbound outbound;
    private final McpLimits limits;
    private volatile Optional<String> session = Optional.empty();
    private volatile Optional<String> version = Optional.empty();
    private volatile boolean open = true;

    HttpConnection(String name, Outbound outbound, McpLimits limits) {
        this.name = name;
        this.outbound = outbound;
        this.limits = limits;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void agreedOn(String agreed) {
        version = Optional.of(agreed);
    }

    @Override
    public JsonNode ask(long id, ObjectNode request, Duration patience) {
        List<ObjectNode> replies = new ArrayList<>();
        try {
            Optional<JsonNode> answer =
                    outbound.exchange(posted(request), patience, response -> answer(id, response, replies));
            replies.forEach(reply -> tell(reply, patience));
            return answer.orElseThrow(() -> misbehaves("ends its answer without answering"));
        } catch (StoaException e) {
            open = false;
            throw e;
        }
    }

    @Override
    public void tell(ObjectNode notification, Duration patience) {
        outbound.exchange(posted(notification), patience, response -> {
            requireAccepted(response);
            return true;
        });
    }

    private HttpRequest.Builder posted(ObjectNode message) {
        HttpRequest.Builder request = HttpRequest.newBuilder(outbound.base())
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(message.toString()));
        return identified(request);
    }

    private HttpRequest.Builder identified(HttpRequest.Builder request) {
        session.ifPresent(id -> request.header("Mcp-Session-Id", id));
        version.ifPresent(agreed -> request.header("MCP-Protocol-Version", agreed));
        return request;
    }

    private Optional<JsonNode> answer(long id, HttpResponse<InputStream> response, List<ObjectNode> replies)
            throws IOException {
        requireAccepted(response);
        response.headers().firstValue("Mcp-Session-Id").ifPresent(given -> {
            if (!SESSION.matcher(given).matches()) {
                throw misbehaves("gives a session that is no visible text");
            }
            session = Optional.of(given);
        });
        String type = response.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith("text/event-stream")) {
            return fromEvents(id, response.body(), replies);
        }
        if (!type.startsWith("application/json")) {
            throw misbehaves("answers with " + ForeignJson.firstLine(type) + " instead of JSON or events");
        }
        byte[] bytes = response.body().readNBytes(limits.largestMessage() + 1);
        requireSmall(bytes.length);
        JsonNode message = read(new String(bytes, StandardCharsets.UTF_8));
        return isAnswer(id, message) ? Optional.of(message) : Optional.empty();
    }

    private static boolean isAnswer(long id, JsonNode message) {
        return !message.has("method")
                && message.path("id").canConvertToLong()
                && message.path("id").longValue() == id;
    }

    /** Reads events until one holds the answer (WHATWG HTML, server-sent events; only {@code data} fields count). */
    private Optional<JsonNode> fromEvents(long id, InputStream body, List<ObjectNode> replies) throws IOException {
        StringBuilder data = new StringBuilder();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long all = 0;
        byte[] some = new byte[8192];
        for (int count = body.read(some); count >= 0; count = body.read(some)) {
            all += count;
            if (all > limits.mostUnasked()) {
                throw misbehaves("sends more than " + limits.mostUnasked() + " bytes without answering");
            }
            for (int i = 0; i < count; i++) {
                if (some[i] != '\n') {
                    line.write(some[i]);
                    requireSmall(line.size());
                    continue;
                }
                String text = line.toString(StandardCharsets.UTF_8).stripTrailing();
                line.reset();
                if (text.startsWith("data:")) {
                    data.append(text.substring(5).strip());
                    requireSmall(data.length());
                } else if (text.isEmpty() && !data.isEmpty()) {
                    JsonNode message = read(data.toString());
                    data.setLength(0);
                    if (isAnswer(id, message)) {
                        return Optional.of(message);
                    }
                    Connection.answerTo(message).ifPresent(replies::add);
                }
            }
        }
        return Optional.empty();
    }

    private void requireSmall(long size) {
        if (size > limits.largestMessage()) {
            throw misbehaves("sends a message of more than " + limits.largestMessage() + " bytes");
        }
    }

    private JsonNode read(String text) {
        try {
            return ForeignJson.read(outbound.hidden(text));
        } catch (IllegalArgumentException e) {
            throw misbehaves("sends a message that is " + e.getMessage());
        }
    }

    private void requireAccepted(HttpResponse<InputStream> response) throws IOException {
        int status = response.statusCode();
        if (status == 200 || status == 202) {
            return;
        }
        String said = outbound.hidden(
                ForeignJson.firstLine(new String(response.body().readNBytes(2_000), StandardCharsets.UTF_8)));
        String advice = switch (status) {
            case 401, 403 -> "; check its token";
            case 404 -> session.isPresent() ? "; it has ended the session" : "; check its address";
            default -> "";
        };
        throw StoaException.engine("the MCP server " + name + " answers with status " + status
                + (said.isEmpty() ? "" : ": " + said) + advice);
    }

    private StoaException misbehaves(String what) {
        return StoaException.engine("the MCP server " + name + " " + what);
    }

    @Override
    public void close() {
        if (open && session.isPresent()) {
            try {
                outbound.exchange(
                        identified(HttpRequest.newBuilder(outbound.base()).DELETE()), LEAVE, _ -> true);
            } catch (StoaException _) {
                // a server need not let a client end its session
            }
        }
        open = false;
    }
}
