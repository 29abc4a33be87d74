package io.stoa.benchmark.toolcall;

import io.stoa.benchmark.toolcall.ArgumentValue.Bool;
import io.stoa.benchmark.toolcall.ArgumentValue.Int;
import io.stoa.benchmark.toolcall.ArgumentValue.Items;
import io.stoa.benchmark.toolcall.ArgumentValue.Real;
import io.stoa.benchmark.toolcall.ArgumentValue.Table;
import io.stoa.benchmark.toolcall.ArgumentValue.Text;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Composes right answers from possible answers, and writes calls in each syntax. */
final class CallWriter {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonMapper MAPPER = new JsonMapper();

    private CallWriter() {}

    /** The first allowed value of every parameter; with {@code shortest}, whatever may be left out is. */
    static List<FunctionCall> compose(ToolCallItem item, boolean shortest) {
        return item.expected().stream()
                .map(expected -> compose(item.declarationOf(expected), expected, shortest))
                .toList();
    }

    private static FunctionCall compose(FunctionDeclaration function, ExpectedCall expected, boolean shortest) {
        Map<String, ArgumentValue> arguments = new LinkedHashMap<>();
        expected.allowed().forEach((name, allowed) -> {
            boolean required = function.required().contains(name);
            boolean leave = allowed.contains(ExpectedCall.ABSENT)
                    && !required
                    && (shortest
                            || !function.parameters().containsKey(name)
                            || firstValue(allowed).equals(ExpectedCall.ABSENT));
            if (!leave && !allowed.isEmpty()) {
                Parameter parameter = function.parameters().get(name);
                ArgumentValue value = firstValue(allowed);
                arguments.put(name, parameter == null ? value : chosen(value, parameter, shortest));
            }
        });
        return new FunctionCall(expected.function(), arguments);
    }

    /** The longest composition, and with each allowed value of each parameter in turn. */
    static List<List<FunctionCall>> composeAll(ToolCallItem item) {
        List<FunctionCall> longest = compose(item, false);
        List<List<FunctionCall>> all = new ArrayList<>(List.of(longest));
        for (int i = 0; i < longest.size(); i++) {
            ExpectedCall expected = item.expected().get(i);
            Map<String, Parameter> parameters = item.declarationOf(expected).parameters();
            for (Map.Entry<String, List<ArgumentValue>> allowed :
                    expected.allowed().entrySet()) {
                Parameter parameter = parameters.get(allowed.getKey());
                for (ArgumentValue value : allowed.getValue()) {
                    if (parameter != null && !value.equals(ExpectedCall.ABSENT)) {
                        Map<String, ArgumentValue> arguments =
                                new LinkedHashMap<>(longest.get(i).arguments());
                        arguments.put(allowed.getKey(), chosen(value, parameter, false));
                        List<FunctionCall> calls = new ArrayList<>(longest);
                        calls.set(i, new FunctionCall(expected.function(), arguments));
                        all.add(calls);
                    }
                }
            }
        }
        return all;
    }

    private static ArgumentValue firstValue(List<ArgumentValue> allowed) {
        return allowed.stream()
                .filter(value -> !value.equals(ExpectedCall.ABSENT))
                .findFirst()
                .orElse(ExpectedCall.ABSENT);
    }

    /** Dicts hold lists of allowed values. */
    private static ArgumentValue chosen(ArgumentValue value, Parameter parameter, boolean shortest) {
        if (value instanceof Table table && parameter.expected() == ValueType.DICT) {
            return chosen(table, shortest);
        }
        if (value instanceof Items items && parameter.expected() == ValueType.LIST) {
            return new Items(
                    parameter.type().equals("tuple"),
                    items.values().stream()
                            .map(element -> element instanceof Table table ? chosen(table, shortest) : element)
                            .toList());
        }
        return value;
    }

    private static Table chosen(Table table, boolean shortest) {
        Map<ArgumentValue, ArgumentValue> entries = new LinkedHashMap<>();
        table.entries().forEach((key, values) -> {
            List<ArgumentValue> allowed = values instanceof Items items ? items.values() : List.of(values);
            ArgumentValue first = firstValue(allowed);
            boolean absent = allowed.contains(ExpectedCall.ABSENT);
            if (!absent || !(shortest || first.equals(ExpectedCall.ABSENT))) {
                entries.put(key, first);
            }
        });
        return new Table(entries);
    }

    /** As a model would write them. */
    static String write(ToolCallItem item, AnswerSyntax syntax, List<FunctionCall> calls) {
        return switch (syntax) {
            case PYTHON, JAVA, JAVASCRIPT ->
                calls.stream().map(call -> source(item, call)).collect(Collectors.joining(", ", "[", "]"));
            case JSON -> json(item, calls);
        };
    }

