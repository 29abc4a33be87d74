package io.stoa.benchmark.toolcall;

import java.math.BigInteger;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Python's tokens (language reference 3.11, chapter 2), of one expression: line ends are white space, because answers
 * are read inside of brackets.
 */
final class PythonScanner {
    enum Kind {
        NAME,
        /** A hard keyword, which cannot name anything. */
        KEYWORD,
        NUMBER,
        STRING,
        OPERATOR,
        END
    }

    /**
     * A token.
     *
     * @param text as written; of a string its value
     */
    record Token(Kind kind, String text, ArgumentValue value, int position) {
        boolean is(String operator) {
            return kind == Kind.OPERATOR && text.equals(operator);
        }

        String shown() {
            return kind == Kind.END
                    ? "the end"
                    : "\"" + (text.length() > 40 ? text.substring(0, 40) + "…" : text) + "\" at " + position;
        }
    }

    private static final Set<String> KEYWORDS = Set.of(
            "False",
            "None",
            "True",
            "and",
            "as",
            "assert",
            "async",
            "await",
            "break",
            "class",
            "continue",
            "def",
            "del",
            "elif",
            "else",
            "except",
            "finally",
            "for",
            "from",
            "global",
            "if",
            "import",
            "in",
            "is",
            "lambda",
            "nonlocal",
            "not",
            "or",
            "pass",
            "raise",
            "return",
            "try",
            "while",
            "with",
            "yield");
    private static final List<String> OPERATORS = List.of(
            "...", "**", "//", "<<", ">>", "==", "!=", "<=", ">=", ":=", "->", "+", "-", "*", "/", "%", "@", "|", "&",
            "^", "~", "<", ">", "(", ")", "[", "]", "{", "}", ",", ":", ".", "=", ";");
    private static final Pattern NUMBER = Pattern.compile("(?<hex>0[xX](?:_?[0-9a-fA-F])++)"
            + "|(?<octal>0[oO](?:_?[0-7])++)|(?<binary>0[bB](?:_?[01])++)"
            + "|(?<real>(?:\\d(?:_?\\d)*+\\.(?:\\d(?:_?\\d)*+)?|\\.\\d(?:_?\\d)*+)(?:[eE][+-]?\\d(?:_?\\d)*+)?"
            + "|\\d(?:_?\\d)*+[eE][+-]?\\d(?:_?\\d)*+)"
            + "|(?<whole>[1-9](?:_?\\d)*+|0(?:_?0)*+)");
    private static final int LONGEST_NUMBER = Bounds.MOST_DIGITS;

    private final String text;
    private int at;

    PythonScanner(String text) {
        this.text = text;
    }

