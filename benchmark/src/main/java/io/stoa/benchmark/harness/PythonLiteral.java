package io.stoa.benchmark.harness;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads what Python's {@code repr} writes, as {@code ast.literal_eval} does: texts, numbers, lists, tuples, dicts. */
final class PythonLiteral {
    private static final int DEEPEST = 100;
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d[\\d_]*\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final String source;
    private int at;
    private int depth;

    private PythonLiteral(String source) {
        this.source = source;
    }

    /**
     * Reads a literal.
     *
     * @return absent where the text is none
     */
    static Optional<JsonNode> parse(String source) {
        try {
            PythonLiteral reader = new PythonLiteral(source);
            JsonNode value = reader.value();
            reader.space();
            return reader.at == source.length() ? Optional.of(value) : Optional.empty();
        } catch (NotLiteral e) {
            return Optional.empty();
        }
    }

    private JsonNode value() {
        space();
        if (++depth > DEEPEST) {
            throw new NotLiteral();
        }
        char first = peek();
        JsonNode value = switch (first) {
            case '[' -> list(']');
            case '(' -> list(')');
            case '{' -> dict();
            case '\'', '"' -> JSON.stringNode(texts());
            default -> Character.isLetter(first) ? word() : number();
        };
        depth--;
        return value;
    }

    private ArrayNode list(char end) {
        ArrayNode items = JSON.arrayNode();
        at++;
        space();
        while (peek() != end) {
            items.add(value());
            space();
            if (peek() == ',') {
                at++;
                space();
            } else if (peek() != end) {
                throw new NotLiteral();
            }
        }
        at++;
        return items;
    }

    private ObjectNode dict() {
        ObjectNode entries = JSON.objectNode();
        at++;
        space();
        while (peek() != '}') {
            JsonNode key = value();
            space();
            expect(':');
            entries.set(key.isString() ? key.stringValue() : key.toString(), value());
            space();
            if (peek() == ',') {
                at++;
                space();
            } else if (peek() != '}') {
                throw new NotLiteral();
            }
        }
        at++;
        return entries;
    }

    /** Texts that follow each other are one text. */
    private String texts() {
        StringBuilder text = new StringBuilder();
        do {
            text(text);
            space();
        } while (at < source.length() && (peek() == '\'' || peek() == '"'));
        return text.toString();
    }

    private void text(StringBuilder text) {
        char quote = source.charAt(at++);
        while (peek() != quote) {
            char c = source.charAt(at++);
            if (c == '\n') {
                throw new NotLiteral();
            }
            if (c == '\\') {
                escape(text);
            } else {
                text.append(c);
            }
        }
        at++;
    }

    private void escape(StringBuilder text) {
        char c = peek();
        at++;
        switch (c) {
            case 'n' -> text.append('\n');
            case 't' -> text.append('\t');
            case 'r' -> text.append('\r');
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'v' -> text.append('\u000b');
            case 'a' -> text.append('\u0007');
            case '0' -> text.append('\0');
            case '\\', '\'', '"' -> text.append(c);
            case '\n' -> {
                // A line that goes on.
            }
            case 'x' -> text.appendCodePoint(hex(2));
            case 'u' -> text.appendCodePoint(hex(4));
            case 'U' -> text.appendCodePoint(hex(8));
            default -> text.append('\\').append(c);
        }
    }

    private int hex(int digits) {
        if (at + digits > source.length()) {
            throw new NotLiteral();
        }
        try {
            int value = Integer.parseInt(source.substring(at, at + digits), 16);
            at += digits;
            if (!Character.isValidCodePoint(value)) {
                throw new NotLiteral();
            }
            return value;
        } catch (NumberFormatException e) {
            throw new NotLiteral();
        }
    }

    private JsonNode word() {
        int start = at;
        while (at < source.length() && Character.isLetter(source.charAt(at))) {
            at++;
        }
        return switch (source.substring(start, at)) {
            case "True" -> JSON.booleanNode(true);
            case "False" -> JSON.booleanNode(false);
            case "None" -> JSON.nullNode();
            default -> throw new NotLiteral();
        };
    }

    private JsonNode number() {
        Matcher matcher = NUMBER.matcher(source).region(at, source.length());
        if (!matcher.lookingAt()) {
            throw new NotLiteral();
        }
        at = matcher.end();
        String digits = matcher.group().replace("_", "");
        if (digits.matches("[+-]?\\d{1,4000}")) {
            // Python refuses 007.
            if (digits.matches("[+-]?0+[1-9].*")) {
                throw new NotLiteral();
            }
            BigInteger whole = new BigInteger(digits);
            return whole.bitLength() < 32 ? JSON.numberNode(whole.intValueExact()) : JSON.numberNode(whole);
        }
        return JSON.numberNode(Double.parseDouble(digits));
    }

    private void expect(char c) {
        if (peek() != c) {
            throw new NotLiteral();
        }
        at++;
    }

    private char peek() {
        if (at >= source.length()) {
            throw new NotLiteral();
        }
        return source.charAt(at);
    }

    private void space() {
        while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
            at++;
        }
    }

    private static final class NotLiteral extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotLiteral() {
            super("not a literal", null, false, false);
        }
    }
}
