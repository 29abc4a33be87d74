package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.chat.jinja.Template;
import tools.jackson.databind.JsonNode;

/** Where a task takes a text, a target or its choices from. */
sealed interface Field {
    /**
     * A Jinja template, or the name of a column, which the documents tell.
     *
     * @param source as written
     * @param template the same, parsed
     */
    record Text(String source, Template template) implements Field {
        public Text {
            requireNonNull(template, "template");
        }
    }

    /** The same for every document: a number, or a list of texts. */
    record Fixed(JsonNode value) implements Field {
        public Fixed {
            requireNonNull(value, "value");
        }
    }

    /** A function of the document, bound by its name. */
    record Computed(Hooks.OfDocument function) implements Field {
        public Computed {
            requireNonNull(function, "function");
        }
    }
}
