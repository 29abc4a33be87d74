package io.stoa.integration.pipeline;

import io.stoa.integration.pipeline.Expression.Elements;
import io.stoa.integration.pipeline.Expression.Form;
import io.stoa.integration.pipeline.Expression.Literal;
import io.stoa.integration.pipeline.Expression.Members;
import io.stoa.integration.pipeline.Expression.Part;
import io.stoa.integration.pipeline.Expression.Reference;
import io.stoa.integration.pipeline.Expression.Template;
import io.stoa.model.Spelling;
import io.stoa.store.yaml.YamlFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Reads expressions. A text that is nothing but one reference is the value itself, of its own type; any other text is a
 * template, in which {@code {{} and {@code }}} are braces.
 */
final class ExpressionYaml {
    private static final Pattern REFERENCE =
            Pattern.compile("\\{([a-z][a-z0-9_-]{0,39})((?:\\.[A-Za-z0-9_-]{1,60}){0,10})(?:\\|([a-z]{1,20}))?}");
    private static final Pattern WHOLE = Pattern.compile("\\s*" + REFERENCE.pattern() + "\\s*");

    private final YamlFile yaml;

    ExpressionYaml(YamlFile yaml) {
        this.yaml = yaml;
    }

    /** The roots that any text below a node refers to, whether they exist or not. */
    static SequencedSet<String> roots(Node node) {
        SequencedSet<String> roots = new LinkedHashSet<>();
        collect(node, roots);
        return roots;
    }

    private static void collect(Node node, SequencedSet<String> roots) {
        switch (node) {
            case MappingNode map -> map.getValue().forEach(entry -> collect(entry.getValueNode(), roots));
            case SequenceNode list -> list.getValue().forEach(element -> collect(element, roots));
            case ScalarNode scalar -> {
                Matcher matcher = REFERENCE.matcher(unescaped(scalar.getValue()));
                while (matcher.find()) {
                    roots.add(matcher.group(1));
                }
            }
            default -> {
                // nothing else has a text
            }
        }
    }

    /** Doubled braces taken out, so that what they enclose is no reference. */
    private static String unescaped(String text) {
        return text.replace("{{", "").replace("}}", "");
    }

    /** A text for people or models: passages may stand in it. */
    Expression template(Node node, String where, Names names) {
        return scalar(node, where)
                .map(text -> (Expression) new Template(parts(node, text, where, names, true)))
                .orElseGet(ExpressionYaml::nothing);
    }

    /** A short text, such as a query: passages must not. */
    Expression text(Node node, String where, Names names) {
        Optional<String> text = scalar(node, where);
        if (text.isEmpty()) {
            return nothing();
        }
        return new Template(parts(node, text.get(), where, names, false));
    }

    /** A value of one of some types. */
    Expression value(Node node, String where, Names names, ValueType... wanted) {
        Optional<String> text = scalar(node, where);
        if (text.isEmpty()) {
            return nothing();
        }
        Expression read = any(node, text.get(), where, names);
        ValueType type = type(read);
        if (!List.of(wanted).contains(type)) {
            yaml.problems()
                    .at(
                            node,
                            where + " must be " + words(wanted) + ", and "
                                    + text.get().strip() + " is " + type.word());
        }
        return read;
    }

    private static String words(ValueType... types) {
        return String.join(" or ", Arrays.stream(types).map(ValueType::word).toList());
    }

    /** A value of any type and shape, such as the argument of a call. */
    Expression free(Node node, String where, Names names) {
        return switch (node) {
            case MappingNode map -> members(map, where, names);
            case SequenceNode list ->
                new Elements(list.getValue().stream()
                        .map(element -> free(element, where, names))
                        .toList());
            case ScalarNode scalar when yaml.json(scalar).isString() -> any(node, scalar.getValue(), where, names);
            default -> new Literal(yaml.json(node));
        };
    }

