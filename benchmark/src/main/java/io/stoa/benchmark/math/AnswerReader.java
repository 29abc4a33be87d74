package io.stoa.benchmark.math;

import io.stoa.benchmark.math.Answer.Group;
import io.stoa.benchmark.math.Answer.Interval;
import io.stoa.benchmark.math.Answer.Kind;
import io.stoa.benchmark.math.Answer.Matrix;
import io.stoa.benchmark.math.Answer.Relation;
import io.stoa.benchmark.math.Answer.Sign;
import io.stoa.benchmark.math.Answer.Union;
import io.stoa.benchmark.math.Answer.Value;
import io.stoa.benchmark.math.Answer.Without;
import io.stoa.benchmark.math.Answer.Words;
import io.stoa.benchmark.math.Expression.Call;
import io.stoa.benchmark.math.Expression.Constant;
import io.stoa.benchmark.math.Expression.Function;
import io.stoa.benchmark.math.Expression.Literal;
import io.stoa.benchmark.math.Expression.Power;
import io.stoa.benchmark.math.Expression.Variable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads an answer in LaTeX, or as people write mathematics without it.
 *
 * <p>As with sympy's reader, writing factors side by side binds tighter than a slash (1/2x is 1/(2x)), log without a base
 * has base ten, and e and i are the numbers. A whole number before a proper fraction is a mixed number. Units and degree
 * signs are dropped. A number with a subscript is a numeral in that base and equals only itself.
 */
final class AnswerReader {
    private static final int MAX_LENGTH = 2000;
    private static final int MAX_DEPTH = 40;
    private static final int MAX_ELEMENTS = 64;

    private static final Map<String, Function> FUNCTIONS = Map.ofEntries(
            Map.entry("sin", Function.SIN),
            Map.entry("cos", Function.COS),
            Map.entry("tan", Function.TAN),
            Map.entry("cot", Function.COT),
            Map.entry("sec", Function.SEC),
            Map.entry("csc", Function.CSC),
            Map.entry("arcsin", Function.ARCSIN),
            Map.entry("arccos", Function.ARCCOS),
            Map.entry("arctan", Function.ARCTAN),
            Map.entry("sinh", Function.SINH),
            Map.entry("cosh", Function.COSH),
            Map.entry("tanh", Function.TANH),
            Map.entry("ln", Function.LN));

    private static final Map<Function, Function> INVERSES = Map.of(
            Function.SIN, Function.ARCSIN,
            Function.COS, Function.ARCCOS,
            Function.TAN, Function.ARCTAN);

