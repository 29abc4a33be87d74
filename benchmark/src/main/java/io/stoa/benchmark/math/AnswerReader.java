package io.stoa.benchmark.math;

import io.stoa.benchmark.math.Answer.Group;
import io.stoa.benchmark.math.Answer.Kind;
import io.stoa.benchmark.math.Answer.Relation;
import io.stoa.benchmark.math.Answer.Sign;
import io.stoa.benchmark.math.Answer.Union;
import io.stoa.benchmark.math.Answer.Value;
import io.stoa.benchmark.math.Answer.Without;
import io.stoa.benchmark.math.Answer.Words;
import io.stoa.benchmark.math.Expression.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads an answer in LaTeX, or as people write mathematics without it: lists, relations and sets; what they consist of is
 * read by an {@link ExpressionReader}.
 */
final class AnswerReader {
    private static final int MAX_LENGTH = 2000;
    static final int MAX_ELEMENTS = 64;

    private static final Map<String, Sign> SIGNS = Map.ofEntries(
            Map.entry("=", Sign.EQUAL),
            Map.entry("==", Sign.EQUAL),
            Map.entry("approx", Sign.EQUAL),
            Map.entry("!=", Sign.NOT_EQUAL),
            Map.entry("ne", Sign.NOT_EQUAL),
            Map.entry("neq", Sign.NOT_EQUAL),
            Map.entry("<", Sign.LESS),
            Map.entry("lt", Sign.LESS),
            Map.entry("<=", Sign.AT_MOST),
            Map.entry("le", Sign.AT_MOST),
            Map.entry("leq", Sign.AT_MOST),
            Map.entry("leqslant", Sign.AT_MOST),
            Map.entry(">", Sign.GREATER),
            Map.entry("gt", Sign.GREATER),
            Map.entry(">=", Sign.AT_LEAST),
            Map.entry("ge", Sign.AT_LEAST),
            Map.entry("geq", Sign.AT_LEAST),
            Map.entry("geqslant", Sign.AT_LEAST));

    private final TokenReader tokens;
    private final ExpressionReader expressions;

    private AnswerReader(TokenReader tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionReader(tokens, this);
    }

    /** What reading an answer gave. */
    sealed interface Reading {
        record Read(Answer answer) implements Reading {}

        record Unreadable(String reason) implements Reading {}
    }

    /** Reads an answer; whatever the text is, this takes little time and ends. */
    static Reading read(String text) {
        if (text.length() > MAX_LENGTH) {
            return new Reading.Unreadable(
                    "it has " + text.length() + " characters; at most " + MAX_LENGTH + " are read");
        }
        try {
            return new Reading.Read(read(text, 0));
        } catch (UnreadableException e) {
            return new Reading.Unreadable(String.valueOf(e.getMessage()));
        }
    }