    Token next() throws AnswerSyntaxException {
        skipBlank();
        int start = at;
        if (at == text.length()) {
            return new Token(Kind.END, "", new ArgumentValue.None(), start);
        }
        char first = text.charAt(at);
        if (first == '"' || first == '\'') {
            return string("", start);
        }
        if (startsName(text.codePointAt(at))) {
            String word = word();
            return isPrefix(word) && at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')
                    ? string(word.toLowerCase(Locale.ROOT), start)
                    : named(word, start);
        }
        if (isDigit(first) || (first == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1)))) {
            return number(start);
        }
        for (String operator : OPERATORS) {
            if (text.startsWith(operator, at)) {
                at += operator.length();
                return new Token(Kind.OPERATOR, operator, new ArgumentValue.None(), start);
            }
        }
        throw new AnswerSyntaxException("no Python: \"" + Character.toString(text.codePointAt(at)) + "\" at " + at);
    }

    private static Token named(String word, int start) {
        return switch (word) {
            case "True" -> new Token(Kind.KEYWORD, word, ArgumentValue.of(true), start);
            case "False" -> new Token(Kind.KEYWORD, word, ArgumentValue.of(false), start);
            default ->
                new Token(
                        KEYWORDS.contains(word) ? Kind.KEYWORD : Kind.NAME,
                        Normalizer.normalize(word, Normalizer.Form.NFKC),
                        new ArgumentValue.None(),
                        start);
        };
    }

    private void skipBlank() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
                at++;
            } else if (c == '\\' && text.startsWith("\n", at + 1)) {
                at += 2;
            } else {
                return;
            }
        }
    }

    private String word() {
        int start = at;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            if (!Character.isUnicodeIdentifierPart(point) || Character.isIdentifierIgnorable(point)) {
                break;
            }
            at += Character.charCount(point);
        }
        return text.substring(start, at);
    }

    private static boolean isPrefix(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "r", "u", "b", "f", "br", "rb", "fr", "rf" -> true;
            default -> false;
        };
    }

    private static boolean startsName(int point) {
        return point == '_' || Character.isUnicodeIdentifierStart(point);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private Token number(int start) throws AnswerSyntaxException {
        Matcher matcher = NUMBER.matcher(text).region(at, Math.min(text.length(), at + LONGEST_NUMBER + 1));
        if (!matcher.lookingAt()) {
            throw new AnswerSyntaxException("no number of Python at " + start);
        }
        String written = matcher.group();
        if (written.length() > LONGEST_NUMBER) {
            throw new AnswerSyntaxException("a number of more than " + LONGEST_NUMBER + " digits at " + start);
        }
        at = matcher.end();
        if (at < text.length() && (isDigit(text.charAt(at)) || startsName(text.codePointAt(at)))) {
            throw new AnswerSyntaxException("no number of Python: \"" + written + text.charAt(at) + "\" at " + start);
        }
        return new Token(Kind.NUMBER, written, value(matcher, written.replace("_", "")), start);
    }

    private static ArgumentValue value(Matcher matcher, String digits) {
        if (matcher.group("real") != null) {
            return new ArgumentValue.Real(Double.parseDouble(digits));
        }
        int radix = matcher.group("hex") != null
                ? 16
                : matcher.group("octal") != null ? 8 : matcher.group("binary") != null ? 2 : 10;
        return new ArgumentValue.Int(new BigInteger(radix == 10 ? digits : digits.substring(2), radix));
    }

    private Token string(String prefix, int start) throws AnswerSyntaxException {
        if (prefix.contains("f") || prefix.contains("b")) {
            throw new AnswerSyntaxException(
                    (prefix.contains("f") ? "an f-string" : "a bytes literal") + " is no argument, at " + start);
        }
        String quote = text.substring(at, at + 1);
        boolean lines = text.startsWith(quote.repeat(3), at);
        String end = lines ? quote.repeat(3) : quote;
        at += end.length();
        StringBuilder value = new StringBuilder();
        while (!text.startsWith(end, at)) {
            if (at >= text.length() || (!lines && text.charAt(at) == '\n')) {
                throw new AnswerSyntaxException("unterminated string at " + start);
            }
            char c = text.charAt(at++);
            if (c != '\\' || at == text.length()) {
                value.append(c);
            } else if (prefix.contains("r")) {
                value.append(c).append(text.charAt(at++));
            } else {
                escape(value);
            }
        }
        at += end.length();
        return new Token(Kind.STRING, value.toString(), ArgumentValue.of(value.toString()), start);
    }

    /** Behind a backslash. An unknown escape keeps it. */
    private void escape(StringBuilder value) throws AnswerSyntaxException {
        char c = text.charAt(at++);
        switch (c) {
            case '\n' -> {}
            case '\\', '\'', '"' -> value.append(c);
            case 'a' -> value.append('\u0007');
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'v' -> value.append('\u000B');
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal(value);
            case 'x' -> hexadecimal(value, 2);
            case 'u' -> hexadecimal(value, 4);
            case 'U' -> hexadecimal(value, 8);
            case 'N' -> named(value);
            default -> value.append('\\').append(c);
        }
    }

    private void octal(StringBuilder value) {
        int end = at;
        while (end < Math.min(text.length(), at + 2) && text.charAt(end) >= '0' && text.charAt(end) <= '7') {
            end++;
        }
        value.append((char) Integer.parseInt(text.substring(at - 1, end), 8));
        at = end;
    }

    private void hexadecimal(StringBuilder value, int digits) throws AnswerSyntaxException {
        String written = text.substring(at, Math.min(text.length(), at + digits));
        if (written.length() < digits || !written.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            throw new AnswerSyntaxException("truncated escape at " + at);
        }
        long point = Long.parseLong(written, 16);
        if (point > Character.MAX_CODE_POINT) {
            throw new AnswerSyntaxException("no Unicode character: " + written + " at " + at);
        }
        value.appendCodePoint((int) point);
        at += digits;
    }

    private void named(StringBuilder value) throws AnswerSyntaxException {
        int end = text.startsWith("{", at) ? text.indexOf('}', at) : -1;
        if (end < 0 || end - at > 100) {
            throw new AnswerSyntaxException("malformed \\N escape at " + at);
        }
        try {
            value.appendCodePoint(Character.codePointOf(text.substring(at + 1, end)));
        } catch (IllegalArgumentException e) {
            throw new AnswerSyntaxException("unknown Unicode character name at " + at);
        }
        at = end + 1;
    }
}
