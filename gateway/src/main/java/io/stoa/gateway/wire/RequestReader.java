package io.stoa.gateway.wire;

import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;

/**
 * Values of expected types out of a request's bytes. What is of another type is refused in OpenAI's words with its path,
 * which is put together only then: from where the parser stands.
 */
final class RequestReader implements AutoCloseable {
    private static final int QUOTED = 40;

    private final JsonParser parser;

    private RequestReader(JsonParser parser) {
        this.parser = parser;
    }

    /** Stands at the opening brace of a body, which must be an object in UTF-8. */
    static RequestReader of(byte[] body) {
        if (body.length == 0) {
            throw notJson("it is empty");
        }
        int wrong = Utf8.firstWrong(body);
        if (wrong >= 0) {
            throw notJson("byte " + wrong + " is not valid UTF-8");
        }
        refuseOtherEncodings(body);
        RequestReader reader = new RequestReader(Json.STRICT.createParser(ObjectReadContext.empty(), body));
        if (reader.next() != JsonToken.START_OBJECT) {
            reader.close();
            throw notJson("it must be an object, such as {\"model\": …}");
        }
        return reader;
    }

    /** The parser would take a body with zeros or with a mark for UTF-16, and its places would not be bytes. */
    private static void refuseOtherEncodings(byte[] body) {
        for (int i = 0; i < Math.min(4, body.length); i++) {
            if (body[i] == 0) {
                throw notJson("it must be UTF-8 and not UTF-16 or UTF-32");
            }
        }
        if (body[0] == (byte) 0xEF) {
            throw notJson("it begins with a byte order mark; leave that out");
        }
    }

    static RefusedRequest notJson(String why) {
        return new RefusedRequest(new ApiError(
                400,
                "invalid_request_error",
                Optional.of("invalid_json"),
                Optional.empty(),
                "We could not parse the JSON body of your request: " + why));
    }

    /** A parser's complaint, in one sentence without what the parser adds for its programmers. */
    static RefusedRequest notJson(JacksonException complaint) {
        String why = complaint.getOriginalMessage();
        if (complaint instanceof StreamConstraintsException) {
            return notJson("it is beyond what is read: " + firstSentence(why));
        }
        if (why.startsWith("Duplicate Object property")) {
            String name = complaint instanceof StreamReadException read && read.processor() != null
                    ? pathOf(read.processor())
                    : "";
            return RefusedRequest.field(
                    name, "duplicate_parameter", "Duplicate parameter: '" + name + "' is given more than once.");
        }
        return notJson(firstSentence(why) + " (at byte "
                + Math.max(0, complaint.getLocation().getByteOffset()) + ")");
    }

    private static String firstSentence(String why) {
        int end = why.indexOf('\n');
        String line = end < 0 ? why : why.substring(0, end);
        return line.length() <= 200 ? line : line.substring(0, 200) + "…";
    }

    JsonToken next() {
        return parser.nextToken();
    }

    JsonToken token() {
        return parser.currentToken();
    }

    /** The next member's name, with its value as the current token; {@code ""} at the object's end. */
    String member() {
        String name = parser.nextName();
        if (name == null) {
            return "";
        }
        parser.nextToken();
        return name.isEmpty() ? "(empty)" : name;
    }

    boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    void skip() {
        parser.skipChildren();
    }

    String text() {
        requireText();
        return parser.getString();
    }

    void requireText() {
        require(JsonToken.VALUE_STRING, "a string");
    }

    void requireObject() {
        require(JsonToken.START_OBJECT, "an object");
    }

    void requireArray(String of) {
        require(JsonToken.START_ARRAY, of);
    }

    private void require(JsonToken wanted, String expected) {
        if (parser.currentToken() != wanted) {
            throw wrongType(expected);
        }
    }

