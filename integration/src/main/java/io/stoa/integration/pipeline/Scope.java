package io.stoa.integration.pipeline;

import io.stoa.integration.pipeline.Expression.Elements;
import io.stoa.integration.pipeline.Expression.Form;
import io.stoa.integration.pipeline.Expression.Literal;
import io.stoa.integration.pipeline.Expression.Members;
import io.stoa.integration.pipeline.Expression.Part;
import io.stoa.integration.pipeline.Expression.Reference;
import io.stoa.integration.pipeline.Expression.Template;
import io.stoa.model.StoaException;
import io.stoa.store.CanonicalJson;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The values at a point of a run: inputs, and what each stage gave. */
final class Scope {
    private static final int LONGEST_TEXT = 8 << 20;

    private final Map<String, JsonNode> values;

    private Scope(Map<String, JsonNode> values) {
        this.values = values;
    }

    static Scope of(ObjectNode inputs) {
        Map<String, JsonNode> values = new HashMap<>();
        inputs.properties().forEach(entry -> values.put(entry.getKey(), entry.getValue()));
        return new Scope(values);
    }

    /** The values inside a branch. */
    Scope within() {
        return new Scope(new HashMap<>(values));
    }

    void put(String name, ObjectNode outputs) {
        values.put(name, outputs);
    }

    JsonNode value(Expression expression) {
        return switch (expression) {
            case Literal(JsonNode value) -> value;
            case Reference reference -> value(reference);
            case Template template -> JsonNodeFactory.instance.stringNode(text(template));
            case Members members -> object(members);
            case Elements elements -> {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                elements.elements().forEach(element -> array.add(value(element)));
                yield array;
            }
        };
    }

    ObjectNode object(Members members) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        members.members().forEach((name, each) -> object.set(name, value(each)));
        return object;
    }

    private JsonNode value(Reference reference) {
        JsonNode at = Optional.ofNullable(values.get(reference.root()))
                .orElseThrow(() -> StoaException.bug(reference + " has no value yet"));
        for (String member : reference.path()) {
            JsonNode next =
                    at.isArray() && member.matches("[0-9]{1,6}") ? at.path(Integer.parseInt(member)) : at.path(member);
            if (next.isMissingNode()) {
                throw StoaException.engine(
                        reference + ": there is no " + member + " in " + abbreviated(CanonicalJson.write(at)));
            }
            at = next;
        }
        return at;
    }

    private static String abbreviated(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    String text(Expression expression) {
        if (!(expression instanceof Template template)) {
            return text(value(expression), Form.NUMBERED);
        }
        StringBuilder text = new StringBuilder();
        for (Part part : template.parts()) {
            switch (part) {
                case Part.Text(String plain) -> text.append(plain);
                case Part.Inserted(Reference reference, Form form) -> {
                    JsonNode value = value(reference);
                    text.append(
                            reference.type() == ValueType.PASSAGES && form != Form.JSON
                                    ? passages(value, form)
                                    : text(value, form));
                }
            }
            if (text.length() > LONGEST_TEXT) {
                throw StoaException.user("a text of more than " + LONGEST_TEXT
                        + " characters came about; give its stage fewer passages or a shorter input");
            }
        }
        return text.toString();
    }

    private static String text(JsonNode value, Form form) {
        return value.isString() && form != Form.JSON ? value.stringValue() : CanonicalJson.write(value);
    }

    private static String passages(JsonNode passages, Form form) {
        if (form == Form.PLAIN) {
            return passages.valueStream().map(Scope::words).collect(Collectors.joining(" "));
        }
        StringBuilder text = new StringBuilder();
        int number = 0;
        for (JsonNode passage : passages) {
            text.append(number == 0 ? "" : "\n")
                    .append('[')
                    .append(++number)
                    .append("] ")
                    .append(words(passage));
        }
        return text.toString();
    }

    private static String words(JsonNode passage) {
        return passage.path("text").stringValue("").strip().replaceAll("\\s+", " ");
    }
}
