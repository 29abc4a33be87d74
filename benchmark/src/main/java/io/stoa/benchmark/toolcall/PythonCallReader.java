package io.stoa.benchmark.toolcall;

import io.stoa.benchmark.toolcall.PythonExpression.Argument;
import io.stoa.benchmark.toolcall.PythonExpression.Attribute;
import io.stoa.benchmark.toolcall.PythonExpression.Binary;
import io.stoa.benchmark.toolcall.PythonExpression.Call;
import io.stoa.benchmark.toolcall.PythonExpression.Constant;
import io.stoa.benchmark.toolcall.PythonExpression.Dictionary;
import io.stoa.benchmark.toolcall.PythonExpression.Entry;
import io.stoa.benchmark.toolcall.PythonExpression.Name;
import io.stoa.benchmark.toolcall.PythonExpression.Sequence;
import io.stoa.benchmark.toolcall.PythonExpression.Subscript;
import io.stoa.benchmark.toolcall.PythonExpression.Unary;
import io.stoa.benchmark.toolcall.PythonScanner.Kind;
import io.stoa.benchmark.toolcall.PythonScanner.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads one call or a list of calls in Python's syntax: literals, names, attributes, calls, subscripts and arithmetic
 * (language reference 3.11, chapter 6). What BFCL's reader refuses is refused: conditions, comparisons, {@code and},
 * {@code or}, {@code not}, lambdas, comprehensions, sets, f-strings, bytes, unpacking in lists.
 */
final class PythonCallReader {
    private static final int LOWEST = 1;
    private static final int UNARY = 7;
    private static final int POWER = 8;
    private static final Set<String> CONSTANTS = Set.of("True", "False", "None");

    private final PythonScanner scanner;
    private Token token = new Token(Kind.END, "", new ArgumentValue.None(), 0);

    /** How many brackets and prefixes are open, so that this class's own recursion is bounded. */
    private int open;

    PythonCallReader(String text) {
        scanner = new PythonScanner(text);
    }

    List<FunctionCall> read() throws AnswerSyntaxException {
        advance();
        PythonExpression whole = elements();
        if (token.kind() != Kind.END) {
            throw unexpected("the end");
        }
        List<FunctionCall> calls = new ArrayList<>();
        for (PythonExpression element : whole instanceof Sequence sequence ? sequence.elements() : List.of(whole)) {
            if (!(element instanceof Call call)) {
                throw new AnswerSyntaxException("not a call: " + shown(element));
            }
            calls.add(PythonArguments.functionCall(call));
        }
        return calls;
    }

    /** One expression, or several with commas between, which are a tuple. */
    private PythonExpression elements() throws AnswerSyntaxException {
        PythonExpression first = expression();
        if (!token.is(",")) {
            return first;
        }
        List<PythonExpression> elements = new ArrayList<>(List.of(first));
        while (accept(",") && token.kind() != Kind.END && !token.is(")")) {
            elements.add(expression());
        }
        return sequence(true, elements);
    }

    private PythonExpression expression() throws AnswerSyntaxException {
        PythonExpression expression = binary(LOWEST);
        if (token.kind() == Kind.KEYWORD) {
            throw unexpected("an operator");
        }
        return expression;
    }

    private PythonExpression binary(int lowest) throws AnswerSyntaxException {
        PythonExpression left = unary();
        while (true) {
            int precedence = token.kind() == Kind.OPERATOR ? precedence(token.text()) : 0;
            if (precedence < lowest || precedence >= UNARY) {
                return left;
            }
            String operator = token.text();
            advance();
            PythonExpression right = binary(precedence + 1);
            left = new Binary(operator, left, right, deeper(left.depth(), right.depth()));
        }
    }

    /** How tightly a binary operator binds; 0 for what is none. */
    static int precedence(String operator) {
        return switch (operator) {
            case "|" -> LOWEST;
            case "^" -> 2;
            case "&" -> 3;
            case "<<", ">>" -> 4;
            case "+", "-" -> 5;
            case "*", "/", "//", "%", "@" -> 6;
            case "**" -> POWER;
            default -> 0;
        };
    }

    private PythonExpression unary() throws AnswerSyntaxException {
        if (token.is("-") || token.is("+") || token.is("~")) {
            String operator = token.text();
            enter();
            advance();
            PythonExpression operand = unary();
            open--;
            return new Unary(operator, operand, deeper(operand.depth()));
        }
        return power();
    }

    private PythonExpression power() throws AnswerSyntaxException {
        PythonExpression base = primary();
        if (!token.is("**")) {
            return base;
        }
        enter();
        advance();
        PythonExpression exponent = unary();
        open--;
        return new Binary("**", base, exponent, deeper(base.depth(), exponent.depth()));
    }

    private PythonExpression primary() throws AnswerSyntaxException {
        PythonExpression primary = atom();
        while (true) {
            if (accept(".")) {
                if (token.kind() != Kind.NAME) {
                    throw unexpected("a name");
                }
                primary = new Attribute(primary, token.text(), deeper(primary.depth()));
                advance();
            } else if (token.is("(")) {
                List<Argument> arguments = arguments();
                int deepest = arguments.stream()
                        .mapToInt(argument -> argument.value().depth())
                        .max()
                        .orElse(0);
                primary = new Call(primary, arguments, deeper(primary.depth(), deepest));
            } else if (token.is("[")) {
                primary = new Subscript(primary, index(), deeper(primary.depth()));
            } else {
                return primary;
            }
        }
    }

