package io.stoa.integration.pipeline;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/** How a stage's input comes about: a value that is written down, or one that refers to what came before. */
public sealed interface Expression {
    /** A value as it is. */
    record Literal(JsonNode value) implements Expression {}

    /**
     * An input of the pipeline or something that a stage gave: {@code {question}}, {@code {search.passages}}, {@code
     * {order.json.city}}.
     *
     * @param root the input or the stage
     * @param path the output, and members of it
     */
    record Reference(String root, List<String> path, ValueType type) implements Expression {
        public Reference {
            path = List.copyOf(path);
            requireNonNull(type, "type");
        }

        @Override
        public String toString() {
            return "{" + root + (path.isEmpty() ? "" : "." + String.join(".", path)) + "}";
        }
    }

    /** A text with references in it. */
    record Template(List<Part> parts) implements Expression {
        public Template {
            parts = List.copyOf(parts);
        }
    }

    /** An object whose members are expressions. */
    record Members(SequencedMap<String, Expression> members) implements Expression {
        public Members {
            members = new LinkedHashMap<>(members);
        }
    }

    /** A list of expressions. */
    record Elements(List<Expression> elements) implements Expression {
        public Elements {
            elements = List.copyOf(elements);
        }
    }

    /** A piece of a template. */
    sealed interface Part {
        record Text(String text) implements Part {}

        record Inserted(Reference reference, Form form) implements Part {}
    }

    /** How a value is written into a text. */
    enum Form {
        /** Passages one a line, each with its number: {@code [1] …}. What is no list of passages is written as it is. */
        NUMBERED,
        /** Passages one after the other in a line. */
        PLAIN,
        /** As canonical JSON. */
        JSON
    }
}
