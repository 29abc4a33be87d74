package io.stoa.engine.chat.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens. What goes by itself beside tags is said by {@link Dialect#trims()}; {@code -} beside a tag
 * takes all white space on that side, {@code +} keeps it.
 */
final class Lexer {
    private static final Pattern NEWLINES = Pattern.compile("\r\n|\r");
    private static final Pattern FLOAT =
            Pattern.compile("(?<!\\.)(\\d+_)*+\\d++((\\.(\\d+_)*+\\d++)?[eE][+\\-]?(\\d+_)*+\\d++|\\.(\\d+_)*+\\d++)");
    private static final Pattern INTEGER = Pattern.compile(
            "0b(_?[01])++|0o(_?[0-7])++|0x(_?[\\da-f])++|[1-9](_?\\d)*+|0(_?0)*+", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME =
            Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{Nd}\\p{Mn}\\p{Mc}\\p{Pc}]*+");
    private static final List<String> OPERATORS = List.of(
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
            "=", ".", ":", "|", ",", ";");

    private final String source;
    private final boolean trims;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    private boolean lineStarting = true;

    private Lexer(String source, boolean trims) {
        String unified = NEWLINES.matcher(source).replaceAll("\n");
        this.source = trims && unified.endsWith("\n") ? unified.substring(0, unified.length() - 1) : unified;
        this.trims = trims;
    }

    static List<Token> tokens(String source, boolean trims) {
        Lexer lexer = new Lexer(source, trims);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (position < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                data(source.substring(position));
                advance(source.length());
                break;
            }
            tag(tag);
        }
        tokens.add(new Token(Token.Kind.END, "", line));
    }

    private int nextTag() {
        for (int at = source.indexOf('{', position); at >= 0; at = source.indexOf('{', at + 1)) {
            if (source.startsWith("{%", at) || source.startsWith("{{", at) || source.startsWith("{#", at)) {
                return at;
            }
        }
        return -1;
    }

    private void tag(int at) {
        char kind = source.charAt(at + 1);
        String sign = sign(at + 2);
        data(stripped(source.substring(position, at), sign, kind == '{'));
        advance(at);
        int rawBody = kind == '%' ? rawBody(at + 2 + sign.length()) : -1;
        if (rawBody >= 0) {
            raw(rawBody);
        } else if (kind == '#') {
            comment(at + 2 + sign.length());
        } else {
            boolean block = kind == '%';
            add(block ? Token.Kind.BLOCK_BEGIN : Token.Kind.VARIABLE_BEGIN, "");
            advance(at + 2 + sign.length());
            inside(block);
        }
    }

    private String sign(int at) {
        return source.startsWith("-", at) || source.startsWith("+", at) ? source.substring(at, at + 1) : "";
    }

    private String stripped(String text, String sign, boolean variable) {
        if (sign.equals("-")) {
            return PythonText.stripRight(text);
        }
        if (trims && sign.isEmpty() && !variable) {
            int lineStart = text.lastIndexOf('\n') + 1;
            String indentation = text.substring(lineStart);
            if ((lineStart > 0 || lineStarting) && PythonText.isSpace(indentation)) {
                return text.substring(0, lineStart);
            }
        }
        return text;
    }

    /** Where the text of a raw block begins when one opens here, otherwise -1. */
    private int rawBody(int from) {
        int at = skipSpace(from);
        if (!source.startsWith("raw", at)) {
            return -1;
        }
        at = skipSpace(at + 3);
        if (source.startsWith("-%}", at)) {
            return skipSpace(at + 3);
        }
        return source.startsWith("%}", at) ? at + 2 : -1;
    }

    private void raw(int body) {
        advance(body);
        for (int at = source.indexOf("{%", body); at >= 0; at = source.indexOf("{%", at + 1)) {
            String sign = sign(at + 2);
            int word = skipSpace(at + 2 + sign.length());
            if (source.startsWith("endraw", word)) {
                int end = blockEnd(skipSpace(word + 6));
                if (end >= 0) {
                    data(stripped(source.substring(body, at), sign, false));
                    advance(end);
                    return;
                }
            }
        }
        throw JinjaException.syntax("Missing end of raw directive", line);
    }

    private void comment(int from) {
        int end = source.indexOf("#}", from);
        if (end < 0) {
            throw JinjaException.syntax("Missing end of comment tag", line);
        }
        boolean takesSpace = end > from && source.charAt(end - 1) == '-';
        boolean keepsNewline = end > from && source.charAt(end - 1) == '+';
        int after = end + 2;
        if (takesSpace) {
            after = skipSpace(after);
        } else if (trims && !keepsNewline && source.startsWith("\n", after)) {
            after++;
        }
        advance(after);
    }

    /** The end of a block's closing tag that starts here, with what it swallows, otherwise -1. */
    private int blockEnd(int at) {
        if (source.startsWith("+%}", at)) {
            return at + 3;
        }
        if (source.startsWith("-%}", at)) {
            return skipSpace(at + 3);
        }
        if (source.startsWith("%}", at)) {
            return trims && source.startsWith("\n", at + 2) ? at + 3 : at + 2;
        }
        return -1;
    }

    private int variableEnd(int at) {
        if (source.startsWith("-}}", at)) {
            return skipSpace(at + 3);
        }
        return source.startsWith("}}", at) ? at + 2 : -1;
    }

    private void inside(boolean block) {
        Deque<Character> open = new ArrayDeque<>();
        while (position < source.length()) {
            int end = !open.isEmpty() ? -1 : block ? blockEnd(position) : variableEnd(position);
            if (end >= 0) {
                add(block ? Token.Kind.BLOCK_END : Token.Kind.VARIABLE_END, "");
                advance(end);
                return;
            }
            int afterSpace = skipSpace(position);
            if (afterSpace > position) {
                advance(afterSpace);
            } else {
                word(open);
            }
        }
    }

    private void word(Deque<Character> open) {
        char first = source.charAt(position);
        if (first == '\'' || first == '"') {
            string(first);
            return;
        }
        if (match(FLOAT, Token.Kind.FLOAT) || match(INTEGER, Token.Kind.INTEGER) || match(NAME, Token.Kind.NAME)) {
            return;
        }
        String operator = OPERATORS.stream()
                .filter(candidate -> source.startsWith(candidate, position))
                .findFirst()
                .orElseThrow(() -> unexpected(first));
        switch (operator) {
            case "{" -> open.push('}');
            case "(" -> open.push(')');
            case "[" -> open.push(']');
            case "}", ")", "]" -> {
                if (open.isEmpty()) {
                    throw JinjaException.syntax("unexpected '" + operator + "'", line);
                }
                char expected = open.pop();
                if (expected != first) {
                    throw JinjaException.syntax("unexpected '" + operator + "', expected '" + expected + "'", line);
                }
            }
            default -> {
                // The other operators neither open nor close.
            }
        }
        add(Token.Kind.OPERATOR, operator);
        advance(position + operator.length());
    }

    private JinjaException unexpected(char character) {
        return JinjaException.syntax(
                "unexpected char " + PythonText.quoted(String.valueOf(character)) + " at " + position, line);
    }

    private boolean match(Pattern pattern, Token.Kind kind) {
        Matcher matcher =
                pattern.matcher(source).region(position, source.length()).useTransparentBounds(true);
        if (!matcher.lookingAt()) {
            return false;
        }
        add(kind, matcher.group());
        advance(matcher.end());
        return true;
    }

    private void string(char quote) {
        int at = position + 1;
        while (at < source.length() && source.charAt(at) != quote) {
            at += source.charAt(at) == '\\' ? 2 : 1;
        }
        if (at >= source.length()) {
            throw unexpected(quote);
        }
        add(Token.Kind.STRING, PythonText.unescaped(source.substring(position + 1, at), line));
        advance(at + 1);
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Token.Kind.DATA, text);
        }
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private int skipSpace(int from) {
        int at = from;
        while (at < source.length() && PythonText.isSpace(source.charAt(at))) {
            at++;
        }
        return at;
    }

    private void advance(int to) {
        for (int at = position; at < to; at++) {
            if (source.charAt(at) == '\n') {
                line++;
            }
        }
        if (to > position) {
            lineStarting = source.charAt(to - 1) == '\n';
        }
        position = to;
    }
}