    private static final Set<String> FRACTIONS = Set.of("frac", "dfrac", "tfrac", "cfrac");
    private static final Set<String> BINOMIALS = Set.of("binom", "dbinom", "tbinom");
    private static final Set<String> MATRICES =
            Set.of("matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "array");

    private static final Set<String> LETTERS = Set.of(
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "varepsilon",
            "zeta",
            "eta",
            "theta",
            "vartheta",
            "iota",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "rho",
            "sigma",
            "tau",
            "upsilon",
            "phi",
            "varphi",
            "chi",
            "psi",
            "omega",
            "Gamma",
            "Delta",
            "Theta",
            "Lambda",
            "Xi",
            "Sigma",
            "Phi",
            "Psi",
            "Omega",
            "ell");

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

    private static final Interval REALS =
            new Interval(Expression.negated(Constant.INFINITY), false, Constant.INFINITY, false);

    private final List<Token> tokens;
    private int at;
    private int depth;
    private int bars;
    private boolean upperSign = true;
    private boolean sawPlusMinus;

    private AnswerReader(List<Token> tokens) {
        this.tokens = new ArrayList<>(tokens);
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
        AnswerReader reader = new AnswerReader(AnswerLexer.tokens(trimmed(text)));
        reader.depth = depth;
        if (reader.peek().kind() == Token.Kind.END) {
            throw new UnreadableException("it is empty");
        }
        Answer answer = reader.list(true);
        if (reader.peek().kind() != Token.Kind.END) {
            throw reader.unexpected();
        }
        return answer;
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    private boolean accept(String symbol) {
        if (peek().is(symbol)) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(String symbol) throws UnreadableException {
        if (!accept(symbol)) {
            throw new UnreadableException("'" + symbol + "' is missing before '" + peek().text() + "'");
        }
    }

    private UnreadableException unexpected() {
        Token token = peek();
        return new UnreadableException(
                switch (token.kind()) {
                    case END -> "it ends too early";
                    case COMMAND -> "\\" + token.text() + " is not read here";
                    case NUMBER, REPEATING, LETTER, TEXT, SYMBOL -> "'" + token.text() + "' is not read here";
                });
    }

    private void deeper() throws UnreadableException {
        if (++depth > MAX_DEPTH) {
            throw new UnreadableException("it is nested more than " + MAX_DEPTH + " deep");
        }
    }

    /**
     * Elements with commas, "and" or "or" between them; one alone is itself.
     *
     * @param expanded whether an element with a plus-minus sign becomes two here, or where the brackets end
     */
    private Answer list(boolean expanded) throws UnreadableException {
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
        while (peek().is(",")
                || peek().is(";")
                || isConnective(peek())
                || peek().isCommand("cup")
                || peek().isCommand("lor")
                || peek().isCommand("vee")) {
            or |= !peek().is(",") && !peek().is(";") && !words(peek().text()).equals("and");
            found = true;
            at++;
        }
        return found ? Optional.of(or) : Optional.empty();
    }

    private static boolean isConnective(Token token) {
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
        int start = at;
        List<Token> unread = List.copyOf(tokens);
        boolean outerSaw = sawPlusMinus;
        sawPlusMinus = false;
        Answer upper = relation();
        boolean two = sawPlusMinus;
        sawPlusMinus = outerSaw;
        if (!two || !upperSign) {
            return List.of(upper);
        }
        at = start;
        for (int i = 0; i < unread.size(); i++) {
            tokens.set(i, unread.get(i));
        }
        upperSign = false;
        Answer lower = relation();
        upperSign = true;
        sawPlusMinus = outerSaw;
        return List.of(upper, lower);
    }

    private Answer relation() throws UnreadableException {
        deeper();
        skipLeadingWords();
        Answer first = sets();
        List<Expression> sides = new ArrayList<>();
        List<Sign> signs = new ArrayList<>();
        Answer last = first;
        while (true) {
            if (peek().isCommand("in")) {
                at++;
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
                sides.add(scalar(first));
            }
            signs.add(sign.get());
            sides.add(scalar(next));
        }
        depth--;
        return signs.isEmpty() ? last : new Relation(sides, signs);
    }

    private Optional<Sign> sign() {
        Token token = peek();
        boolean candidate = token.kind() == Token.Kind.SYMBOL || token.kind() == Token.Kind.COMMAND;
        Optional<Sign> sign = candidate ? Optional.ofNullable(SIGNS.get(token.text())) : Optional.empty();
        if (sign.isPresent()) {
            at++;
            // Alignment marks stand around relation signs.
            accept("&");
        }
        return sign;
    }

    /** Words before a value say what it is and do not count. */
    private void skipLeadingWords() {
        int ahead = 0;
        while (peek(ahead).kind() == Token.Kind.TEXT
                && words(peek(ahead).text()).chars().allMatch(Character::isLetter)) {
            ahead++;
        }
        Token next = peek(ahead);
        boolean value = next.kind() == Token.Kind.NUMBER
                || next.kind() == Token.Kind.LETTER
                || next.is("-")
                || next.is("(")
                || (next.kind() == Token.Kind.COMMAND && FRACTIONS.contains(next.text()));
        at += value ? ahead : 0;
    }

    private Answer sets() throws UnreadableException {
        Answer first = sum();
        List<Answer> parts = new ArrayList<>(List.of(first));
        while (peek().isCommand("cup") || peek().isCommand("setminus") || peek().isCommand("backslash")) {
            boolean union = peek().isCommand("cup");
            if (parts.getLast() instanceof Value) {
                break;
            }
            at++;
            if (parts.size() == MAX_ELEMENTS) {
                throw new UnreadableException("it has more than " + MAX_ELEMENTS + " elements");
            }
            Answer next = sum();
            if (union) {
                parts.add(next);
            } else {
                Answer whole = parts.size() == 1 ? parts.getFirst() : new Union(parts);
                parts = new ArrayList<>(List.of(new Without(whole, next)));
            }
        }
        return parts.size() == 1 ? parts.getFirst() : new Union(parts);
    }

    private Answer sum() throws UnreadableException {
        List<Expression> terms = new ArrayList<>();
        boolean negative = signs();
        Answer first = product();
        if (!atSum()) {
            return negative ? negated(first) : first;
        }
        terms.add(negative ? Expression.negated(scalar(first)) : scalar(first));
        while (atSum()) {
            boolean minus = signs();
            Expression term = scalar(product());
            terms.add(minus ? Expression.negated(term) : term);
        }
        return new Value(Expression.sum(terms), false);
    }

    private boolean atSum() {
        return peek().is("+") || peek().is("-") || peek().isCommand("pm") || peek().isCommand("mp");
    }

    /** Reads signs, and says whether together they are a minus. */
    private boolean signs() {
        boolean minus = false;
        while (atSum()) {
            boolean plusMinus = peek().isCommand("pm") || peek().isCommand("mp");
            sawPlusMinus |= plusMinus;
            minus ^= peek().is("-") || (plusMinus && peek().isCommand("pm") != upperSign);
            at++;
        }
        return minus;
    }

    private static Answer negated(Answer answer) throws UnreadableException {
        return switch (answer) {
            case Value value -> new Value(Expression.negated(value.expression()), value.percent());
            case Matrix matrix -> scaled(Literal.MINUS_ONE, matrix);
            case Group _, Interval _, Union _, Without _, Relation _, Words _ ->
                throw new UnreadableException("a minus stands before something that is no value");
        };
    }

    private static Matrix scaled(Expression factor, Matrix matrix) {
        return new Matrix(matrix.rows().stream()
                .map(row -> row.stream()
                        .map(entry -> Expression.product(List.of(factor, entry)))
                        .toList())
                .toList());
    }

    /** The value of an answer that stands in an expression. */
    private static Expression scalar(Answer answer) throws UnreadableException {
        return switch (answer) {
            case Value value ->
                value.percent() ? Expression.product(List.of(value.expression(), percent())) : value.expression();
            case Words words -> new Variable(words.text());
            case Group _, Interval _, Union _, Without _, Matrix _, Relation _ ->
                throw new UnreadableException("a set, a tuple or a matrix stands inside of an expression");
        };
    }

    private static Expression percent() {
        return new Literal(BigInteger.ONE, BigInteger.valueOf(100), false);
    }

    /** Factors with signs between them. */
    private Answer product() throws UnreadableException {
        Answer first = adjacent();
        List<Expression> factors = new ArrayList<>();
        while (true) {
            boolean times =
                    peek().is("*") || peek().isCommand("cdot") || peek().isCommand("times") || peek().isCommand("ast");
            boolean divided = peek().is("/") || peek().isCommand("div");
            if (!times && !divided) {
                break;
            }
            at++;
            boolean negative = signs();
            Answer next = adjacent();
            if (times && factors.isEmpty() && next instanceof Matrix matrix) {
                return scaled(scalar(negative ? negated(first) : first), matrix);
            }
            if (factors.isEmpty()) {
                factors.add(scalar(first));
            }
            Expression factor = negative ? Expression.negated(scalar(next)) : scalar(next);
            factors.add(divided ? Expression.inverse(factor) : factor);
        }
        dropUnits();
        return factors.isEmpty() ? first : new Value(Expression.product(factors), false);
    }

    /** Words after a value are its unit. */
    private void dropUnits() throws UnreadableException {
        while (peek().kind() == Token.Kind.TEXT && !isConnective(peek())) {
            at++;
            if (accept("^")) {
                argument();
            }
        }
    }

    /** Factors side by side. */
    private Answer adjacent() throws UnreadableException {
        Answer first = power();
        List<Expression> factors = new ArrayList<>();
        while (beginsFactor()) {
            if (peek().kind() == Token.Kind.NUMBER && tokens.get(at - 1).kind() == Token.Kind.NUMBER) {
                throw new UnreadableException("two numbers stand side by side");
            }
            Answer next = power();
            if (next instanceof Matrix matrix && factors.isEmpty()) {
                return scaled(scalar(first), matrix);
            }
            if (factors.isEmpty()) {
                factors.add(scalar(first));
            }
            factors.add(scalar(next));
        }
        return factors.isEmpty() ? first : new Value(Expression.product(factors), false);
    }

    private boolean beginsFactor() {
        Token token = peek();
        return switch (token.kind()) {
            case NUMBER, LETTER -> true;
            case REPEATING, TEXT, END -> false;
            case COMMAND ->
                FUNCTIONS.containsKey(token.text())
                        || FRACTIONS.contains(token.text())
                        || BINOMIALS.contains(token.text())
                        || LETTERS.contains(token.text())
                        || Set.of("sqrt", "log", "lg", "exp", "pi", "infty", "lfloor", "lceil", "lvert")
                                .contains(token.text())
                        || token.text().startsWith("begin ");
            case SYMBOL -> token.is("(") || token.is("[") || token.is("{") || (token.is("|") && bars == 0);
        };
    }

    private Answer power() throws UnreadableException {
        Answer base = primary();
        int signs = 0;
        while (true) {
            if (++signs > 8) {
                throw new UnreadableException("too many signs follow a value");
            }
            if (peek().is("^")) {
                at++;
                if (acceptDegrees()) {
                    continue;
                }
                deeper();
                Expression exponent = argument();
                depth--;
                base = new Value(new Power(scalar(base), exponent), false);
            } else if (peek().is("**")) {
                at++;
                deeper();
                boolean minus = signs();
                Expression exponent = scalar(power());
                depth--;
                base = new Value(new Power(scalar(base), minus ? Expression.negated(exponent) : exponent), false);
            } else if (peek().is("!")) {
                at++;
                base = new Value(new Call(Function.FACTORIAL, scalar(base)), false);
            } else if (peek().is("%")) {
                at++;
                base = new Value(scalar(base), true);
            } else if (peek().isCommand("degree") || peek().isCommand("circ")) {
                at++;
            } else {
                return base;
            }
        }
    }

    private boolean acceptDegrees() {
        int braces = peek().is("{") ? 1 : 0;
        if (peek(braces).isCommand("circ") && (braces == 0 || peek(2).is("}"))) {
            at += 1 + 2 * braces;
            return true;
        }
        return false;
    }

    /** What a command or a caret takes: a group in braces, or one thing; of several digits the first. */
    private Expression argument() throws UnreadableException {
        deeper();
        Expression argument;
        if (accept("{")) {
            argument = scalar(list(false));
            expect("}");
        } else if (peek().is("-") || peek().is("+")) {
            boolean minus = signs();
            Expression value = scalar(primary());
            argument = minus ? Expression.negated(value) : value;
        } else {
            argument = scalar(primary());
        }
        depth--;
        return argument;
    }

    /** The argument of a command, which in LaTeX is one digit where no brace opens. */
    private Expression commandArgument() throws UnreadableException {
        Token token = peek();
        if (token.kind() == Token.Kind.NUMBER && token.text().length() > 1) {
            tokens.set(at, new Token(Token.Kind.NUMBER, token.text().substring(1), false));
            return number(token.text().substring(0, 1), "");
        }
        return argument();
    }

    private Answer primary() throws UnreadableException {
        deeper();
        Token token = peek();
        Answer answer = switch (token.kind()) {
            case NUMBER -> number();
            case LETTER -> new Value(letter(), false);
            case COMMAND -> command();
            case TEXT -> text();
            case SYMBOL -> bracketed();
            case REPEATING, END -> throw unexpected();
        };
        depth--;
        return answer;
    }

    private Answer number() throws UnreadableException {
        Token token = peek();
        at++;
        String repeating = "";
        if (peek().kind() == Token.Kind.REPEATING) {
            repeating = peek().text();
            at++;
        }
        if (peek().is("_")) {
            at++;
            return new Value(new Variable(token.text() + "_" + subscript()), false);
        }
        Expression whole = number(token.text(), repeating);
        if (token.text().contains(".") || !repeating.isEmpty()) {
            return new Value(whole, false);
        }
        Optional<Expression> fraction = properFraction();
        return new Value(fraction.isPresent() ? Expression.sum(List.of(whole, fraction.get())) : whole, false);
    }

    private static Expression number(String digits, String repeating) {
        int point = digits.indexOf('.');
        String all = digits.replace(".", "");
        int decimals = point < 0 ? 0 : digits.length() - point - 1;
        BigInteger numerator = new BigInteger(all.isEmpty() ? "0" : all);
        BigInteger denominator = BigInteger.TEN.pow(decimals);
        if (repeating.isEmpty()) {
            return new Literal(numerator, denominator, decimals > 0);
        }
        BigInteger nines = BigInteger.TEN.pow(repeating.length()).subtract(BigInteger.ONE);
        return new Literal(
                numerator.multiply(nines).add(new BigInteger(repeating)), denominator.multiply(nines), false);
    }

    /** The fraction of a mixed number, where one follows a whole number. */
    private Optional<Expression> properFraction() throws UnreadableException {
        Token token = peek();
        boolean spacedOut = token.kind() == Token.Kind.NUMBER && token.spaced() && peek(1).is("/");
        if (spacedOut && peek(2).kind() == Token.Kind.NUMBER) {
            Optional<Expression> fraction = fraction(number(token.text(), ""), number(peek(2).text(), ""));
            at += fraction.isPresent() ? 3 : 0;
            return fraction;
        }
        // Looked at before it is read: nested fractions that turn out not to be numbers would be read over and over.
        int above = token.kind() == Token.Kind.COMMAND && FRACTIONS.contains(token.text()) ? digitsLength(1) : 0;
        int below = above > 0 ? digitsLength(1 + above) : 0;
        if (above == 0 || (below == 0 && peek(1).is("{"))) {
            return Optional.empty();
        }
        int start = at;
        List<Token> unread = List.copyOf(tokens.subList(at, Math.min(at + 7, tokens.size())));
        at++;
        Expression numerator = commandArgument();
        boolean complete = digitsLength(0) > 0;
        Optional<Expression> fraction = complete ? fraction(numerator, commandArgument()) : Optional.empty();
        if (fraction.isEmpty()) {
            for (int i = 0; i < unread.size(); i++) {
                tokens.set(start + i, unread.get(i));
            }
            at = start;
        }
        return fraction;
    }

    /** How many tokens a number, in braces or without, takes; none where something else stands there. */
    private int digitsLength(int ahead) {
        if (peek(ahead).kind() == Token.Kind.NUMBER) {
            return 1;
        }
        boolean braced = peek(ahead).is("{")
                && peek(ahead + 1).kind() == Token.Kind.NUMBER
                && peek(ahead + 2).is("}");
        return braced ? 3 : 0;
    }

    private static Optional<Expression> fraction(Expression above, Expression below) {
        if (above instanceof Literal n
                && below instanceof Literal d
                && n.denominator().equals(BigInteger.ONE)
                && d.denominator().equals(BigInteger.ONE)
                && n.numerator().signum() > 0
                && n.numerator().compareTo(d.numerator()) < 0) {
            return Optional.of(new Literal(n.numerator(), d.numerator(), false));
        }
        return Optional.empty();
    }

    private Expression letter() throws UnreadableException {
        String name = peek().text();
        at++;
        Expression variable = variable(name);
        return switch (name) {
            case "e" -> variable.equals(new Variable(name)) ? Constant.E : variable;
            case "i" -> variable.equals(new Variable(name)) ? Constant.I : variable;
            default -> variable;
        };
    }

    /** A variable with the subscript and the primes that follow. */
    private Variable variable(String letter) throws UnreadableException {
        StringBuilder name = new StringBuilder(letter);
        if (accept("_")) {
            name.append('_').append(subscript());
        }
        while (accept("'") || (peek().is("^") && peek(1).isCommand("prime"))) {
            at += peek().is("^") ? 2 : 0;
            name.append('\'');
        }
        return new Variable(name.toString());
    }

    private String subscript() throws UnreadableException {
        if (!accept("{")) {
            if (peek().kind() == Token.Kind.END) {
                throw unexpected();
            }
            String text = peek().text();
            at++;
            return text;
        }
        StringBuilder name = new StringBuilder();
        while (!accept("}")) {
            if (peek().kind() == Token.Kind.END) {
                throw unexpected();
            }
            name.append(peek().text());
            at++;
        }
        return name.toString();
    }

    private Answer text() throws UnreadableException {
        StringBuilder text = new StringBuilder();
        while (peek().kind() == Token.Kind.TEXT) {
            text.append(peek().text()).append(' ');
            at++;
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
        return noLetters && !content.contains("\\") ? read(content, depth) : new Words(words);
    }

    private Answer bracketed() throws UnreadableException {
        Token open = peek();
        at++;
        return switch (open.text()) {
            case "(", "[" -> parenthesized(open.text());
            case "{" -> {
                if (accept("}")) {
                    yield primary();
                }
                int outer = bars;
                bars = 0;
                Answer inner = list(false);
                bars = outer;
                expect("}");
                yield inner;
            }
            case "\\{" -> {
                if (accept("\\}")) {
                    yield new Group(Kind.SET, List.of());
                }
                List<Answer> elements = elementsInside(list(true));
                expect("\\}");
                yield new Group(Kind.SET, elements);
            }
            case "|" -> {
                bars++;
                Expression inside = scalar(sum());
                bars--;
                expect("|");
                yield new Value(new Call(Function.ABSOLUTE, inside), false);
            }
            default -> {
                at--;
                throw unexpected();
            }
        };
    }

    private static List<Answer> elementsInside(Answer inside) {
        return inside instanceof Group group && (group.kind() == Kind.LIST || group.kind() == Kind.ALTERNATIVES)
                ? group.elements()
                : List.of(inside);
    }

    private Answer parenthesized(String open) throws UnreadableException {
        int outer = bars;
        bars = 0;
        Answer inside = list(false);
        bars = outer;
        boolean round = accept(")");
        if (!round) {
            expect("]");
        }
        if (!(inside instanceof Group group) || group.kind() == Kind.SET || group.kind() == Kind.TUPLE) {
            boolean words = inside instanceof Words;
            if (inside instanceof Value value) {
                return new Value(scalar(value), false);
            }
            return words || inside instanceof Relation || round ? inside : new Group(Kind.TUPLE, List.of(inside));
        }
        List<Answer> elements = group.elements();
        boolean interval = elements.size() == 2 && !(open.equals("(") && round);
        return interval
                ? new Interval(scalar(elements.get(0)), open.equals("["), scalar(elements.get(1)), !round)
                : new Group(Kind.TUPLE, elements);
    }

    private Answer command() throws UnreadableException {
        String name = peek().text();
        at++;
        if (FRACTIONS.contains(name)) {
            Expression above = commandArgument();
            Expression below = commandArgument();
            return new Value(Expression.product(List.of(above, Expression.inverse(below))), false);
        }
        if (BINOMIALS.contains(name)) {
            return new Value(binomial(commandArgument(), commandArgument()), false);
        }
        if (FUNCTIONS.containsKey(name)) {
            return new Value(function(FUNCTIONS.getOrDefault(name, Function.SIN)), false);
        }
        if (LETTERS.contains(name)) {
            return new Value(variable("\\" + name), false);
        }
        return switch (name) {
            case "pi" -> new Value(Constant.PI, false);
            case "infty", "infinity" -> new Value(Constant.INFINITY, false);
            case "emptyset", "varnothing" -> new Group(Kind.SET, List.of());
            case "imath" -> new Value(Constant.I, false);
            case "sqrt" -> new Value(root(), false);
            case "log", "lg" -> new Value(logarithm(), false);
            case "exp" -> new Value(new Power(Constant.E, functionArgument()), false);
            case "lfloor" -> delimited(Function.FLOOR, "rfloor");
            case "lceil" -> delimited(Function.CEILING, "rceil");
            case "lvert" -> delimited(Function.ABSOLUTE, "rvert");
            case "langle" -> {
                List<Answer> elements = elementsInside(list(false));
                closeWith("rangle");
                yield new Group(Kind.TUPLE, elements);
            }
            case "mathbb R" -> REALS;
            case "mathbb Z", "mathbb Q", "mathbb N", "mathbb C" -> new Words(name.toLowerCase(Locale.ROOT));
            default -> {
                if (name.startsWith("begin ") && MATRICES.contains(name.substring("begin ".length()))) {
                    yield matrix(name.substring("begin ".length()));
                }
                at--;
                throw unexpected();
            }
        };
    }

    private void closeWith(String command) throws UnreadableException {
        if (!peek().isCommand(command)) {
            throw new UnreadableException("\\" + command + " is missing");
        }
        at++;
    }

    private Answer delimited(Function function, String close) throws UnreadableException {
        Expression inside = scalar(sum());
        closeWith(close);
        return new Value(new Call(function, inside), false);
    }

    private Expression root() throws UnreadableException {
        Expression index = Literal.of(2);
        if (accept("[")) {
            index = scalar(sum());
            expect("]");
        }
        Expression radicand = peek().is("(") ? scalar(primary()) : commandArgument();
        return new Power(radicand, index.equals(Literal.of(2)) ? half() : Expression.inverse(index));
    }

    private static Expression half() {
        return new Literal(BigInteger.ONE, BigInteger.TWO, false);
    }

    private static Expression binomial(Expression n, Expression k) {
        return Expression.product(List.of(
                new Call(Function.FACTORIAL, n),
                Expression.inverse(new Call(Function.FACTORIAL, k)),
                Expression.inverse(new Call(Function.FACTORIAL, Expression.difference(n, k)))));
    }

    private Expression logarithm() throws UnreadableException {
        Expression base = accept("_") ? commandArgument() : Literal.of(10);
        Optional<Expression> exponent = accept("^") ? Optional.of(argument()) : Optional.empty();
        Expression quotient = Expression.product(
                List.of(new Call(Function.LN, functionArgument()), Expression.inverse(new Call(Function.LN, base))));
        return exponent.isPresent() ? new Power(quotient, exponent.get()) : quotient;
    }

    private Expression function(Function function) throws UnreadableException {
        if (!accept("^")) {
            return new Call(function, functionArgument());
        }
        Expression exponent = argument();
        Function inverse = INVERSES.getOrDefault(function, function);
        if (inverse != function && exponent.equals(Literal.MINUS_ONE)) {
            return new Call(inverse, functionArgument());
        }
        return new Power(new Call(function, functionArgument()), exponent);
    }

    /** What a function is of: what stands in the parentheses, or the factors up to the next sign or function. */
    private Expression functionArgument() throws UnreadableException {
        if (peek().is("(") || peek().is("[") || peek().is("{")) {
            return scalar(primary());
        }
        boolean minus = signs();
        List<Expression> factors = new ArrayList<>(List.of(scalar(power())));
        while (beginsFactor() && !peek().is("(") && !beginsFunction()) {
            factors.add(scalar(power()));
        }
        Expression argument = Expression.product(factors);
        return minus ? Expression.negated(argument) : argument;
    }

    private boolean beginsFunction() {
        Token token = peek();
        return token.kind() == Token.Kind.COMMAND
                && (FUNCTIONS.containsKey(token.text())
                        || Set.of("log", "lg", "exp").contains(token.text()));
    }

    private Answer matrix(String environment) throws UnreadableException {
        if (environment.equals("array") && accept("{")) {
            while (!accept("}")) {
                if (peek().kind() == Token.Kind.END) {
                    throw unexpected();
                }
                at++;
            }
        }
        List<List<Expression>> rows = new ArrayList<>();
        List<Expression> row = new ArrayList<>();
        int entries = 0;
        while (!peek().isCommand("end " + environment)) {
            row.add(scalar(sum()));
            if (++entries > MAX_ELEMENTS) {
                throw new UnreadableException("a matrix has more than " + MAX_ELEMENTS + " entries");
            }
            if (!accept("&")) {
                rows.add(row);
                row = new ArrayList<>();
                if (!peek().isCommand("newline")) {
                    break;
                }
                at++;
            }
        }
        closeWith("end " + environment);
        int width = rows.isEmpty() ? 0 : rows.getFirst().size();
        if (width == 0 || !row.isEmpty() || rows.stream().anyMatch(other -> other.size() != width)) {
            throw new UnreadableException("the rows of a matrix differ in length");
        }
        return new Matrix(rows);
    }
}
