package io.stoa.integration.tool.openapi;

import io.stoa.integration.tool.ForeignJson;
import io.stoa.integration.tool.Outbound;
import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.openapi.Operation.In;
import io.stoa.integration.tool.openapi.Operation.Place;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An operation that is called at one address. Arguments are encoded so that none can leave its place: no value of a path
 * can add a segment, none of a header a line. The name of the effect is sent as {@code Idempotency-Key}.
 */
public final class OperationTool implements Tool {
    private static final int LARGEST_ANSWER = 4 << 20;
    private static final Pattern CHARSET = Pattern.compile("charset=\"?([A-Za-z0-9._-]{1,40})\"?");

    private final Operation operation;
    private final Outbound outbound;
    private final Description description;

    /**
     * An operation.
     *
     * @param outbound to the address below which its path is; closed with this
     * @param as the name that a model calls it by
     */
    public OperationTool(Operation operation, Outbound outbound, String as, Effects effects) {
        this.operation = operation;
        this.outbound = outbound;
        this.description = new Description(as, operation.text(), operation.parameters(), effects);
    }

    @Override
    public Description description() {
        return description;
    }

    @Override
    public String call(ObjectNode arguments, String effect, Duration patience) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address(arguments))
                .header("Accept", "application/json, text/*;q=0.9, */*;q=0.1")
                .method(operation.method(), body(arguments));
        if (has(In.BODY, arguments)) {
            request.header("Content-Type", "application/json");
        }
        if (description.effects() != Effects.NONE) {
            request.header("Idempotency-Key", effect);
        }
        in(In.HEADER, arguments).forEach(place -> request.header(place.name(), header(place, arguments)));
        return outbound.exchange(request, patience, this::told);
    }

    private List<Place> in(In in, ObjectNode arguments) {
        return operation.places().stream()
                .filter(place -> place.in() == in && arguments.has(place.argument()))
                .toList();
    }

    private boolean has(In in, ObjectNode arguments) {
        return !in(in, arguments).isEmpty();
    }

    private HttpRequest.BodyPublisher body(ObjectNode arguments) {
        return in(In.BODY, arguments).stream()
                .findFirst()
                .map(place -> HttpRequest.BodyPublishers.ofString(
                        arguments.path(place.argument()).toString()))
                .orElseGet(HttpRequest.BodyPublishers::noBody);
    }

    private String header(Place place, ObjectNode arguments) {
        String value = joined(arguments.path(place.argument()));
        if (!value.chars().allMatch(each -> each >= 0x20 && each < 0x7F)) {
            throw notSent("\"" + place.argument() + "\" holds characters that no header can hold");
        }
        return value;
    }

    private static String joined(JsonNode value) {
        return value.isArray()
                ? value.valueStream().map(JsonNode::asString).collect(Collectors.joining(","))
                : value.asString();
    }

    private URI address(ObjectNode arguments) {
        StringBuilder path = new StringBuilder();
        Matcher hole = Pattern.compile("\\{([^{}/]{1,100})}").matcher(operation.path());
        while (hole.find()) {
            hole.appendReplacement(path, Matcher.quoteReplacement(segment(hole.group(1), arguments)));
        }
        hole.appendTail(path);
        for (String segment : path.toString().split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                throw notSent("its path would lead elsewhere: " + path);
            }
        }
        String base = outbound.base().toString();
        String query = query(arguments);
        try {
            return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base)
                    + path
                    + (query.isEmpty() ? "" : "?" + query));
        } catch (IllegalArgumentException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    "the operation " + operation.name() + " makes no address: " + e.getMessage(),
                    e);
        }
    }

    private String segment(String name, ObjectNode arguments) {
        Place place = operation.places().stream()
                .filter(each -> each.in() == In.PATH && each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> notSent("nothing fills {" + name + "}"));
        String value = joined(arguments.path(place.argument()));
        // Many servers decode %2F before they take a path apart.
        if (value.isBlank() || value.chars().anyMatch(each -> each == '/' || each == '\\' || each < 0x20)) {
            throw notSent(
                    "\"" + place.argument() + "\" is empty or would change the path: " + ForeignJson.firstLine(value));
        }
        return encoded(value);
    }

    private String query(ObjectNode arguments) {
        List<String> parts = new ArrayList<>();
        for (Place place : in(In.QUERY, arguments)) {
            JsonNode value = arguments.path(place.argument());
            if (value.isArray() && place.exploded()) {
                value.forEach(each -> parts.add(encoded(place.name()) + "=" + encoded(each.asString())));
            } else if (!value.isNull()) {
                parts.add(encoded(place.name()) + "=" + encoded(joined(value)));
            }
        }
        return String.join("&", parts);
    }

    /** RFC 3986: only unreserved characters stay as they are. */
    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
    }

    private StoaException notSent(String why) {
        return StoaException.user("the operation " + operation.name() + " was not called: " + why);
    }

    private String told(HttpResponse<InputStream> answer) throws IOException {
        byte[] bytes = answer.body().readNBytes(LARGEST_ANSWER + 1);
        String type = answer.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        boolean whole = bytes.length <= LARGEST_ANSWER;
        String text = isText(type)
                ? outbound.hidden(new String(bytes, charset(type))) + (whole ? "" : "\n… (cut)")
                : "(" + (whole ? bytes.length : "more than " + LARGEST_ANSWER) + " bytes of "
                        + ForeignJson.firstLine(type.isEmpty() ? "an unknown type" : type) + ", which is no text)";
        int status = answer.statusCode();
        if (status / 100 == 2) {
            return bytes.length == 0 ? "Done (status " + status + ")." : text;
        }
        return "The tool reports an error: status " + status + (bytes.length == 0 ? "" : ": " + text);
    }

    private static boolean isText(String type) {
        return type.startsWith("text/") || type.contains("json") || type.contains("xml") || type.contains("yaml");
    }

    private static Charset charset(String type) {
        Matcher named = CHARSET.matcher(type);
        try {
            return named.find() ? Charset.forName(named.group(1)) : StandardCharsets.UTF_8;
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.UTF_8;
        }
    }

    @Override
    public void close() {
        outbound.close();
    }
}