    /** The answer without white space and the punctuation of its sentence. */
    static String trimmed(String text) {
        int end = text.length();
        while (end > 0 && " \t\r\n.,;:$".indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        // What ends in dots goes on; a backslash makes the character a part of a command.
        boolean cut = text.indexOf("..", end) >= 0 || (end > 0 && text.charAt(end - 1) == '\\');
        return (cut ? text : text.substring(0, end)).strip();
    }

    private static Answer read(String text, int depth) throws UnreadableException {
        TokenReader tokens = new TokenReader(AnswerLexer.tokens(trimmed(text)), depth);
        if (tokens.peek().kind() == Token.Kind.END) {
            throw new UnreadableException("it is empty");
        }
        Answer answer = new AnswerReader(tokens).list(true);
        if (tokens.peek().kind() != Token.Kind.END) {
            throw tokens.unexpected();
        }
        return answer;
    }

    /**
     * Elements with commas, "and" or "or" between them; one alone is itself.
     *
     * @param expanded whether an element with a plus-minus sign becomes two here, or where the brackets end
     */
    Answer list(boolean expanded) throws UnreadableException {
        List<Answer> elements = new ArrayList<>();
        boolean alternatives = true;
        do {
            if (expanded) {
                elements.addAll(element());
            } else {
                elements.add(relation());
            }
            if (elements.size() > MAX_ELEMENTS) {
                throw new UnreadableException("it has more than " + MAX_ELEMENTS + " elements");
            }
            Optional<Boolean> separator = separator();
            if (separator.isEmpty()) {
                return elements.size() == 1
                        ? elements.getFirst()
                        : new Group(alternatives ? Kind.ALTERNATIVES : Kind.LIST, elements);
            }
            alternatives &= separator.get();
        } while (true);
    }

    /** Reads what separates elements, and says whether it makes them alternatives; nothing where none is here. */
    private Optional<Boolean> separator() {
        boolean found = false;
        boolean or = false;
        while (tokens.peek().is(",")
                || tokens.peek().is(";")
                || isConnective(tokens.peek())
                || tokens.peek().isCommand("cup")
                || tokens.peek().isCommand("lor")
                || tokens.peek().isCommand("vee")) {
            or |= !tokens.peek().is(",")
                    && !tokens.peek().is(";")
                    && !words(tokens.peek().text()).equals("and");
            found = true;
            tokens.skip(1);
        }
        return found ? Optional.of(or) : Optional.empty();
    }

    static boolean isConnective(Token token) {
        if (token.kind() != Token.Kind.TEXT) {
            return false;
        }
        String words = words(token.text());
        return words.equals("and") || words.equals("or");
    }

    /** Words in the form in which they are compared. */
    private static String words(String text) {
        StringBuilder words = new StringBuilder();
        for (char c : text.toLowerCase(Locale.ROOT).toCharArray()) {
            if (Character.isLetterOrDigit(c)) {
                words.append(c);
            }
        }
        return words.toString();
    }

    /** One element, or two where it has a plus-minus sign. */
    private List<Answer> element() throws UnreadableException {
        return expressions.withEachSign(this::relation);
    }

    private Answer relation() throws UnreadableException {
        tokens.deeper();
        skipLeadingWords();
        Answer first = sets();
        List<Expression> sides = new ArrayList<>();
        List<Sign> signs = new ArrayList<>();
        Answer last = first;
        while (true) {
            if (tokens.peek().isCommand("in")) {
                tokens.skip(1);
                last = sets();
                break;
            }
            Optional<Sign> sign = sign();
            if (sign.isEmpty()) {
                break;
            }
            Answer next = sets();
            boolean structure = !(next instanceof Value) && !(next instanceof Words);
            if (structure && sign.get() == Sign.EQUAL && signs.isEmpty()) {
                // "S = {1, 2}" and "(x, y) = (1, 2)" are the right side.
                last = next;
                break;
            }
            if (signs.isEmpty()) {
                sides.add(ExpressionReader.scalar(first));
            }
            signs.add(sign.get());
            sides.add(ExpressionReader.scalar(next));
        }
        tokens.shallower();
        return signs.isEmpty() ? last : new Relation(sides, signs);
    }

    private Optional<Sign> sign() {
        Token token = tokens.peek();
        boolean candidate = token.kind() == Token.Kind.SYMBOL || token.kind() == Token.Kind.COMMAND;
        Optional<Sign> sign = candidate ? Optional.ofNullable(SIGNS.get(token.text())) : Optional.empty();
        if (sign.isPresent()) {
            tokens.skip(1);
            // Alignment marks stand around relation signs.
            tokens.accept("&");
        }
        return sign;
    }

    /** Words before a value say what it is and do not count. */
    private void skipLeadingWords() {
        int ahead = 0;
        while (tokens.peek(ahead).kind() == Token.Kind.TEXT
                && words(tokens.peek(ahead).text()).chars().allMatch(Character::isLetter)) {
            ahead++;
        }
        Token next = tokens.peek(ahead);
        boolean value = next.kind() == Token.Kind.NUMBER
                || next.kind() == Token.Kind.LETTER
                || next.is("-")
                || next.is("(")
                || (next.kind() == Token.Kind.COMMAND && CommandReader.FRACTIONS.contains(next.text()));
        tokens.skip(value ? ahead : 0);
    }

    private Answer sets() throws UnreadableException {
        Answer first = expressions.sum();
        List<Answer> parts = new ArrayList<>(List.of(first));
        while (tokens.peek().isCommand("cup")
                || tokens.peek().isCommand("setminus")
                || tokens.peek().isCommand("backslash")) {
            boolean union = tokens.peek().isCommand("cup");
            if (parts.getLast() instanceof Value) {
                break;
            }
            tokens.skip(1);
            if (parts.size() == MAX_ELEMENTS) {
                throw new UnreadableException("it has more than " + MAX_ELEMENTS + " elements");
            }
            Answer next = expressions.sum();
            if (union) {
                parts.add(next);
            } else {
                Answer whole = parts.size() == 1 ? parts.getFirst() : new Union(parts);
                parts = new ArrayList<>(List.of(new Without(whole, next)));
            }
        }
        return parts.size() == 1 ? parts.getFirst() : new Union(parts);
    }

    Answer text() throws UnreadableException {
        StringBuilder text = new StringBuilder();
        while (tokens.peek().kind() == Token.Kind.TEXT) {
            text.append(tokens.peek().text()).append(' ');
            tokens.skip(1);
        }
        String content = text.toString().strip();
        String words = words(content);
        if (words.isEmpty()) {
            throw new UnreadableException("a text has no words");
        }
        if (words.length() == 1 && Character.isLetter(words.charAt(0))) {
            return new Value(new Variable(content.replaceAll("[^A-Za-z]", "")), false);
        }
        boolean noLetters = words.chars().noneMatch(Character::isLetter);
        return noLetters && !content.contains("\\") ? read(content, tokens.depth()) : new Words(words);
    }
}