    private List<Argument> arguments() throws AnswerSyntaxException {
        enter();
        advance();
        List<Argument> arguments = new ArrayList<>();
        while (!token.is(")")) {
            arguments.add(argument(arguments.stream().anyMatch(Argument::named)));
            if (!token.is(")")) {
                expect(",");
            }
        }
        advance();
        open--;
        return arguments;
    }

    private Argument argument(boolean behindNamed) throws AnswerSyntaxException {
        if (token.is("*") || token.is("**")) {
            String star = token.text();
            advance();
            return new Argument(star, expression());
        }
        PythonExpression value = expression();
        if (!token.is("=")) {
            if (behindNamed) {
                throw new AnswerSyntaxException("a positional argument behind a named one, before " + token.shown());
            }
            return new Argument("", value);
        }
        if (!(value instanceof Name(String name))) {
            throw new AnswerSyntaxException("no name of an argument: " + shown(value));
        }
        advance();
        return new Argument(name, expression());
    }

    /** What stands in a subscript, as text: expressions and slices. */
    private String index() throws AnswerSyntaxException {
        enter();
        advance();
        StringBuilder index = new StringBuilder();
        while (!token.is("]")) {
            if (token.is(":") || token.is(",")) {
                index.append(token.text());
                index.append(token.is(",") ? " " : "");
                advance();
            } else {
                index.append(PythonArguments.source(expression()));
                if (!token.is(":") && !token.is(",") && !token.is("]")) {
                    throw unexpected("\"]\"");
                }
            }
        }
        if (index.isEmpty()) {
            throw unexpected("an index");
        }
        advance();
        open--;
        return index.toString();
    }

    private PythonExpression atom() throws AnswerSyntaxException {
        return switch (token.kind()) {
            case NAME -> {
                String name = token.text();
                advance();
                yield new Name(name);
            }
            case NUMBER -> constant();
            case STRING -> strings();
            case KEYWORD -> {
                if (!CONSTANTS.contains(token.text())) {
                    throw unexpected("a value");
                }
                yield constant();
            }
            case OPERATOR -> bracketed();
            case END -> throw unexpected("a value");
        };
    }

    private PythonExpression constant() throws AnswerSyntaxException {
        ArgumentValue value = token.value();
        advance();
        return new Constant(value);
    }

    /** Strings side by side are one. */
    private PythonExpression strings() throws AnswerSyntaxException {
        StringBuilder value = new StringBuilder();
        while (token.kind() == Kind.STRING) {
            value.append(token.text());
            advance();
        }
        return new Constant(ArgumentValue.of(value.toString()));
    }

    private PythonExpression bracketed() throws AnswerSyntaxException {
        if (accept("...")) {
            return new Constant(ArgumentValue.of("..."));
        }
        if (!token.is("(") && !token.is("[") && !token.is("{")) {
            throw unexpected("a value");
        }
        enter();
        PythonExpression inside = switch (token.text()) {
            case "(" -> parenthesized();
            case "[" -> list();
            default -> dictionary();
        };
        open--;
        return inside;
    }

    private PythonExpression parenthesized() throws AnswerSyntaxException {
        advance();
        PythonExpression inside = token.is(")") ? sequence(true, List.of()) : elements();
        expect(")");
        return inside;
    }

    private PythonExpression list() throws AnswerSyntaxException {
        advance();
        List<PythonExpression> elements = new ArrayList<>();
        while (!token.is("]")) {
            elements.add(expression());
            if (!token.is("]")) {
                expect(",");
            }
        }
        advance();
        return sequence(false, elements);
    }

    private PythonExpression dictionary() throws AnswerSyntaxException {
        advance();
        List<Entry> entries = new ArrayList<>();
        int deepest = 0;
        while (!token.is("}")) {
            PythonExpression key = expression();
            expect(":");
            PythonExpression value = expression();
            entries.add(new Entry(key, value));
            deepest = Math.max(deepest, Math.max(key.depth(), value.depth()));
            if (!token.is("}")) {
                expect(",");
            }
        }
        advance();
        return new Dictionary(entries, deeper(deepest));
    }

    private PythonExpression sequence(boolean tuple, List<PythonExpression> elements) throws AnswerSyntaxException {
        int deepest = elements.stream().mapToInt(PythonExpression::depth).max().orElse(0);
        return new Sequence(tuple, elements, deeper(deepest));
    }

    private static int deeper(int... depths) throws AnswerSyntaxException {
        int deepest = 0;
        for (int depth : depths) {
            deepest = Math.max(deepest, depth);
        }
        if (deepest >= Bounds.DEEPEST) {
            throw Bounds.tooDeep();
        }
        return deepest + 1;
    }

    private void enter() throws AnswerSyntaxException {
        if (open == Bounds.DEEPEST) {
            throw Bounds.tooDeep();
        }
        open++;
    }

    private void advance() throws AnswerSyntaxException {
        token = scanner.next();
    }

    private boolean accept(String operator) throws AnswerSyntaxException {
        boolean found = token.is(operator);
        if (found) {
            advance();
        }
        return found;
    }

    private void expect(String operator) throws AnswerSyntaxException {
        if (!accept(operator)) {
            throw unexpected("\"" + operator + "\"");
        }
    }

    private AnswerSyntaxException unexpected(String wanted) {
        return new AnswerSyntaxException("expected " + wanted + ", found " + token.shown());
    }

    private static String shown(PythonExpression expression) {
        String source = PythonArguments.source(expression);
        return source.length() <= 100 ? source : source.substring(0, 100) + "…";
    }
}
