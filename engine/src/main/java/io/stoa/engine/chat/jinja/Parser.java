package io.stoa.engine.chat.jinja;

import io.stoa.engine.chat.jinja.Expression.CallArguments;
import io.stoa.engine.chat.jinja.Expression.Filter;
import io.stoa.engine.chat.jinja.Expression.Operator;
import io.stoa.engine.chat.jinja.Expression.Relation;
import io.stoa.engine.chat.jinja.Statement.Macro;
import io.stoa.engine.chat.jinja.Statement.Target;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Builds statements from tokens: Jinja2's grammar with {@code break}, {@code continue} and {@code generation} added. Tags
 * that load another template are refused, because a chat template stands alone.
 */
final class Parser {
    /** Nested tags and brackets; keeps the recursion of this class and of the interpreter bounded. */
    private static final int DEEPEST = 150;

    private static final Map<String, Operator> SUMS = Map.of("+", Operator.ADD, "-", Operator.SUBTRACT);
    private static final Map<String, Operator> PRODUCTS =
            Map.of("*", Operator.MULTIPLY, "/", Operator.DIVIDE, "//", Operator.FLOOR_DIVIDE, "%", Operator.MODULO);
    private static final Map<String, Operator> POWERS = Map.of("**", Operator.POWER);
    private static final Map<String, Relation> RELATIONS = Map.of(
            "==", Relation.EQUAL,
            "!=", Relation.UNEQUAL,
            "<", Relation.LESS,
            "<=", Relation.LESS_OR_EQUAL,
            ">", Relation.GREATER,
            ">=", Relation.GREATER_OR_EQUAL);
    private static final List<String> SPECIAL = List.of("caller", "kwargs", "varargs");
    private static final Set<String> CONSTANTS = Set.of("true", "false", "none", "True", "False", "None");

    private final List<Token> tokens;
    private int position;
    private int depth;
    private int loops;
    /** The names mentioned in each macro body that is being read, innermost last. */
    private final Deque<Set<String>> mentioned = new ArrayDeque<>();

    /** The tags that are open, and what may close each, innermost first. */
    private final Deque<String> openTags = new ArrayDeque<>();

    private final Deque<List<String>> endTags = new ArrayDeque<>();

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    static List<Statement> parse(String source, boolean trims) {
        Parser parser = new Parser(Lexer.tokens(source, trims));
        return parser.statements(List.of());
    }

    private Token current() {
        return tokens.get(position);
    }

    private Token next() {
        Token token = current();
        if (token.kind() != Token.Kind.END) {
            position++;
        }
        return token;
    }

    private boolean at(String operator) {
        return current().is(Token.Kind.OPERATOR, operator);
    }

    private boolean atName(String name) {
        return current().is(Token.Kind.NAME, name);
    }

    private boolean skip(String operator) {
        boolean found = at(operator);
        if (found) {
            position++;
        }
        return found;
    }

    private boolean skipName(String name) {
        boolean found = atName(name);
        if (found) {
            position++;
        }
        return found;
    }

    private void expect(String operator) {
        if (!skip(operator)) {
            throw wrong(operator);
        }
    }

    private Token expect(Token.Kind kind) {
        if (current().kind() != kind) {
            throw wrong(kind == Token.Kind.NAME ? "name" : new Token(kind, "", 0).described());
        }
        return next();
    }

    private void expectName(String name) {
        if (!skipName(name)) {
            throw wrong(name);
        }
    }

    private JinjaException wrong(String expected) {
        return current().kind() == Token.Kind.END
                ? fail("unexpected end of template, expected '" + expected + "'.")
                : fail("expected token '" + expected + "', got '" + current().described() + "'");
    }

    private JinjaException fail(String message) {
        return JinjaException.syntax(message, current().line());
    }

    private <T> T nested(Supplier<T> parse) {
        if (++depth > DEEPEST) {
            throw fail("the template nests more than " + DEEPEST + " tags and brackets");
        }
        T parsed = parse.get();
        depth--;
        return parsed;
    }

