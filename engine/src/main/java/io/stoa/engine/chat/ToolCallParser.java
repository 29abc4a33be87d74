package io.stoa.engine.chat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds the tool calls in what a model wrote. Models mark calls as their chat templates taught them:
 *
 * <ul>
 *   <li>Hermes, Qwen and the shipped models: {@code <tool_call>{"name": …, "arguments": {…}}</tool_call>}, any number
 *   <li>Mistral: {@code [TOOL_CALLS]} and a list of such objects, or {@code [TOOL_CALLS]name[ARGS]{…}} one by one
 *   <li>Llama 3: {@code <|python_tag|>} and objects with {@code parameters}, separated by semicolons
 *   <li>DeepSeek: {@code <｜tool▁calls▁begin｜>} and calls of {@code <｜tool▁call▁begin｜>}, name and arguments parted by
 *       {@code <｜tool▁sep｜>} (V3.1), or kind and name, and the arguments in a fence (V3, R1)
 *   <li>gpt-oss: {@code <|channel|>commentary to=functions.name <|constrain|>json<|message|>{…}<|call|>}
 *   <li>Granite 3: {@code <|tool_call|>} and a list of objects; Granite 4 writes as Hermes does
 *   <li>Qwen 3 Coder: {@code <tool_call><function=name><parameter=key>value</parameter></function></tool_call>}
 *   <li>bare: an answer that is nothing but such an object or a list of them, fenced or not, which counts as a call only
 *       when it names a tool on offer, since it might as well be the answer
 * </ul>
 *
 * <p>{@code arguments} and {@code parameters} mean the same, the two may lie in a {@code function} object, and arguments
 * may be an object or a string that holds one. A malformed call is a named problem, never an exception. Immutable.
 */
public final class ToolCallParser {
    private static final String HERMES_OPEN = "<tool_call>";
    private static final String HERMES_CLOSE = "</tool_call>";
    private static final String MISTRAL = "[TOOL_CALLS]";
    private static final String LLAMA = "<|python_tag|>";
    private static final String DEEPSEEK = "<｜tool▁calls▁begin｜>";
    private static final String DEEPSEEK_CALL = "<｜tool▁call▁begin｜>";
    private static final String GRANITE = "<|tool_call|>";
    /** With one of them a call begins, or a message that may be one. */
    static final List<String> MARKERS =
            List.of(HERMES_OPEN, MISTRAL, LLAMA, DEEPSEEK, DEEPSEEK_CALL, GRANITE, Reasoning.CHANNEL, "<|start|>");

    private static final Pattern DEEPSEEK_ONE =
            Pattern.compile("<｜tool▁call▁begin｜>(.*?)<｜tool▁sep｜>(.*?)(?:<｜tool▁call▁end｜>|$)", Pattern.DOTALL);
    private static final Pattern HARMONY_ONE = Pattern.compile(
            "(?:<\\|start\\|>assistant)?[^<]*(?:<\\|channel\\|>[^<]*)?to=(?:functions\\.)?([A-Za-z0-9_.:-]{1,256})"
                    + "[^<]*(?:<\\|channel\\|>[^<]*)?(?:<\\|constrain\\|>[^<]*)?<\\|message\\|>(.*?)"
                    + "(?:<\\|call\\|>|<\\|end\\|>|(?=<\\|start\\|>)|$)",
            Pattern.DOTALL);
    private static final Pattern XML_FUNCTION =
            Pattern.compile("\\s*<function=([^>]{1,256})>(.*?)(?:</function>\\s*|$)", Pattern.DOTALL);
    private static final Pattern XML_PARAMETER =
            Pattern.compile("<parameter=([^>]{1,256})>\\n?(.*?)\\n?</parameter>", Pattern.DOTALL);
    private static final Pattern MISTRAL_NAMED =
            Pattern.compile("\\s*([A-Za-z0-9_.:-]{1,256})(?:\\[CALL_ID\\]([A-Za-z0-9_-]{1,64}))?\\[ARGS\\]");
    private static final Pattern FENCE = Pattern.compile("```(?:json)?\\s*(.*?)\\s*```", Pattern.DOTALL);

