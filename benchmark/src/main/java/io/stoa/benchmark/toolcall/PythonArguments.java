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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What expressions mean as arguments in BFCL: literals their value, names, subscripts and calls without named arguments
 * their source, calls with named arguments a dict {@code {function: arguments}}, arithmetic its result.
 */
final class PythonArguments {
    private PythonArguments() {}

    /** Only named arguments count; positional ones are passed over. */
    static FunctionCall functionCall(Call call) throws AnswerSyntaxException {
        Map<String, ArgumentValue> arguments = new LinkedHashMap<>();
        for (Argument argument : call.arguments()) {
            if (argument.named()) {
                String name = argument.name().equals("**") ? FunctionCall.UNNAMED : argument.name();
                arguments.put(name, value(argument.value()));
            }
        }
        return new FunctionCall(functionName(call.function()), arguments);
    }

    /** The attributes' names joined by dots, with the name that they hang on where it is one. */
    private static String functionName(PythonExpression function) {
        List<String> parts = new ArrayList<>();
        PythonExpression owner = function;
        while (owner instanceof Attribute attribute) {
            parts.addFirst(attribute.name());
            owner = attribute.owner();
        }
        if (owner instanceof Name(String name)) {
            parts.addFirst(name);
        }
        return String.join(".", parts);
    }

    static ArgumentValue value(PythonExpression expression) throws AnswerSyntaxException {
        return switch (expression) {
            case Constant(ArgumentValue value) -> value;
            case Name(String name) -> ArgumentValue.of(name);
            case Sequence(boolean tuple, List<PythonExpression> elements, int _) -> {
                List<ArgumentValue> values = new ArrayList<>();
                for (PythonExpression element : elements) {
                    values.add(value(element));
                }
                yield new ArgumentValue.Items(tuple, values);
            }
            case Dictionary(List<Entry> entries, int _) -> table(entries);
            case Unary unary -> negative(unary);
            case Binary _ -> PythonArithmetic.value(expression);
            case Call call ->
                call.arguments().stream().anyMatch(Argument::named) ? table(call) : ArgumentValue.of(source(call));
            case Subscript _ -> ArgumentValue.of(source(expression));
            case Attribute _ -> throw new AnswerSyntaxException("an attribute is no argument: " + source(expression));
        };
    }

    private static ArgumentValue table(List<Entry> entries) throws AnswerSyntaxException {
        Map<ArgumentValue, ArgumentValue> table = new LinkedHashMap<>();
        for (Entry entry : entries) {
            ArgumentValue key = value(entry.key());
            if (key instanceof ArgumentValue.Table || (key instanceof ArgumentValue.Items items && !items.tuple())) {
                throw new AnswerSyntaxException("cannot be a key: " + key.shown());
            }
            table.put(key, value(entry.value()));
        }
        return new ArgumentValue.Table(table);
    }

    private static ArgumentValue table(Call call) throws AnswerSyntaxException {
        FunctionCall nested = functionCall(call);
        Map<ArgumentValue, ArgumentValue> arguments = new LinkedHashMap<>();
        nested.arguments().forEach((name, value) -> arguments.put(ArgumentValue.of(name), value));
        return new ArgumentValue.Table(Map.of(ArgumentValue.of(nested.function()), new ArgumentValue.Table(arguments)));
    }

    /** BFCL negates whatever the sign is, so that +5 would become -5; only the minus is read here. */
    private static ArgumentValue negative(Unary unary) throws AnswerSyntaxException {
        if (!unary.operator().equals("-") || !(unary.operand() instanceof Constant)) {
            throw new AnswerSyntaxException("only a number can have a sign, and only a minus: " + source(unary));
        }
        return PythonArithmetic.value(unary);
    }

    /** The expression as text, in the form that Python's {@code ast.unparse} gives. */
    static String source(PythonExpression expression) {
        return switch (expression) {
            case Constant(ArgumentValue value) -> PythonValue.repr(value);
            case Name(String name) -> name;
            case Attribute(PythonExpression owner, String name, int _) -> source(owner) + "." + name;
            case Subscript(PythonExpression owner, String index, int _) -> source(owner) + "[" + index + "]";
            case Call(PythonExpression function, List<Argument> arguments, int _) ->
                source(function)
                        + arguments.stream().map(PythonArguments::source).collect(Collectors.joining(", ", "(", ")"));
            case Sequence(boolean tuple, List<PythonExpression> elements, int _) -> {
                String all = elements.stream().map(PythonArguments::source).collect(Collectors.joining(", "));
                yield tuple ? "(" + all + (elements.size() == 1 ? ",)" : ")") : "[" + all + "]";
            }
            case Dictionary(List<Entry> entries, int _) ->
                entries.stream()
                        .map(entry -> source(entry.key()) + ": " + source(entry.value()))
                        .collect(Collectors.joining(", ", "{", "}"));
            case Unary(String operator, PythonExpression operand, int _) ->
                operator + (operand instanceof Binary ? "(" + source(operand) + ")" : source(operand));
            case Binary binary -> source(binary);
        };
    }

    private static String source(Argument argument) {
        String name = argument.name();
        return (argument.named() && !name.equals("**") ? name + "=" : name) + source(argument.value());
    }

    private static String source(Binary binary) {
        int precedence = PythonCallReader.precedence(binary.operator());
        boolean power = binary.operator().equals("**");
        String left = operand(binary.left(), power ? precedence + 1 : precedence);
        String right = power && binary.right() instanceof Unary
                ? "(" + source(binary.right()) + ")"
                : operand(binary.right(), power ? precedence : precedence + 1);
        return left + " " + binary.operator() + " " + right;
    }

    private static String operand(PythonExpression operand, int lowest) {
        boolean loose = operand instanceof Binary binary && PythonCallReader.precedence(binary.operator()) < lowest;
        return loose ? "(" + source(operand) + ")" : source(operand);
    }
}