    Members members(MappingNode map, String where, Names names) {
        SequencedMap<String, Expression> members = new LinkedHashMap<>();
        map.getValue().forEach(entry -> {
            if (entry.getKeyNode() instanceof ScalarNode key) {
                members.put(key.getValue(), free(entry.getValueNode(), where + "." + key.getValue(), names));
            } else {
                yaml.problems().at(entry.getKeyNode(), where + ": " + MISTAKEN);
            }
        });
        return new Members(members);
    }

    private Expression any(Node node, String text, String where, Names names) {
        Matcher whole = WHOLE.matcher(text);
        if (whole.matches() && whole.group(3) == null) {
            return reference(node, whole, where, names)
                    .map(Expression.class::cast)
                    .orElseGet(ExpressionYaml::nothing);
        }
        return new Template(parts(node, text, where, names, true));
    }

    /** What stands in the place of something wrong, until the file is refused for it. */
    private static Expression nothing() {
        return new Literal(JsonNodeFactory.instance.stringNode(""));
    }

    private static final String MISTAKEN =
            "a mapping where a text is expected; a text with braces stands in quotes: \"{question}\"";

    private Optional<String> scalar(Node node, String where) {
        if (node instanceof ScalarNode scalar && !yaml.json(scalar).isNull()) {
            return Optional.of(scalar.getValue());
        }
        yaml.problems()
                .at(
                        node,
                        where + ": "
                                + (node instanceof MappingNode
                                        ? MISTAKEN
                                        : "a text is expected, such as \"{question}\""));
        return Optional.empty();
    }