    private static String source(ToolCallItem item, FunctionCall call) {
        return call.arguments().entrySet().stream()
                .map(argument -> argument.getKey() + "=" + source(item, call, argument.getKey(), argument.getValue()))
                .collect(Collectors.joining(", ", call.function() + "(", ")"));
    }

    private static String source(ToolCallItem item, FunctionCall call, String name, ArgumentValue value) {
        Optional<Parameter> parameter = item.functions().stream()
                .filter(function -> function.name().equals(call.function()))
                .flatMap(function -> Stream.ofNullable(function.parameters().get(name)))
                .findFirst();
        String type = parameter.map(Parameter::type).orElse("any");
        return switch (item.category().language()) {
            case PYTHON -> PythonValue.repr(value);
            case JAVA ->
                java(value, type, parameter.flatMap(Parameter::elements).orElse("any"));
            case JAVASCRIPT -> javaScript(value, type);
        };
    }

    private static String java(ArgumentValue value, String type, String elements) {
        return switch (value) {
            case Text(String text) -> textOrSource(text, type);
            case Int(BigInteger number) -> number + (type.equals("long") ? "L" : "");
            case Real(double number) -> number + (type.equals("float") ? "f" : "");
            case Bool(boolean truth) -> Boolean.toString(truth);
            case Items items -> {
                String written = items.values().stream()
                        .map(element -> java(element, elements, ""))
                        .collect(Collectors.joining(", "));
                yield type.equals("ArrayList")
                        ? "new ArrayList<>(Arrays.asList(" + written + "))"
                        : "new Object[]{" + written + "}";
            }
            case Table table ->
                table.entries().isEmpty()
                        ? "new HashMap<>()"
                        : table.entries().entrySet().stream()
                                .map(entry -> "put(" + java(entry.getKey(), "any", "") + ", "
                                        + java(entry.getValue(), "any", "") + ");")
                                .collect(Collectors.joining(" ", "new HashMap<String, Object>() {{ ", " }}"));
            case ArgumentValue.None _ -> "null";
        };
    }

    /** A text of a textual type in quotes, unless it is source that has quotes itself; a variable as it is. */
    private static String textOrSource(String text, String type) {
        boolean textual = switch (type) {
            case "String", "any", "char" -> true;
            default -> !text.matches("\\w+");
        };
        return textual && text.indexOf('"') < 0 ? "\"" + text + "\"" : text;
    }

    private static String javaScript(ArgumentValue value, String type) {
        return switch (value) {
            case Text(String text) -> textOrSource(text, type);
            case Int(BigInteger number) -> number + (type.equals("Bigint") ? "n" : "");
            case Real(double number) -> Double.toString(number);
            case Bool(boolean truth) -> Boolean.toString(truth);
            case Items items ->
                items.values().stream()
                        .map(element -> javaScript(element, "any"))
                        .collect(Collectors.joining(", ", "[", "]"));
            case Table table ->
                table.entries().entrySet().stream()
                        .map(entry -> javaScript(entry.getKey(), "dict") + ": " + javaScript(entry.getValue(), "any"))
                        .collect(Collectors.joining(", ", "{", "}"));
            case ArgumentValue.None _ -> "null";
        };
    }

    private static String json(ToolCallItem item, List<FunctionCall> calls) {
        ArrayNode list = NODES.arrayNode();
        for (FunctionCall call : calls) {
            ObjectNode arguments = NODES.objectNode();
            call.arguments().forEach((name, value) -> arguments.set(name, json(item, call, name, value)));
            list.addObject().put("name", call.function()).set("arguments", arguments);
        }
        return MAPPER.writeValueAsString(list);
    }

    /** In Java and JavaScript every argument is a string that holds source, a string's own text without quotes. */
    private static JsonNode json(ToolCallItem item, FunctionCall call, String name, ArgumentValue value) {
        if (item.category().language() == Language.PYTHON) {
            return json(value);
        }
        return value instanceof Text(String text)
                ? NODES.stringNode(text)
                : NODES.stringNode(source(item, call, name, value));
    }

    static JsonNode json(ArgumentValue value) {
        return switch (value) {
            case Text(String text) -> NODES.stringNode(text);
            case Int(BigInteger number) -> NODES.numberNode(number);
            case Real(double number) -> NODES.numberNode(number);
            case Bool(boolean truth) -> NODES.booleanNode(truth);
            case ArgumentValue.None _ -> NODES.nullNode();
            case Items items -> {
                List<JsonNode> elements = new ArrayList<>();
                items.values().forEach(element -> elements.add(json(element)));
                yield NODES.arrayNode().addAll(elements);
            }
            case Table table -> {
                ObjectNode object = NODES.objectNode();
                table.entries().forEach((key, entry) -> object.set(((Text) key).value(), json(entry)));
                yield object;
            }
        };
    }
}
