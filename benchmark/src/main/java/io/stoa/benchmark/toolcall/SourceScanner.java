package io.stoa.benchmark.toolcall;

import java.util.ArrayList;
import java.util.List;

/**
 * Walks over source of Java or JavaScript, literal by literal and bracket by bracket, without understanding more of it:
 * brackets must match, literals must end. Memory is bounded by {@link Bounds#DEEPEST}.
 */
final class SourceScanner {
    /** Behind one of these, or at the start, a slash begins a regular expression of JavaScript. */
    private static final String BEFORE_A_PATTERN = "(,=:[!&|?{};+";

    /** Characters of type arguments; more are read as comparisons. */
    private static final int LONGEST_TYPE = 100;

    private final Language language;
    private final String text;

    SourceScanner(Language language, String text) {
        this.language = language;
        this.text = text;
    }

    /**
     * The first place from {@code start} on, outside of literals and brackets, where one of {@code stops} is; the end
     * where there is none.
     */
    int find(String stops, int start) throws AnswerSyntaxException {
        StringBuilder open = new StringBuilder();
        int at = start;
        while (at < text.length()) {
            char c = text.charAt(at);
            int top = open.length() - 1;
            boolean inTemplate = top >= 0 && open.charAt(top) == '`';
            if (!inTemplate && top < 0 && stops.indexOf(c) >= 0) {
                return at;
            }
            if (inTemplate) {
                at = inTemplate(open, at);
            } else if (isLiteralStart(at)) {
                at = literalEnd(at);
            } else if (c == '`' && language == Language.JAVASCRIPT) {
                push(open, '`');
                at++;
            } else if (c == '(' || c == '[' || c == '{') {
                push(open, c == '(' ? ')' : c == '[' ? ']' : '}');
                at++;
            } else if (c == ')' || c == ']' || c == '}') {
                pop(open, at);
                at++;
            } else {
                at = c == '<' ? typeArgumentsEnd(at) : at + 1;
            }
        }
        if (!open.isEmpty()) {
            throw new AnswerSyntaxException("\"" + open.charAt(open.length() - 1) + "\" is missing at the end");
        }
        return at;
    }

    private int inTemplate(StringBuilder open, int at) throws AnswerSyntaxException {
        if (text.startsWith("${", at)) {
            push(open, '}');
            return at + 2;
        }
        if (text.charAt(at) == '`') {
            open.setLength(open.length() - 1);
        }
        return at + (text.charAt(at) == '\\' ? 2 : 1);
    }

    private static void push(StringBuilder open, char closing) throws AnswerSyntaxException {
        if (open.length() == Bounds.DEEPEST) {
            throw Bounds.tooDeep();
        }
        open.append(closing);
    }

    private void pop(StringBuilder open, int at) throws AnswerSyntaxException {
        int top = open.length() - 1;
        if (top < 0 || open.charAt(top) != text.charAt(at)) {
            throw new AnswerSyntaxException("\"" + text.charAt(at) + "\" closes nothing at " + at);
        }
        open.setLength(top);
    }

    /** Whether a string, a character, a comment or a regular expression begins here. */
    boolean isLiteralStart(int at) {
        char c = text.charAt(at);
        return c == '"'
                || c == '\''
                || text.startsWith("//", at)
                || text.startsWith("/*", at)
                || (c == '/' && language == Language.JAVASCRIPT && startsPattern(at));
    }

    /** Where the literal that begins here ends, which is the place behind it. */
    int literalEnd(int at) throws AnswerSyntaxException {
        if (text.startsWith("//", at)) {
            int end = text.indexOf('\n', at);
            return end < 0 ? text.length() : end;
        }
        if (text.startsWith("/*", at)) {
            return behind("*/", at, "comment");
        }
        if (language == Language.JAVA && text.startsWith("\"\"\"", at)) {
            return behind("\"\"\"", at, "text block");
        }
        boolean pattern = text.charAt(at) == '/';
        boolean inClass = false;
        for (int end = at + 1; end < text.length() && text.charAt(end) != '\n'; end++) {
            char c = text.charAt(end);
            if (c == '\\') {
                end++;
            } else if (pattern && (c == '[' || c == ']')) {
                inClass = c == '[';
            } else if (c == text.charAt(at) && !inClass) {
                return end + 1;
            }
        }
        throw new AnswerSyntaxException("unterminated literal at " + at);
    }

    private int behind(String end, int at, String what) throws AnswerSyntaxException {
        int found = text.indexOf(end, at + end.length());
        if (found < 0) {
            throw new AnswerSyntaxException("unterminated " + what + " at " + at);
        }
        return found + end.length();
    }

    private boolean startsPattern(int at) {
        int before = at - 1;
        while (before >= 0 && Character.isWhitespace(text.charAt(before))) {
            before--;
        }
        return before < 0 || BEFORE_A_PATTERN.indexOf(text.charAt(before)) >= 0;
    }

    /** Behind the type arguments of Java that begin here, whose commas part no arguments; else behind the bracket. */
    int typeArgumentsEnd(int at) {
        int open = 0;
        for (int end = at; end < Math.min(text.length(), at + LONGEST_TYPE) && isTypePart(text.charAt(end)); end++) {
            char c = text.charAt(end);
            open += c == '<' ? 1 : c == '>' ? -1 : 0;
            if (open == 0) {
                return end + 1;
            }
        }
        return at + 1;
    }

    private boolean isTypePart(char c) {
        return language == Language.JAVA
                && (Character.isJavaIdentifierPart(c) || Character.isWhitespace(c) || "<>,.?&[]".indexOf(c) >= 0);
    }

    /** The arguments between the bracket at {@code open} and the one that closes it. */
    Bracketed arguments(int open) throws AnswerSyntaxException {
        List<String> arguments = new ArrayList<>();
        int close = open;
        do {
            int start = close + 1;
            close = find(",)", start);
            arguments.add(text.substring(start, close).strip());
        } while (text.startsWith(",", close));
        if (close == text.length()) {
            throw new AnswerSyntaxException("\")\" is missing at the end");
        }
        boolean none = arguments.size() == 1 && arguments.getFirst().isEmpty();
        return new Bracketed(
                none ? List.of() : arguments, text.substring(close + 1).strip());
    }

    /** The first place from {@code start} on that is no white space. */
    int behindSpace(int start) {
        int at = start;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /**
     * Arguments, stripped.
     *
     * @param rest what stands behind the closing bracket, stripped
     */
    record Bracketed(List<String> arguments, String rest) {}
}
