package io.stoa.benchmark.harness;

import io.stoa.engine.chat.jinja.JinjaException;
import io.stoa.engine.chat.jinja.Template;
import io.stoa.model.StoaException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a task's fields off its documents. A field that is the name of a column is that column; otherwise it is a
 * template, and what it gives is read as a number or a list where it looks like one.
 */
final class DocumentReader {
    private static final int SHOWN = 120;

    private final TaskConfig task;
    private final Set<String> columns;

    /** Whether the documents' texts are numbers: each choice is then a context of its own, as in Winogrande. */
    private final boolean severalInputs;

    /**
     * @param first the first document, which tells what all are like
     */
    DocumentReader(TaskConfig task, ObjectNode first) {
        this.task = task;
        this.columns = new LinkedHashSet<>(first.propertyNames());
        this.severalInputs =
                task.choices().isPresent() && counted(text(task.text(), first)).isIntegralNumber();
        // A mistake in the target is told before anything is asked.
        target(task.target(), first);
    }

    boolean severalInputs() {
        return severalInputs;
    }

    /** The question, or with several inputs the number of the right one. */
    JsonNode text(Field field, ObjectNode document) {
        JsonNode text = value(field, document, "doc_to_text");
        return templated(field) && task.choices().isPresent() ? number(text) : text;
    }

    /** The right answer as the task gives it: a text, the number of a choice, or a list. */
    JsonNode target(Field field, ObjectNode document) {
        JsonNode target = value(field, document, "doc_to_target");
        if (!templated(field)) {
            return target;
        }
        String text = target.stringValue();
        boolean listed = text.length() >= 2 && text.startsWith("[") && text.endsWith("]");
        if (listed) {
            return PythonLiteral.parse(text).orElse(target);
        }
        return task.choices().isPresent() ? number(target) : target;
    }

    /** The answers on offer, at least one. */
    List<String> choices(Field field, ObjectNode document) {
        JsonNode value = value(field, document, "doc_to_choice");
        if (templated(field)) {
            value = PythonLiteral.parse(value.stringValue())
                    .orElseThrow(() -> wrong(document, "doc_to_choice is no list of texts"));
        }
        List<String> choices = new ArrayList<>();
        for (JsonNode choice : value) {
            if (!choice.isString()) {
                throw wrong(document, "a choice is not a text but " + choice);
            }
            choices.add(choice.stringValue());
        }
        if (!value.isArray() || choices.isEmpty()) {
            throw wrong(document, "there are no choices");
        }
        return choices;
    }

    /** How the answer begins. */
    Optional<String> prefix(TaskConfig.Style style, ObjectNode document) {
        return style.answerPrefix().map(field -> string(value(field, document, "gen_prefix"), "gen_prefix", document));
    }

    private boolean templated(Field field) {
        return field instanceof Field.Text text && !columns.contains(text.source());
    }

    private JsonNode value(Field field, ObjectNode document, String key) {
        return switch (field) {
            case Field.Fixed fixed -> fixed.value();
            case Field.Computed computed -> {
                try {
                    yield computed.function().apply(document);
                } catch (IllegalArgumentException e) {
                    throw wrong(document, key + ": " + e.getMessage());
                }
            }
            case Field.Text text ->
                columns.contains(text.source())
                        ? document.path(text.source())
                        : JsonNodeFactory.instance.stringNode(render(key, text.template(), document));
        };
    }

    String render(String key, Template template, ObjectNode document) {
        try {
            return template.render(document, Clock.systemUTC());
        } catch (JinjaException e) {
            throw wrong(document, key + ", line " + e.line() + " of the template: " + e.message());
        }
    }

    /** As {@code text.isdigit()} and {@code ast.literal_eval(text)}. */
    private static JsonNode number(JsonNode text) {
        String digits = text.isString() ? text.stringValue() : "";
        boolean number = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? PythonLiteral.parse(digits).orElse(text) : text;
    }

    /** A truth value as the number that it is in Python, where true counts as 1 and false as 0. */
    static JsonNode counted(JsonNode value) {
        return value.isBoolean() ? JsonNodeFactory.instance.numberNode(value.booleanValue() ? 1 : 0) : value;
    }

    /** As {@code str(value)} writes it. */
    static String written(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> value.stringValue();
            case BOOLEAN -> value.booleanValue() ? "True" : "False";
            case NULL -> "None";
            case NUMBER, ARRAY, OBJECT, MISSING, BINARY, POJO -> value.toString();
        };
    }

    /** A text, or a number or truth value written out where it is the answer. */
    String string(JsonNode value, String key, ObjectNode document) {
        if (value.isString() || (key.equals("doc_to_target") && (value.isNumber() || value.isBoolean()))) {
            return written(value);
        }
        throw wrong(document, key + " is not a text but " + (value.isMissingNode() ? "missing" : value.toString()));
    }

    StoaException wrong(ObjectNode document, String what) {
        String shown = document.toString();
        return StoaException.user("task " + task.name() + ": " + what + "; mend the task file or the row "
                + (shown.length() > SHOWN ? shown.substring(0, SHOWN) + "…" : shown));
    }
}