    private List<Part> parts(Node node, String text, String where, Names names, boolean passages) {
        List<Part> parts = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        Matcher matcher = REFERENCE.matcher(text);
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            boolean twice = i + 1 < text.length() && text.charAt(i + 1) == each;
            if ((each == '{' || each == '}') && twice) {
                plain.append(each);
                i++;
            } else if (each == '{' && matcher.region(i, text.length()).lookingAt()) {
                if (!plain.isEmpty()) {
                    parts.add(new Part.Text(plain.toString()));
                    plain.setLength(0);
                }
                inserted(node, matcher, where, names, passages).ifPresent(parts::add);
                i = matcher.end() - 1;
            } else if (each == '{' || each == '}') {
                yaml.problems()
                        .at(
                                node,
                                where + ": a lone " + each + " in \"" + excerpt(text, i) + "\"; write " + each + each
                                        + " for a brace, {name} for a reference");
                return parts;
            } else {
                plain.append(each);
            }
        }
        if (!plain.isEmpty() || parts.isEmpty()) {
            parts.add(new Part.Text(plain.toString()));
        }
        return parts;
    }

    private static String excerpt(String text, int at) {
        return text.substring(Math.max(0, at - 10), Math.min(text.length(), at + 15))
                .replace('\n', ' ');
    }

    private Optional<Part> inserted(Node node, Matcher matcher, String where, Names names, boolean passages) {
        Optional<Reference> found = reference(node, matcher, where, names);
        Form form = Form.NUMBERED;
        String said = matcher.group(3);
        if (said != null) {
            Optional<Form> known = Arrays.stream(Form.values())
                    .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(said))
                    .findFirst();
            if (known.isEmpty()) {
                yaml.problems()
                        .at(node, where + ": " + matcher.group() + ": a form is numbered, plain or json, not " + said);
            }
            form = known.orElse(form);
        }
        if (found.isPresent() && found.get().type() == ValueType.PASSAGES && !passages) {
            yaml.problems().at(node, where + " is a short text, and " + found.get() + " is passages");
        }
        Form chosen = form;
        return found.map(reference -> new Part.Inserted(reference, chosen));
    }

    private Optional<Reference> reference(Node node, Matcher matcher, String where, Names names) {
        String root = matcher.group(1);
        List<String> path = matcher.group(2).isEmpty()
                ? List.of()
                : List.of(matcher.group(2).substring(1).split("\\.", -1));
        Optional<Names.Known> known = names.find(root);
        if (known.isEmpty()) {
            yaml.problems().at(node, where + ": {" + root + "} " + names.missing(root));
            return Optional.empty();
        }
        return switch (known.get()) {
            case Names.Known.Input(ValueType type) ->
                member(node, where, root, List.of(), path, type, Optional.empty());
            case Names.Known.StageOutputs outputs -> output(node, where, root, path, outputs);
        };
    }

    private Optional<Reference> output(
            Node node, String where, String root, List<String> path, Names.Known.StageOutputs stage) {
        Map<String, ValueType> types = stage.types();
        if (path.isEmpty() && stage.main().isEmpty()) {
            yaml.problems()
                    .at(
                            node,
                            where + ": stage " + root + " gives several values; say which: "
                                    + names(root, types.keySet()));
            return Optional.empty();
        }
        String output = path.isEmpty() ? stage.main().orElseThrow() : path.getFirst();
        ValueType type = types.get(output);
        if (type == null) {
            yaml.problems()
                    .at(
                            node,
                            where + ": stage " + root + " gives no " + output
                                    + Spelling.hint(output, types.keySet())
                                            .orElse("; it gives " + names(root, types.keySet())));
            return Optional.empty();
        }
        List<String> rest = path.isEmpty() ? List.of() : path.subList(1, path.size());
        return member(
                node,
                where,
                root,
                List.of(output),
                rest,
                type,
                output.equals(Names.JSON) ? stage.schema() : Optional.empty());
    }

    private static String names(String root, Iterable<String> outputs) {
        List<String> all = new ArrayList<>();
        outputs.forEach(output -> all.add("{" + root + "." + output + "}"));
        return String.join(", ", all);
    }

    /** Members of JSON are known where a schema tells them. */
    private Optional<Reference> member(
            Node node,
            String where,
            String root,
            List<String> before,
            List<String> members,
            ValueType type,
            Optional<JsonNode> schema) {
        List<String> path = new ArrayList<>(before);
        path.addAll(members);
        if (members.isEmpty()) {
            return Optional.of(new Reference(root, path, type));
        }
        if (type != ValueType.JSON) {
            yaml.problems()
                    .at(
                            node,
                            where + ": {" + root + "." + String.join(".", path) + "}: {" + root
                                    + (before.isEmpty() ? "" : "." + before.getFirst()) + "} is " + type.word()
                                    + ", which has no members");
            return Optional.empty();
        }
        Optional<JsonNode> at = schema;
        for (String member : members) {
            Optional<JsonNode> properties =
                    at.map(each -> each.path("properties")).filter(JsonNode::isObject);
            if (properties.isPresent() && !properties.get().has(member)) {
                yaml.problems()
                        .at(
                                node,
                                where + ": the schema of " + root + " has no property " + member
                                        + Spelling.hint(member, properties.get().propertyNames())
                                                .orElse(""));
                return Optional.empty();
            }
            at = properties.map(each -> each.path(member));
        }
        return Optional.of(
                new Reference(root, path, at.map(ExpressionYaml::type).orElse(ValueType.JSON)));
    }

    private static ValueType type(JsonNode schema) {
        return switch (schema.path("type").stringValue("")) {
            case "string" -> ValueType.TEXT;
            case "number", "integer" -> ValueType.NUMBER;
            case "boolean" -> ValueType.BOOLEAN;
            default -> ValueType.JSON;
        };
    }

    /** The type of what an expression gives. */
    static ValueType type(Expression expression) {
        return switch (expression) {
            case Reference reference -> reference.type();
            case Template _ -> ValueType.TEXT;
            case Members _, Elements _ -> ValueType.JSON;
            case Literal(JsonNode value) ->
                switch (value.getNodeType()) {
                    case STRING -> ValueType.TEXT;
                    case NUMBER -> ValueType.NUMBER;
                    case BOOLEAN -> ValueType.BOOLEAN;
                    case ARRAY, OBJECT, NULL, BINARY, POJO, MISSING -> ValueType.JSON;
                };
        };
    }
}
