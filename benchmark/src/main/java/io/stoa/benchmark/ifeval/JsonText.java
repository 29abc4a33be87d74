package io.stoa.benchmark.ifeval;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether Python's {@code json.loads} reads a text: JSON, and {@code NaN}, {@code Infinity} and {@code -Infinity} too, but
 * no whole number of more than 4,300 digits. A text may be nested as deep as it likes (Python's own limit, about a
 * thousand, ends the harness).
 */
final class JsonText {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*+)(\\.[0-9]++)?([eE][-+]?[0-9]++)?");
    private static final int MOST_DIGITS = 4300;
    private static final List<String> LITERALS = List.of("null", "true", "false", "NaN", "Infinity", "-Infinity");

    private final String text;
    private final Matcher number;
    private int at;

    JsonText(String text) {
        this.text = text;
        this.number = NUMBER.matcher(text);
    }

    /** Whether the text is one value and nothing else. To be asked once. */
    boolean isValue() {
        Deque<Character> ends = new ArrayDeque<>();
        boolean valueNext = true;
        while (true) {
            skipSpace();
            if (valueNext) {
                if (take('{')) {
                    skipSpace();
                    if (take('}')) {
                        valueNext = false;
                    } else if (key()) {
                        ends.push('}');
                    } else {
                        return false;
                    }
                } else if (take('[')) {
                    skipSpace();
                    if (take(']')) {
                        valueNext = false;
                    } else {
                        ends.push(']');
                    }
                } else if (scalar()) {
                    valueNext = false;
                } else {
                    return false;
                }
            } else if (ends.isEmpty()) {
                return at == text.length();
            } else if (take(ends.getFirst())) {
                ends.pop();
            } else if (take(',')) {
                skipSpace();
                if (ends.getFirst() == '}' && !key()) {
                    return false;
                }
                valueNext = true;
            } else {
                return false;
            }
        }
    }

    private boolean key() {
        if (!string()) {
            return false;
        }
        skipSpace();
        return take(':');
    }

    private boolean scalar() {
        for (String literal : LITERALS) {
            if (text.startsWith(literal, at)) {
                at += literal.length();
                return true;
            }
        }
        return text.startsWith("\"", at) ? string() : number();
    }

    private boolean number() {
        if (!number.region(at, text.length()).lookingAt()) {
            return false;
        }
        at = number.end();
        boolean whole = number.group(2) == null && number.group(3) == null;
        return !whole || number.end(1) - number.start(1) <= MOST_DIGITS;
    }

    private boolean string() {
        if (!take('"')) {
            return false;
        }
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return true;
            }
            if (c < ' ' || (c == '\\' && !escape())) {
                return false;
            }
        }
        return false;
    }

    private boolean escape() {
        if (at == text.length()) {
            return false;
        }
        char c = text.charAt(at++);
        if (c != 'u') {
            return "\"\\/bfnrt".indexOf(c) >= 0;
        }
        for (int end = at + 4; at < end; at++) {
            // Character.digit would take the digits of every script.
            if (at == text.length() || "0123456789abcdefABCDEF".indexOf(text.charAt(at)) < 0) {
                return false;
            }
        }
        return true;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean take(char character) {
        boolean taken = at < text.length() && text.charAt(at) == character;
        at += taken ? 1 : 0;
        return taken;
    }
}