    boolean truth() {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case null, default -> throw wrongType("a boolean");
        };
    }

    int whole(int least, int most) {
        return (int) wide(least, most);
    }

    long wide(long least, long most) {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw wrongType("an integer");
        }
        boolean fits = parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        if (fits && parser.getLongValue() >= least && parser.getLongValue() <= most) {
            return parser.getLongValue();
        }
        boolean below = parser.getString().charAt(0) == '-' || (fits && parser.getLongValue() < least);
        throw outside("integer", below, below ? String.valueOf(least) : String.valueOf(most));
    }

    void number(double least, double most) {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                && parser.currentToken() != JsonToken.VALUE_NUMBER_FLOAT) {
            throw wrongType("a decimal");
        }
        double value = parser.getDoubleValue();
        if (!(value >= least && value <= most)) {
            throw outside("decimal", value < least, String.valueOf(value < least ? least : most));
        }
    }

    private RefusedRequest outside(String kind, boolean below, String bound) {
        String path = path();
        return RefusedRequest.field(
                path,
                kind + (below ? "_below_min_value" : "_above_max_value"),
                "Invalid '" + path + "': " + kind + (below ? " below minimum" : " above maximum")
                        + " value. Expected a value " + (below ? ">= " : "<= ") + bound + ", but got "
                        + quoted(parser.getString()) + " instead.");
    }

    String oneOf(List<String> allowed) {
        String value = text();
        if (!allowed.contains(value)) {
            throw wrongValue(value, allowed);
        }
        return value;
    }

    RefusedRequest wrongValue(String value, List<String> allowed) {
        String path = path();
        return RefusedRequest.field(
                path,
                "invalid_value",
                "Invalid value for '" + path + "': '" + quoted(value) + "'. Supported values are: '"
                        + String.join("', '", allowed) + "'.");
    }

    RefusedRequest wrongType(String expected) {
        String path = path();
        return RefusedRequest.field(
                path,
                "invalid_type",
                "Invalid type for '" + path + "': expected " + expected + ", but got " + kind() + " instead.");
    }

    private String kind() {
        return switch (parser.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "an integer";
            case VALUE_NUMBER_FLOAT -> "a decimal number";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            case null, default -> "nothing";
        };
    }

    static RefusedRequest missing(String path) {
        return RefusedRequest.field(path, "missing_required_parameter", "Missing required parameter: '" + path + "'.");
    }

    RefusedRequest empty() {
        String path = path();
        return RefusedRequest.field(
                path,
                "empty_array",
                "Invalid '" + path
                        + "': empty array. Expected an array with minimum length 1, but got an empty array instead.");
    }

    RefusedRequest tooMany(int most) {
        String path = path();
        return RefusedRequest.field(
                path,
                "array_above_max_length",
                "Invalid '" + path + "': array too long. Expected an array with maximum length " + most + ".");
    }

    RefusedRequest refused(String code, String why) {
        String path = path();
        return RefusedRequest.field(path, code, "Invalid '" + path + "': " + why);
    }

    RefusedRequest unsupported(String why) {
        return RefusedRequest.unsupported(path(), why);
    }

    static String quoted(String value) {
        return value.length() <= QUOTED ? value : value.substring(0, QUOTED) + "…";
    }

    /** Where the current value is, such as {@code messages[0].content}. */
    String path() {
        return pathOf(parser);
    }

    /** The length of the current string in UTF-16 units. */
    int textLength() {
        return parser.getStringLength();
    }

    boolean isEmptyText() {
        return parser.getStringLength() == 0;
    }

    /** The byte at which the current value begins. */
    int start() {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    /** The byte after what was read so far. */
    int end() {
        return (int) parser.currentLocation().getByteOffset();
    }

    private static String pathOf(JsonParser parser) {
        TokenStreamContext here = parser.streamReadContext();
        JsonToken token = parser.currentToken();
        if ((token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) && here.getParent() != null) {
            here = here.getParent();
        }
        StringBuilder path = new StringBuilder();
        for (TokenStreamContext at = here; at != null && !at.inRoot(); at = at.getParent()) {
            if (at.inArray()) {
                path.insert(0, "[" + at.getCurrentIndex() + "]");
            } else if (at.currentName() != null) {
                path.insert(0, quoted(at.currentName()));
                path.insert(0, at.getParent() != null && !at.getParent().inRoot() ? "." : "");
            }
        }
        return path.toString();
    }

    @Override
    public void close() {
        parser.close();
    }
}
