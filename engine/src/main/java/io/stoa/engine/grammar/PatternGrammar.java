package io.stoa.engine.grammar;

import io.stoa.model.StoaException;

/**
 * A regular expression (ECMA-262, as JSON Schema's {@code pattern} has it) as GBNF over the characters of a JSON string.
 * Classes leave out what JSON would have to escape. What a grammar has no words for, such as looking ahead or back, is
 * refused.
 */
final class PatternGrammar {
    private static final String ANY = "[^\"\\\\\\x00-\\x1F\\x7F]";
    private static final int MOST_CHARACTERS = 2_000;
    private static final int MOST_NESTING = 50;

    private final String pattern;
    private final String place;
    private int at;

    PatternGrammar(String pattern, String place) {
        this.pattern = pattern;
        this.place = place;
        if (pattern.length() > MOST_CHARACTERS) {
            throw refused("is longer than " + MOST_CHARACTERS + " characters");
        }
    }

    /** Unanchored sides may have anything before or after. */
    String gbnf() {
        String body = choice(0, true);
        if (at < pattern.length()) {
            throw refused("has an unexpected " + pattern.charAt(at));
        }
        return body;
    }

    private String choice(int depth, boolean outermost) {
        if (depth > MOST_NESTING) {
            throw refused("nests more than " + MOST_NESTING + " groups");
        }
        StringBuilder text = new StringBuilder("(" + sequence(depth, outermost));
        while (at < pattern.length() && pattern.charAt(at) == '|') {
            at++;
            text.append(" | ").append(sequence(depth, outermost));
        }
        return text.append(')').toString();
    }

