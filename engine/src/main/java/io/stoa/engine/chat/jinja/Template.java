package io.stoa.engine.chat.jinja;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A parsed template. It is immutable and may be rendered from several threads. */
public final class Template {
    private static final int LONGEST = 1 << 20;

    private final List<Statement> statements;
    private final Dialect dialect;

    private Template(List<Statement> statements, Dialect dialect) {
        this.statements = statements;
        this.dialect = dialect;
    }

    /** Parses a chat template. */
    public static Template parse(String source) {
        return parse(source, Dialect.CHAT);
    }

    /**
     * Parses a template.
     *
     * @throws JinjaException of reason {@code SYNTAX} when it is not one, with the line
     */
    public static Template parse(String source, Dialect dialect) {
        if (source.length() > LONGEST) {
            throw JinjaException.syntax("the template has more than " + LONGEST + " characters", 1);
        }
        return new Template(Parser.parse(source, dialect.trims()), dialect);
    }

    /**
     * Renders the template.
     *
     * @param variables what the template may see
     * @param clock what {@code strftime_now} reads
     * @throws JinjaException when the template refuses, fails or reaches a bound
     */
    public String render(ObjectNode variables, Clock clock) {
        return render(variables, clock, Watch.NONE);
    }

    /** The same, and says meanwhile which texts the template compares. */
    public String render(ObjectNode variables, Clock clock, Watch watch) {
        Map<String, Value> values = new LinkedHashMap<>();
        variables.properties().forEach(entry -> values.put(entry.getKey(), value(entry.getValue())));
        try {
            return new Interpreter(clock, dialect, watch).run(statements, values);
        } catch (StackOverflowError e) {
            // The bounds on depth keep far from here on an ordinary stack; the caller's may be nearly used up.
            throw JinjaException.limit("the template needs more stack than this thread has left");
        }
    }

    /** What the template mentions, whether or not a rendering comes to it. */
    public Mentions mentions() {
        return Mentions.of(statements);
    }

    private static Value value(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> Value.text(node.stringValue());
            case BOOLEAN -> Value.truth(node.booleanValue());
            case NUMBER ->
                node.isIntegralNumber() ? new Value.Whole(node.bigIntegerValue()) : new Value.Real(node.doubleValue());
            case ARRAY -> {
                List<Value> items = new ArrayList<>(node.size());
                node.forEach(item -> items.add(value(item)));
                yield Value.list(items);
            }
            case OBJECT -> {
                Map<Value, Value> entries = new LinkedHashMap<>();
                node.properties().forEach(entry -> entries.put(Value.text(entry.getKey()), value(entry.getValue())));
                yield Value.dict(entries);
            }
            case NULL, MISSING -> Value.None.NONE;
            case BINARY, POJO ->
                throw new IllegalArgumentException("a template's variables are JSON, not " + node.getNodeType());
        };
    }
}
