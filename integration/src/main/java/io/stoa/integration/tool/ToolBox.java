package io.stoa.integration.tool;

import io.stoa.engine.chat.ToolCall;
import io.stoa.engine.chat.ToolDefinition;
import io.stoa.integration.schema.ArgumentSchema;
import io.stoa.integration.schema.ArgumentSchemas;
import io.stoa.integration.tool.Grant.AfterUntrusted;
import io.stoa.integration.tool.Tool.Description;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tools that a model may call, and the rules for calling them. A call is carried out only when its name is exactly
 * that of a tool here, its arguments are what the tool's schema and its {@link Grant} allow, it is within the limits,
 * and whoever has to approve it did. What the model was told, by whomever, changes none of this.
 *
 * <p>The rules are pure functions of the call and of the run's {@link CallHistory}, but for the calls in a minute, which
 * {@link #takesRate} counts over all runs. May be used by several threads; each run has its own history.
 */
public final class ToolBox implements AutoCloseable {
    /** What every provider and template takes; nothing that looks like another letter. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

    private static final int LONGEST_TEXT = 8_000;
    /** Deeper schemas are refused when they are compiled. */
    private static final int DEEPEST = 64;

    /** Keywords under which other members than the properties named may be meant. */
    private static final List<String> OPENING = List.of(
            "additionalProperties", "patternProperties", "unevaluatedProperties", "allOf", "anyOf", "oneOf", "$ref");

    private final SequencedMap<String, Entry> entries;
    private final BoxLimits limits;
    private final Rates rates;

    private record Entry(Grant grant, ArgumentSchema own, Optional<ArgumentSchema> narrowing) {}

    /**
     * A box of these tools; closing it closes them.
     *
     * @param rates the calls in a minute, which other boxes may count with
     * @throws StoaException of kind {@code USER} for a name that models cannot call or that looks like another's, and
     *     for a schema that cannot be used
     */
    public ToolBox(List<Grant> grants, BoxLimits limits, Rates rates) {
        this.limits = limits;
        this.rates = rates;
        ArgumentSchemas schemas = new ArgumentSchemas();
        SequencedMap<String, Entry> made = new LinkedHashMap<>();
        Map<String, String> spelling = new HashMap<>();
        for (Grant grant : grants) {
            Description described = grant.tool().description();
            String name = described.name();
            if (!NAME.matcher(name).matches()) {
                throw StoaException.user("the tool \"" + ForeignJson.firstLine(name)
                        + "\": a name is a letter and up to 63 letters, digits, _ or -, in ASCII; give it another");
            }
            String other = spelling.putIfAbsent(alike(name), name);
            if (other != null) {
                throw StoaException.user("the tools \"" + other + "\" and \"" + name
                        + "\" have names that a model and a person may confuse; rename one of them");
            }
            if (described.text().length() > LONGEST_TEXT) {
                throw StoaException.user("the tool \"" + name + "\": a description of "
                        + described.text().length() + " characters; at most " + LONGEST_TEXT + " are taken");
            }
            made.put(
                    name,
                    new Entry(
                            grant,
                            compiled(name, "parameters", schemas, closed(described.parameters())),
                            grant.narrowing().map(schema -> compiled(name, "narrowing", schemas, schema))));
        }
        entries = made;
    }

    /** A box that counts the calls in a minute by itself. */
    public ToolBox(List<Grant> grants, BoxLimits limits, InstantSource clock) {
        this(grants, limits, new Rates(clock));
    }

    /** A box of these tools with the usual limits. */
    public static ToolBox of(List<Grant> grants) {
        return new ToolBox(grants, BoxLimits.DEFAULT, InstantSource.system());
    }

    private ToolBox(SequencedMap<String, Entry> entries, BoxLimits limits, Rates rates) {
        this.entries = entries;
        this.limits = limits;
        this.rates = rates;
    }

    /**
     * Some of these tools, such as one agent's. They count calls in a minute together; closing closes those.
     *
     * @throws StoaException of kind {@code USER} for a name that is not here
     */
    public ToolBox only(Collection<String> names) {
        SequencedMap<String, Entry> some = new LinkedHashMap<>();
        for (String name : names) {
            Entry entry = entries.get(name);
            if (entry == null) {
                throw StoaException.user("there is no tool " + name
                        + Spelling.hint(name, entries.keySet()).orElse(""));
            }
            some.put(name, entry);
        }
        return new ToolBox(some, limits, rates);
    }

    private static String alike(String name) {
        return name.toLowerCase(Locale.ROOT)
                .replaceAll("[_-]", "")
                .replace('0', 'o')
                .replace('1', 'l')
                .replace('i', 'l')
                .replace("rn", "m")
                .replace("vv", "w");
    }

    private static ArgumentSchema compiled(String tool, String what, ArgumentSchemas schemas, ObjectNode schema) {
        try {
            return schemas.compile(schema);
        } catch (IllegalArgumentException e) {
            throw new StoaException(
                    StoaException.Kind.USER, "the tool \"" + tool + "\": its " + what + ": " + e.getMessage(), e);
        }
    }

    /**
     * Arguments that the schema does not name are not passed on, unless it says that others may be given; nor members of
     * objects within them.
     */
    private static ObjectNode closed(ObjectNode parameters) {
        ObjectNode closed = parameters.deepCopy();
        closed.put("type", "object");
        if (OPENING.stream().noneMatch(closed::has)) {
            closed.put("additionalProperties", false);
        }
        closeWithin(closed, 0);
        return closed;
    }

    private static void closeWithin(JsonNode schema, int depth) {
        if (depth > DEEPEST) {
            return;
        }
        if (schema.path("properties") instanceof ObjectNode properties) {
            for (JsonNode property : properties) {
                closeWithin(property, depth + 1);
            }
            if (schema instanceof ObjectNode own && OPENING.stream().noneMatch(own::has)) {
                own.put("additionalProperties", false);
            }
        }
        if (schema.path("items") instanceof ObjectNode items) {
            closeWithin(items, depth + 1);
        }
    }

    /** The tools as a model is told of them, in the order given. */
    public List<ToolDefinition> definitions() {
        return entries.values().stream()
                .map(entry -> definition(entry.grant().tool().description()))
                .toList();
    }

    private static ToolDefinition definition(Description description) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("type", "function");
        json.putObject("function")
                .put("name", description.name())
                .put("description", description.text())
                .set("parameters", description.parameters());
        return new ToolDefinition(json);
    }

    /** What is on offer under exactly this name. */
    public Optional<Grant> grant(String name) {
        return Optional.ofNullable(entries.get(name)).map(Entry::grant);
    }

    /**
     * Whether a call may be carried out, and counts it in the run's history. To be asked once for each call that a model
     * makes, in their order.
     */
    public Ruling rule(ToolCall call, CallHistory history) {
        Entry entry = entries.get(call.name());
        if (entry == null) {
            return refused(
                    Refusal.UNKNOWN_TOOL,
                    "there is no tool \"" + ForeignJson.firstLine(call.name()) + "\"; the tools are "
                            + String.join(", ", entries.keySet()));
        }
        Optional<Ruling> wrong = wrongArguments(call, entry);
        if (wrong.isPresent()) {
            return wrong.get();
        }
        if (history.asks(call) > limits.mostRepeats()) {
            return refused(
                    Refusal.LOOP,
                    "this very call was made " + limits.mostRepeats()
                            + " times already; do something else, or answer with what is known");
        }
        Optional<Ruling> beyond = beyondLimits(call, entry, history).or(() -> denied(call, entry.grant(), history));
        if (beyond.isPresent()) {
            return beyond.get();
        }
        history.makes(call);
        return new Ruling.Permitted(entry.grant(), approvalBecause(call, entry.grant(), history));
    }

    private Optional<Ruling> wrongArguments(ToolCall call, Entry entry) {
        Optional<String> unfit = ForeignJson.problem(call.arguments());
        if (unfit.isPresent()) {
            return Optional.of(refused(Refusal.BAD_ARGUMENTS, "the arguments are " + unfit.get()));
        }
        int length = call.arguments().toString().length();
        if (length > limits.longestArguments()) {
            return Optional.of(refused(
                    Refusal.BAD_ARGUMENTS,
                    "the arguments have " + length + " characters; at most " + limits.longestArguments()
                            + " are allowed"));
        }
        Optional<String> own = entry.own().problem(call.arguments());
        if (own.isPresent()) {
            return Optional.of(refused(Refusal.BAD_ARGUMENTS, "the arguments do not fit the tool: " + own.get()));
        }
        return entry.narrowing()
                .flatMap(narrowing -> narrowing.problem(call.arguments()))
                .map(problem -> refused(Refusal.NOT_ALLOWED, "these arguments are not allowed here: " + problem));
    }

    private Optional<Ruling> beyondLimits(ToolCall call, Entry entry, CallHistory history) {
        int most = entry.grant().limits().mostCalls();
        if (history.calls() >= limits.mostCalls()) {
            return Optional.of(refused(
                    Refusal.LIMIT,
                    "no more than " + limits.mostCalls() + " calls are allowed; answer with what is known"));
        }
        return history.callsOf(call.name()) < most
                ? Optional.empty()
                : Optional.of(refused(
                        Refusal.LIMIT, "no more than " + most + " calls of \"" + call.name() + "\" are allowed"));
    }

    private static Optional<Ruling> denied(ToolCall call, Grant grant, CallHistory history) {
        if (!history.isTainted() || grant.afterUntrusted() != AfterUntrusted.DENY) {
            return Optional.empty();
        }
        if (hasEffects(grant)) {
            return Optional.of(refused(
                    Refusal.AFTER_UNTRUSTED,
                    "\"" + call.name() + "\" changes something, which is not allowed after reading "
                            + sources(history)));
        }
        return strangeDestination(call, grant, history)
                .map(name -> refused(
                        Refusal.AFTER_UNTRUSTED,
                        "\"" + name + "\" is nothing that the user named, which is not allowed after reading "
                                + sources(history)));
    }

    /** Why a person has to be asked. */
    private static Optional<String> approvalBecause(ToolCall call, Grant grant, CallHistory history) {
        List<String> reasons = new ArrayList<>();
        switch (grant.approve()) {
            case ALWAYS -> reasons.add("each call needs approval");
            case ON_EFFECTS -> {
                if (hasEffects(grant)) {
                    reasons.add("it changes something");
                }
            }
            case NEVER -> {}
        }
        if (history.isTainted() && hasEffects(grant) && grant.afterUntrusted() == AfterUntrusted.APPROVE) {
            reasons.add("it changes something after reading " + sources(history));
        }
        strangeDestination(call, grant, history)
                .ifPresent(name -> reasons.add("the user did not name its \"" + name
                        + "\", and untrusted content was read: " + sources(history)));
        if (hasEffects(grant) && history.isUncertain(call)) {
            reasons.add("the same call failed before, and may have had its effect all the same");
        }
        return reasons.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", reasons));
    }

    private static boolean hasEffects(Grant grant) {
        return grant.tool().description().effects() != Effects.NONE;
    }

    private static String sources(CallHistory history) {
        return String.join(", ", history.untrusted());
    }

    /** A destination that nobody trusted named, once untrusted content was read. */
    private static Optional<String> strangeDestination(ToolCall call, Grant grant, CallHistory history) {
        return history.isTainted()
                ? grant.destinations().stream()
                        .sorted()
                        .filter(name -> !isNamed(call.arguments().path(name), history))
                        .findFirst()
                : Optional.empty();
    }

    private static boolean isNamed(JsonNode value, CallHistory history) {
        if (value.isContainer()) {
            return value.valueStream().allMatch(each -> isNamed(each, history));
        }
        return value.isMissingNode() || value.isNull() || history.isSaidByTrusted(value.asString());
    }

    /** Whether one more call of a tool fits into this minute, of all runs; then it is counted. */
    public boolean takesRate(String name) {
        Entry entry = entries.get(name);
        return entry != null && rates.take(name, entry.grant().limits().mostPerMinute());
    }

    private static Ruling refused(Refusal why, String sentence) {
        return new Ruling.Refused(why, sentence);
    }

    @Override
    public void close() {
        entries.values().forEach(entry -> entry.grant().tool().close());
    }
}