    private final ObjectMapper json = new JsonMapper();
    private final Set<String> onOffer;

    public ToolCallParser(List<ToolDefinition> tools) {
        onOffer = tools.stream().map(ToolDefinition::name).collect(Collectors.toUnmodifiableSet());
    }

    /** Takes an answer apart; calls without an id of their own get {@code call_1}, {@code call_2} and so on. */
    public ParsedAnswer parse(String whole) {
        Reading reading = new Reading();
        Reasoning.Parts parts = Reasoning.of(whole);
        String answer = parts.said();
        if (whole.contains(Reasoning.CHANNEL)) {
            harmony(answer, reading);
        } else if (answer.contains(DEEPSEEK_CALL)) {
            deepSeek(answer, reading);
        } else if (answer.contains(GRANITE)) {
            granite(answer, reading);
        } else if (answer.contains(HERMES_OPEN)) {
            hermes(answer, reading);
        } else if (answer.contains(MISTRAL)) {
            mistral(answer, reading);
        } else if (answer.contains(LLAMA)) {
            llama(answer, reading);
        } else {
            bare(answer, reading);
        }
        return new ParsedAnswer(reading.content.toString().strip(), parts.thought(), reading.calls, reading.problems);
    }

    /** Where the first of some marks begins that a text holds. */
    static int firstOf(List<String> marks, StringBuilder text) {
        return marks.stream()
                .mapToInt(text::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(text.length());
    }

    /** The length of the longest end of a text with which one of some marks begins. */
    static int longestBegun(List<String> marks, StringBuilder text) {
        int longest = marks.stream().mapToInt(String::length).max().orElse(0);
        for (int length = Math.min(longest, text.length()); length > 0; length--) {
            String end = text.substring(text.length() - length);
            if (marks.stream().anyMatch(mark -> mark.startsWith(end))) {
                return length;
            }
        }
        return 0;
    }

    /** What has been found so far. */
    private static final class Reading {
        private final StringBuilder content = new StringBuilder();
        private final List<ToolCall> calls = new ArrayList<>();
        private final List<String> problems = new ArrayList<>();
        private final Set<String> ids = new HashSet<>();

        private void problem(String sentence, String text) {
            problems.add(sentence);
            content.append(text);
        }

        private String id(Optional<String> own) {
            int next = calls.size() + 1;
            String id = own.filter(given -> !given.isBlank() && !ids.contains(given))
                    .orElse("call_" + next);
            while (!ids.add(id)) {
                id = "call_" + ++next;
            }
            return id;
        }
    }

    private void hermes(String answer, Reading reading) {
        int at = 0;
        for (int open = answer.indexOf(HERMES_OPEN); open >= 0; open = answer.indexOf(HERMES_OPEN, at)) {
            reading.content.append(answer, at, open);
            int body = skipSpace(answer, open + HERMES_OPEN.length());
            // The JSON's own end comes first, because its strings may hold the closing tag.
            OptionalInt end = valueEnd(answer, body);
            int close = answer.indexOf(HERMES_CLOSE, end.orElse(body));
            at = close < 0 ? answer.length() : close + HERMES_CLOSE.length();
            String text = answer.substring(body, close < 0 ? answer.length() : close);
            if (text.startsWith("<function=")) {
                xml(text, answer.substring(open, at), reading);
            } else {
                calls(text, answer.substring(open, at), reading);
            }
        }
        reading.content.append(answer, at, answer.length());
    }

    private void deepSeek(String answer, Reading reading) {
        int at = 0;
        Matcher one = DEEPSEEK_ONE.matcher(answer);
        while (one.find()) {
            reading.content.append(answer.substring(at, one.start()).replace(DEEPSEEK, ""));
            at = one.end();
            String name = one.group(1).strip();
            String body = one.group(2).strip();
            if (name.equals("function") && body.contains("\n")) {
                name = body.substring(0, body.indexOf('\n')).strip();
                body = body.substring(body.indexOf('\n')).strip();
            }
            Matcher fence = FENCE.matcher(body);
            named(name, fence.matches() ? fence.group(1) : body, one.group(), reading);
        }
        reading.content.append(answer.substring(at).replaceFirst("^\\s*<｜tool▁calls▁end｜>", ""));
    }

    private void harmony(String answer, Reading reading) {
        int at = 0;
        Matcher one = HARMONY_ONE.matcher(answer);
        while (one.find()) {
            reading.content.append(answer, at, one.start());
            at = one.end();
            named(one.group(1), one.group(2), one.group(), reading);
        }
        reading.content.append(answer, at, answer.length());
    }

    private void granite(String answer, Reading reading) {
        int start = answer.indexOf(GRANITE);
        reading.content.append(answer, 0, start);
        calls(answer.substring(start + GRANITE.length()), answer.substring(start), reading);
    }

    /** A call whose name stands outside of its arguments. */
    private void named(String name, String text, String whole, Reading reading) {
        if (name.isBlank()) {
            reading.problem("a tool call has no name: " + shortened(whole), whole);
            return;
        }
        arguments(text.isBlank() ? "{}" : text, whole, reading)
                .ifPresent(arguments -> reading.calls.add(new ToolCall(reading.id(Optional.empty()), name, arguments)));
    }

    /** Values are JSON where they can be read as such, and else the text. */
    private void xml(String text, String whole, Reading reading) {
        Matcher function = XML_FUNCTION.matcher(text);
        if (!function.lookingAt() || function.group(1).isBlank()) {
            reading.problem("a tool call has no name: " + shortened(text), whole);
            return;
        }
        ObjectNode arguments = json.createObjectNode();
        Matcher parameter = XML_PARAMETER.matcher(function.group(2));
        while (parameter.find()) {
            String value = parameter.group(2);
            try {
                arguments.set(parameter.group(1), json.readTree(value));
            } catch (JacksonException e) {
                arguments.put(parameter.group(1), value);
            }
        }
        reading.calls.add(new ToolCall(reading.id(Optional.empty()), function.group(1), arguments));
    }

    private void mistral(String answer, Reading reading) {
        int start = answer.indexOf(MISTRAL);
        reading.content.append(answer, 0, start);
        for (String part : answer.substring(start + MISTRAL.length()).split(Pattern.quote(MISTRAL), -1)) {
            Matcher named = MISTRAL_NAMED.matcher(part);
            if (named.lookingAt()) {
                Optional<String> id = Optional.ofNullable(named.group(2));
                arguments(part.substring(named.end()), MISTRAL + part, reading)
                        .ifPresent(arguments ->
                                reading.calls.add(new ToolCall(reading.id(id), named.group(1), arguments)));
            } else {
                calls(part, MISTRAL + part, reading);
            }
        }
    }

    private void llama(String answer, Reading reading) {
        int start = answer.indexOf(LLAMA);
        reading.content.append(answer, 0, start);
        int at = start + LLAMA.length();
        do {
            int body = skipSpace(answer, at);
            int end = valueEnd(answer, body).orElse(answer.length());
            calls(answer.substring(body, end), answer.substring(at, end), reading);
            at = skipSpace(answer, end);
            if (answer.startsWith(";", at)) {
                at = skipSpace(answer, at + 1);
            }
        } while (at < answer.length());
    }

    private void bare(String answer, Reading reading) {
        Matcher fence = FENCE.matcher(answer.strip());
        String text = fence.matches() ? fence.group(1) : answer.strip();
        Reading attempt = new Reading();
        if (text.startsWith("{") || text.startsWith("[")) {
            calls(text, answer, attempt);
        }
        boolean isCall = !attempt.calls.isEmpty()
                && attempt.problems.isEmpty()
                && attempt.calls.stream().allMatch(call -> onOffer.contains(call.name()));
        if (isCall) {
            reading.calls.addAll(attempt.calls);
        } else {
            reading.content.append(answer);
        }
    }

    /** One call, or a list of calls, as JSON. */
    private void calls(String text, String whole, Reading reading) {
        Optional<JsonNode> parsed = parsed(text, whole, reading);
        if (parsed.isEmpty()) {
            return;
        }
        JsonNode node = parsed.get();
        if (node.path("tool_calls").isArray()) {
            node = node.path("tool_calls");
        }
        if (!node.isArray()) {
            call(node, whole, reading);
            return;
        }
        for (JsonNode element : node) {
            call(element, element.toString(), reading);
        }
    }

    private Optional<JsonNode> parsed(String text, String whole, Reading reading) {
        try {
            JsonNode node = json.readTree(text);
            if (node.isMissingNode()) {
                reading.problem("a tool call is empty", whole);
                return Optional.empty();
            }
            return Optional.of(node);
        } catch (JacksonException e) {
            reading.problem("a tool call is not JSON: " + e.getOriginalMessage() + " in: " + shortened(text), whole);
            return Optional.empty();
        }
    }

    private void call(JsonNode node, String whole, Reading reading) {
        JsonNode function = node.path("function").isObject() ? node.path("function") : node;
        JsonNode name = function.path("name").isString() ? function.path("name") : function.path("function");
        if (!name.isString() || name.stringValue().isBlank()) {
            reading.problem("a tool call has no name: " + shortened(node.toString()), whole);
            return;
        }
        JsonNode given =
                function.path("arguments").isMissingNode() ? function.path("parameters") : function.path("arguments");
        Optional<ObjectNode> arguments = switch (given) {
            case ObjectNode object -> Optional.of(object);
            case JsonNode text when text.isString() -> arguments(text.stringValue(), whole, reading);
            case JsonNode nothing
            when nothing.isMissingNode() || nothing.isNull() -> Optional.of(json.createObjectNode());
            case JsonNode other -> {
                reading.problem(
                        "the arguments of " + name.stringValue() + " are not an object: " + shortened(other.toString()),
                        whole);
                yield Optional.empty();
            }
        };
        Optional<String> id =
                Optional.of(node.path("id")).filter(JsonNode::isString).map(JsonNode::stringValue);
        arguments.ifPresent(object -> reading.calls.add(new ToolCall(reading.id(id), name.stringValue(), object)));
    }

    private Optional<ObjectNode> arguments(String text, String whole, Reading reading) {
        Optional<JsonNode> node = parsed(text, whole, reading);
        if (node.isPresent() && !node.get().isObject()) {
            reading.problem("a tool call's arguments are not an object: " + shortened(text), whole);
        }
        return node.filter(JsonNode::isObject).map(ObjectNode.class::cast);
    }

    private static int skipSpace(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** Where an object or a list that starts here ends, by its brackets alone. */
    private static OptionalInt valueEnd(String text, int from) {
        int depth = 0;
        boolean quoted = false;
        for (int at = from; at < text.length(); at++) {
            char character = text.charAt(at);
            if (quoted) {
                if (character == '\\') {
                    at++;
                } else if (character == '"') {
                    quoted = false;
                }
                continue;
            }
            switch (character) {
                case '"' -> quoted = true;
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                default -> {
                    // Only brackets and quotes decide.
                }
            }
            if (depth <= 0) {
                return depth == 0 && at > from ? OptionalInt.of(at + 1) : OptionalInt.empty();
            }
        }
        return OptionalInt.empty();
    }

    private static String shortened(String text) {
        String line = text.strip().replace('\n', ' ');
        return line.length() <= 80 ? line : line.substring(0, 80) + "…";
    }
}