    private String sequence(int depth, boolean outermost) {
        StringBuilder text = new StringBuilder();
        if (outermost) {
            if (peek('^')) {
                at++;
            } else {
                text.append(ANY).append("* ");
            }
        }
        boolean anchored = false;
        boolean empty = true;
        while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
            if (outermost && peek('$') && (at + 1 == pattern.length() || pattern.charAt(at + 1) == '|')) {
                at++;
                anchored = true;
                break;
            }
            text.append(quantified(atom(depth))).append(' ');
            empty = false;
        }
        if (outermost && !anchored) {
            text.append(ANY).append('*');
        }
        return empty && text.isEmpty() ? "\"\"" : text.toString();
    }

    private String quantified(String atom) {
        if (at >= pattern.length()) {
            return atom;
        }
        String quantifier = switch (pattern.charAt(at)) {
            case '*', '+', '?' -> pattern.substring(at, ++at);
            case '{' -> {
                int end = pattern.indexOf('}', at);
                String times = end < 0 ? "" : pattern.substring(at, end + 1);
                if (!times.matches("\\{\\d{1,6}(,\\d{0,6})?}")) {
                    throw refused("has a { that is no repetition; escape it");
                }
                at = end + 1;
                yield times;
            }
            default -> "";
        };
        // Lazy repetition matches the same texts.
        if (!quantifier.isEmpty() && peek('?')) {
            at++;
        }
        return atom + quantifier;
    }

    private String atom(int depth) {
        char character = pattern.charAt(at);
        return switch (character) {
            case '(' -> group(depth);
            case '[' -> characters();
            case '.' -> {
                at++;
                yield ANY;
            }
            case '\\' -> {
                at++;
                yield escaped();
            }
            case '^', '$' ->
                throw refused("has " + character + " in the middle, which cannot be turned into a grammar");
            case '*', '+', '?', '{' -> throw refused("has nothing to repeat before " + character);
            default -> {
                int codePoint = pattern.codePointAt(at);
                at += Character.charCount(codePoint);
                yield single(codePoint);
            }
        };
    }

    private String group(int depth) {
        at++;
        if (pattern.startsWith("?:", at)) {
            at += 2;
        } else if (peek('?')) {
            int name = pattern.startsWith("?<", at) ? pattern.indexOf('>', at) : -1;
            if (name < 0 || !pattern.substring(at + 2, name).matches("[A-Za-z]\\w*")) {
                throw refused("looks ahead or back, which cannot be turned into a grammar");
            }
            at = name + 1;
        }
        String group = choice(depth + 1, false);
        if (!peek(')')) {
            throw refused("does not close a group");
        }
        at++;
        return group;
    }

    private String escaped() {
        if (at >= pattern.length()) {
            throw refused("ends within an escape");
        }
        char escape = pattern.charAt(at++);
        return switch (escape) {
            case 'd' -> "[0-9]";
            case 'w' -> "[A-Za-z0-9_]";
            case 's' -> "[ ]";
            case 'D' -> "[^0-9\"\\\\\\x00-\\x1F\\x7F]";
            case 'W' -> "[^A-Za-z0-9_\"\\\\\\x00-\\x1F\\x7F]";
            case 'S' ->
                "[^ \"\\\\\\x00-\\x1F\\x7F\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000\\uFEFF]";
            case 'b', 'B', 'k', 'p', 'P' ->
                throw refused("has \\" + escape + ", which cannot be turned into a grammar");
            default -> {
                if (escape >= '1' && escape <= '9') {
                    throw refused("refers back with \\" + escape + ", which cannot be turned into a grammar");
                }
                yield single(escapedCodePoint(escape));
            }
        };
    }

    private int escapedCodePoint(char escape) {
        return switch (escape) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'f' -> '\f';
            case 'v' -> 0x0B;
            case 'x' -> hexadecimal(2);
            case 'u' -> hexadecimal(4);
            default -> {
                if (Character.isLetterOrDigit(escape)) {
                    throw refused("has an unknown escape \\" + escape);
                }
                yield escape;
            }
        };
    }

    private int hexadecimal(int digits) {
        String value = pattern.substring(at, Math.min(at + digits, pattern.length()));
        if (!value.matches("[0-9a-fA-F]{" + digits + "}")) {
            throw refused("expects " + digits + " hexadecimal digits");
        }
        at += digits;
        return Integer.parseInt(value, 16);
    }

    private String characters() {
        at++;
        boolean negated = peek('^');
        at += negated ? 1 : 0;
        StringBuilder ranges = new StringBuilder();
        while (!peek(']')) {
            if (at >= pattern.length()) {
                throw refused("does not close a character class");
            }
            if (pattern.startsWith("\\d", at)) {
                ranges.append("0-9");
                at += 2;
            } else if (pattern.startsWith("\\w", at)) {
                ranges.append("A-Za-z0-9_");
                at += 2;
            } else if (pattern.startsWith("\\s", at)) {
                ranges.append(
                        negated ? " \\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000\\uFEFF" : " ");
                at += 2;
            } else {
                int first = classCharacter();
                int last = first;
                if (peek('-') && at + 1 < pattern.length() && pattern.charAt(at + 1) != ']') {
                    at++;
                    last = classCharacter();
                }
                if (last < first) {
                    throw refused("has a range that ends before it begins");
                }
                append(ranges, first, last, negated);
            }
        }
        at++;
        if (negated) {
            return "[^" + ranges + "\"\\\\\\x00-\\x1F\\x7F]";
        }
        if (ranges.isEmpty()) {
            throw refused("has a character class with nothing in it but what JSON has to escape");
        }
        return "[" + ranges + "]";
    }

    private int classCharacter() {
        int codePoint = pattern.codePointAt(at);
        at += Character.charCount(codePoint);
        if (codePoint != '\\') {
            return codePoint;
        }
        if (at >= pattern.length()) {
            throw refused("ends within an escape");
        }
        char escape = pattern.charAt(at++);
        if (escape == 'D' || escape == 'W' || escape == 'S' || escape == 'p' || escape == 'P') {
            throw refused("has \\" + escape + " in a class, which cannot be turned into a grammar");
        }
        return escape == 'b' ? '\b' : escapedCodePoint(escape);
    }

    /** A range, but for what JSON would have to escape. */
    private static void append(StringBuilder ranges, int first, int last, boolean negated) {
        if (negated) {
            ranges.append(code(first)).append('-').append(code(last));
            return;
        }
        int start = Math.max(first, ' ');
        for (int unwanted : new int[] {'"', '\\', 0x7F}) {
            if (start <= unwanted && unwanted <= last) {
                if (start < unwanted) {
                    ranges.append(code(start)).append('-').append(code(unwanted - 1));
                }
                start = unwanted + 1;
            }
        }
        if (start <= last) {
            ranges.append(code(start)).append('-').append(code(last));
        }
    }

    private static String code(int codePoint) {
        return "\\U%08X".formatted(codePoint);
    }

    /** One character, as JSON writes it. */
    private String single(int codePoint) {
        return switch (codePoint) {
            case '"' -> "\"\\\\\\\"\"";
            case '\\' -> "\"\\\\\\\\\"";
            case '\n' -> "\"\\\\n\"";
            case '\r' -> "\"\\\\r\"";
            case '\t' -> "\"\\\\t\"";
            case '\f' -> "\"\\\\f\"";
            default -> {
                if (codePoint < ' ') {
                    throw refused("has a control character, which JSON would have to escape");
                }
                yield "[" + code(codePoint) + "]";
            }
        };
    }

    private boolean peek(char character) {
        return at < pattern.length() && pattern.charAt(at) == character;
    }

    private StoaException refused(String why) {
        return StoaException.user("the schema at " + place + ", " + pattern + ", " + why);
    }
}