    /** Statements up to one of the end tags, whose name is then the current token; or to the end of the template. */
    private List<Statement> statements(List<String> closing) {
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = next();
            switch (token.kind()) {
                case DATA -> statements.add(new Statement.Data(token.text()));
                case VARIABLE_BEGIN -> {
                    statements.add(new Statement.Output(tuple(true, List.of(), false), token.line()));
                    expect(Token.Kind.VARIABLE_END);
                }
                case BLOCK_BEGIN -> {
                    if (current().kind() == Token.Kind.NAME
                            && closing.contains(current().text())) {
                        return List.copyOf(statements);
                    }
                    statements.addAll(nested(this::statement));
                    expect(Token.Kind.BLOCK_END);
                }
                case END -> {
                    if (closing.isEmpty()) {
                        return List.copyOf(statements);
                    }
                    throw fail("Unexpected end of template. " + wanted());
                }
                case BLOCK_END, VARIABLE_END, NAME, STRING, INTEGER, FLOAT, OPERATOR ->
                    throw JinjaException.syntax("unexpected '" + token.described() + "'", token.line());
            }
        }
    }

    private JinjaException unknown(Token tag) {
        openTags.pop();
        String message = "Encountered unknown tag '" + tag.text() + "'.";
        return JinjaException.syntax(openTags.isEmpty() ? message : message + " " + wanted(), tag.line());
    }

    private String wanted() {
        return "Jinja was looking for the following tags: "
                + String.join(
                        " or ",
                        endTags.element().stream().map(tag -> "'" + tag + "'").toList())
                + ". The innermost block that needs to be closed is '" + openTags.element() + "'.";
    }

    /** The body of a tag, from the end of its opening tag to one of the end tags. */
    private List<Statement> body(String... closing) {
        skip(":");
        expect(Token.Kind.BLOCK_END);
        endTags.push(List.of(closing));
        List<Statement> body = statements(List.of(closing));
        endTags.pop();
        return body;
    }

    private List<Statement> bodyThrough(String endTag) {
        List<Statement> body = body(endTag);
        next();
        return body;
    }

    private List<Statement> statement() {
        Token tag = current();
        if (tag.kind() != Token.Kind.NAME) {
            throw fail("tag name expected");
        }
        next();
        openTags.push(tag.text());
        List<Statement> parsed = switch (tag.text()) {
            case "if" -> List.of(ifTag());
            case "for" -> List.of(forTag(tag.line()));
            case "set" -> List.of(set(tag.line()));
            case "with" -> List.of(with(tag.line()));
            case "macro" -> List.of(new Statement.DefineMacro(macro()));
            case "call" -> List.of(call(tag.line()));
            case "filter" -> List.of(new Statement.FilterBlock(filters(true), bodyThrough("endfilter"), tag.line()));
            case "print" -> print(tag.line());
            case "generation" -> List.of(new Statement.Scoped(bodyThrough("endgeneration")));
            case "break", "continue" -> {
                if (loops == 0) {
                    throw JinjaException.syntax("'" + tag.text() + "' outside of a loop", tag.line());
                }
                yield List.of(tag.text().equals("break") ? new Statement.Break() : new Statement.Continue());
            }
            case "include", "import", "from", "extends", "block" ->
                throw JinjaException.syntax(
                        "{% " + tag.text() + " %} needs other templates, and a chat template stands alone", tag.line());
            case "autoescape" ->
                throw JinjaException.syntax(
                        "{% autoescape %} is for web pages and has no meaning in a chat template", tag.line());
            default -> throw unknown(tag);
        };
        openTags.pop();
        return parsed;
    }

    private Statement ifTag() {
        List<Statement.Branch> branches = new ArrayList<>();
        while (true) {
            int line = current().line();
            Expression test = tuple(false, List.of(), false);
            branches.add(new Statement.Branch(test, body("elif", "else", "endif"), line));
            Token end = next();
            if (end.text().equals("else")) {
                return new Statement.If(List.copyOf(branches), bodyThrough("endif"));
            }
            if (end.text().equals("endif")) {
                return new Statement.If(List.copyOf(branches), List.of());
            }
        }
    }

    private Statement forTag(int line) {
        Target target = target(List.of("in"), false);
        expectName("in");
        Expression iterable = tuple(false, List.of("recursive"), false);
        Optional<Expression> test = skipName("if") ? Optional.of(expression()) : Optional.empty();
        boolean recursive = skipName("recursive");
        loops++;
        List<Statement> body = body("endfor", "else");
        loops--;
        List<Statement> otherwise = next().text().equals("else") ? bodyThrough("endfor") : List.of();
        return new Statement.For(target, iterable, test, recursive, body, otherwise, line);
    }

    private Statement set(int line) {
        Target target = target(List.of(), true);
        if (skip("=")) {
            return new Statement.Assign(target, tuple(true, List.of(), false), line);
        }
        List<Filter> filters = filters(false);
        return new Statement.AssignBlock(target, filters, bodyThrough("endset"), line);
    }

    private Statement with(int line) {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (current().kind() != Token.Kind.BLOCK_END) {
            if (!targets.isEmpty()) {
                expect(",");
            }
            targets.add(target(List.of(), false));
            expect("=");
            values.add(expression());
        }
        return new Statement.With(List.copyOf(targets), List.copyOf(values), bodyThrough("endwith"), line);
    }

    private Macro macro() {
        String name = variableName();
        return macroBody(name, "endmacro");
    }

    private Statement call(int line) {
        Macro signature =
                at("(") ? signature("caller") : new Macro("caller", List.of(), List.of(), List.of(), List.of());
        if (!(expression() instanceof Expression.Call call)) {
            throw JinjaException.syntax("expected call", line);
        }
        return new Statement.CallBlock(withBody(signature, "endcall"), call, line);
    }

    private Macro macroBody(String name, String endTag) {
        return withBody(signature(name), endTag);
    }

    private Macro withBody(Macro signature, String endTag) {
        mentioned.push(new HashSet<>());
        int outerLoops = loops;
        loops = 0;
        List<Statement> body = bodyThrough(endTag);
        loops = outerLoops;
        Set<String> names = mentioned.pop();
        List<String> special = SPECIAL.stream()
                .filter(name -> names.contains(name) && !signature.parameters().contains(name))
                .toList();
        return new Macro(signature.name(), signature.parameters(), signature.defaults(), special, body);
    }

    private Macro signature(String name) {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        expect("(");
        while (!at(")")) {
            if (!parameters.isEmpty()) {
                expect(",");
            }
            parameters.add(variableName());
            if (skip("=")) {
                defaults.add(expression());
            } else if (!defaults.isEmpty()) {
                throw fail("non-default argument follows default argument");
            }
        }
        expect(")");
        return new Macro(name, List.copyOf(parameters), List.copyOf(defaults), List.of(), List.of());
    }

    private List<Statement> print(int line) {
        List<Statement> outputs = new ArrayList<>();
        while (current().kind() != Token.Kind.BLOCK_END) {
            if (!outputs.isEmpty()) {
                expect(",");
            }
            outputs.add(new Statement.Output(expression(), line));
        }
        return outputs;
    }

    private String variableName() {
        Token token = current();
        boolean literal = switch (token.kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case NAME -> CONSTANTS.contains(token.text());
            case DATA, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, OPERATOR, END -> false;
        };
        if (literal) {
            throw fail("can't assign to 'const'");
        }
        return expect(Token.Kind.NAME).text();
    }

    private Target target(List<String> endNames, boolean withNamespace) {
        List<Target> targets = new ArrayList<>();
        boolean several = false;
        while (true) {
            targets.add(singleTarget(endNames, withNamespace));
            if (!skip(",")) {
                break;
            }
            several = true;
            if ((current().kind() != Token.Kind.NAME && !at("("))
                    || endNames.contains(current().text())) {
                break;
            }
        }
        return several ? new Target.Several(List.copyOf(targets)) : targets.getFirst();
    }

    private Target singleTarget(List<String> endNames, boolean withNamespace) {
        if (skip("(")) {
            Target inner = nested(() -> target(endNames, withNamespace));
            expect(")");
            return inner;
        }
        String name = variableName();
        if (withNamespace && skip(".")) {
            mention(name);
            return new Target.NamespaceAttribute(name, expect(Token.Kind.NAME).text());
        }
        return new Target.Variable(name);
    }

    private void mention(String name) {
        mentioned.forEach(names -> names.add(name));
    }

    /** One expression, or a tuple where commas follow. */
    private Expression tuple(boolean withConditional, List<String> endNames, boolean parenthesized) {
        List<Expression> items = new ArrayList<>();
        boolean several = false;
        while (!tupleEnds(endNames)) {
            items.add(withConditional ? expression() : nested(this::or));
            if (!skip(",")) {
                break;
            }
            several = true;
        }
        if (several) {
            return new Expression.Tuple(List.copyOf(items));
        }
        if (items.isEmpty()) {
            if (parenthesized) {
                return new Expression.Tuple(List.of());
            }
            throw fail("Expected an expression, got '" + current().described() + "'");
        }
        return items.getFirst();
    }

    private boolean tupleEnds(List<String> endNames) {
        Token token = current();
        return token.kind() == Token.Kind.VARIABLE_END
                || token.kind() == Token.Kind.BLOCK_END
                || at(")")
                || (token.kind() == Token.Kind.NAME && endNames.contains(token.text()));
    }

    private Expression expression() {
        return nested(this::conditional);
    }

    private Expression conditional() {
        int line = current().line();
        Expression then = or();
        int chained = 0;
        while (skipName("if")) {
            chain(++chained);
            Expression test = or();
            Optional<Expression> otherwise =
                    skipName("else") ? Optional.of(nested(this::conditional)) : Optional.empty();
            then = new Expression.Conditional(test, then, otherwise, line);
        }
        return then;
    }

    private Expression or() {
        List<Expression> operands = new ArrayList<>(List.of(and()));
        while (skipName("or")) {
            operands.add(and());
        }
        return operands.size() == 1 ? operands.getFirst() : new Expression.Or(List.copyOf(operands));
    }

    private Expression and() {
        List<Expression> operands = new ArrayList<>(List.of(not()));
        while (skipName("and")) {
            operands.add(not());
        }
        return operands.size() == 1 ? operands.getFirst() : new Expression.And(List.copyOf(operands));
    }

    private Expression not() {
        return skipName("not") ? new Expression.Not(nested(this::not)) : comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<Expression.Compared> rest = new ArrayList<>();
        while (true) {
            Optional<Relation> relation = operator(RELATIONS);
            if (relation.isPresent()) {
                next();
            } else if (skipName("in")) {
                relation = Optional.of(Relation.IN);
            } else if (atName("not") && tokens.get(position + 1).is(Token.Kind.NAME, "in")) {
                position += 2;
                relation = Optional.of(Relation.NOT_IN);
            } else {
                return rest.isEmpty() ? first : new Expression.Comparison(first, List.copyOf(rest));
            }
            rest.add(new Expression.Compared(relation.get(), sum()));
        }
    }

    private <T> Optional<T> operator(Map<String, T> operators) {
        return current().kind() == Token.Kind.OPERATOR
                ? Optional.ofNullable(operators.get(current().text()))
                : Optional.empty();
    }

    private Expression sum() {
        return chain(SUMS, this::concatenation);
    }

    private Expression concatenation() {
        List<Expression> parts = new ArrayList<>(List.of(product()));
        while (skip("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Concatenation(List.copyOf(parts));
    }

    private Expression product() {
        return chain(PRODUCTS, this::power);
    }

    private Expression power() {
        return chain(POWERS, () -> unary(true));
    }

    private Expression chain(Map<String, Operator> operators, Supplier<Expression> operand) {
        Expression first = operand.get();
        List<Expression.Step> steps = new ArrayList<>();
        for (Optional<Operator> next = operator(operators); next.isPresent(); next = operator(operators)) {
            position++;
            steps.add(new Expression.Step(next.get(), operand.get()));
        }
        return steps.isEmpty() ? first : new Expression.Chain(first, List.copyOf(steps));
    }

    private Expression unary(boolean withFilter) {
        Expression expression;
        if (at("-") || at("+")) {
            boolean negative = next().text().equals("-");
            expression = new Expression.Sign(negative, nested(() -> unary(false)));
        } else {
            expression = primary();
        }
        expression = postfix(expression);
        return withFilter ? filtersAndTests(expression) : expression;
    }

    private Expression primary() {
        Token token = next();
        return switch (token.kind()) {
            case NAME -> name(token.text());
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (current().kind() == Token.Kind.STRING) {
                    text.append(next().text());
                }
                yield new Expression.Literal(Value.text(text.toString()));
            }
            case INTEGER -> new Expression.Literal(integer(token));
            case FLOAT ->
                new Expression.Literal(
                        new Value.Real(Double.parseDouble(token.text().replace("_", ""))));
            case OPERATOR -> bracketed(token);
            case DATA, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, END ->
                throw JinjaException.syntax("unexpected '" + token.described() + "'", token.line());
        };
    }

    private Expression name(String name) {
        return switch (name) {
            case "true", "True" -> new Expression.Literal(Value.Truth.TRUE);
            case "false", "False" -> new Expression.Literal(Value.Truth.FALSE);
            case "none", "None" -> new Expression.Literal(Value.None.NONE);
            default -> {
                mention(name);
                yield new Expression.Name(name);
            }
        };
    }

    private static Value integer(Token token) {
        String digits = token.text().replace("_", "").toLowerCase(Locale.ROOT);
        if (digits.length() > Budget.BITS / 4) {
            throw JinjaException.syntax("a number of " + digits.length() + " digits", token.line());
        }
        if (digits.startsWith("0x")) {
            return new Value.Whole(new BigInteger(digits.substring(2), 16));
        }
        if (digits.startsWith("0o")) {
            return new Value.Whole(new BigInteger(digits.substring(2), 8));
        }
        return new Value.Whole(
                digits.startsWith("0b") ? new BigInteger(digits.substring(2), 2) : new BigInteger(digits));
    }

    private Expression bracketed(Token open) {
        return switch (open.text()) {
            case "(" -> {
                Expression inner = tuple(true, List.of(), true);
                expect(")");
                yield inner;
            }
            case "[" -> new Expression.Listing(until("]", this::expression));
            case "{" -> new Expression.Mapping(until("}", this::entry));
            default -> throw JinjaException.syntax("unexpected '" + open.text() + "'", open.line());
        };
    }

    private Expression.Entry entry() {
        Expression key = expression();
        expect(":");
        return new Expression.Entry(key, expression());
    }

    /** What stands between commas up to a closing bracket. */
    private <T> List<T> until(String close, Supplier<T> item) {
        List<T> items = new ArrayList<>();
        while (!at(close)) {
            items.add(item.get());
            if (!at(close)) {
                expect(",");
            }
        }
        expect(close);
        return List.copyOf(items);
    }

    /** Chains such as {@code a.b.c} nest to the left, so their length counts as depth. */
    private void chain(int length) {
        if (length > DEEPEST) {
            throw fail("a chain of more than " + DEEPEST + " attributes, calls, filters or conditions");
        }
    }

    private Expression postfix(Expression start) {
        Expression expression = start;
        for (int length = 1; ; length++) {
            chain(length);
            if (at(".")) {
                next();
                Token name = next();
                expression = switch (name.kind()) {
                    case NAME -> new Expression.Attribute(expression, name.text());
                    case INTEGER -> new Expression.Item(expression, new Expression.Literal(integer(name)));
                    case DATA, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, STRING, FLOAT, OPERATOR, END ->
                        throw JinjaException.syntax("expected name or number", name.line());
                };
            } else if (skip("[")) {
                expression = subscript(expression);
            } else if (at("(")) {
                expression = call(expression);
            } else {
                return expression;
            }
        }
    }

    private Expression subscript(Expression target) {
        if (at(":")) {
            return slice(target, Optional.empty());
        }
        Expression index = expression();
        if (at(":")) {
            return slice(target, Optional.of(index));
        }
        List<Expression> indices = new ArrayList<>(List.of(index));
        while (skip(",")) {
            if (!at("]")) {
                indices.add(expression());
            }
        }
        expect("]");
        return new Expression.Item(target, indices.size() == 1 ? index : new Expression.Tuple(List.copyOf(indices)));
    }

    private Expression slice(Expression target, Optional<Expression> start) {
        expect(":");
        Optional<Expression> stop = at(":") || at("]") ? Optional.empty() : Optional.of(expression());
        Optional<Expression> step = skip(":") && !at("]") ? Optional.of(expression()) : Optional.empty();
        expect("]");
        return new Expression.Slice(target, start, stop, step);
    }

    private Expression.Call call(Expression target) {
        int line = current().line();
        return new Expression.Call(target, arguments(), line);
    }

    private CallArguments arguments() {
        expect("(");
        int line = current().line();
        List<Expression> positional = new ArrayList<>();
        List<Expression.Keyword> named = new ArrayList<>();
        Optional<Expression> more = Optional.empty();
        Optional<Expression> moreNamed = Optional.empty();
        boolean valid = true;
        while (!at(")")) {
            if (skip("*")) {
                valid &= more.isEmpty() && moreNamed.isEmpty();
                more = Optional.of(expression());
            } else if (skip("**")) {
                valid &= moreNamed.isEmpty();
                moreNamed = Optional.of(expression());
            } else if (current().kind() == Token.Kind.NAME
                    && tokens.get(position + 1).is(Token.Kind.OPERATOR, "=")) {
                valid &= moreNamed.isEmpty();
                String name = next().text();
                next();
                named.add(new Expression.Keyword(name, expression()));
            } else {
                valid &= more.isEmpty() && moreNamed.isEmpty() && named.isEmpty();
                positional.add(expression());
            }
            if (!at(")")) {
                expect(",");
            }
        }
        expect(")");
        if (!valid) {
            throw JinjaException.syntax("invalid syntax for function call expression", line);
        }
        return new CallArguments(List.copyOf(positional), List.copyOf(named), more, moreNamed);
    }

    /** {@code | name(…) | name…}; a filter tag leaves out the first bar. */
    private List<Filter> filters(boolean firstWithoutBar) {
        List<Filter> filters = new ArrayList<>();
        if (firstWithoutBar) {
            filters.add(filter());
        }
        while (skip("|")) {
            chain(filters.size());
            filters.add(filter());
        }
        return List.copyOf(filters);
    }

    private Filter filter() {
        String name = dottedName();
        return new Filter(name, at("(") ? arguments() : CallArguments.NONE);
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(expect(Token.Kind.NAME).text());
        while (skip(".")) {
            name.append('.').append(expect(Token.Kind.NAME).text());
        }
        return name.toString();
    }

    private Expression filtersAndTests(Expression start) {
        Expression expression = start;
        for (int length = 1; ; length++) {
            chain(length);
            if (skip("|")) {
                expression = new Expression.Filtered(expression, filter());
            } else if (skipName("is")) {
                expression = test(expression);
            } else if (at("(")) {
                expression = call(expression);
            } else {
                return expression;
            }
        }
    }

    private Expression test(Expression subject) {
        boolean negated = skipName("not");
        String name = dottedName();
        CallArguments arguments = CallArguments.NONE;
        if (at("(")) {
            arguments = arguments();
        } else if (startsTestArgument()) {
            if (atName("is")) {
                throw fail("You cannot chain multiple tests with is");
            }
            Expression argument = postfix(nested(this::primary));
            arguments = new CallArguments(List.of(argument), List.of(), Optional.empty(), Optional.empty());
        }
        Expression tested = new Expression.Tested(subject, name, arguments);
        return negated ? new Expression.Not(tested) : tested;
    }

    private boolean startsTestArgument() {
        return switch (current().kind()) {
            case NAME -> !atName("else") && !atName("or") && !atName("and");
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> at("[") || at("{");
            case DATA, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, END -> false;
        };
    }
}
