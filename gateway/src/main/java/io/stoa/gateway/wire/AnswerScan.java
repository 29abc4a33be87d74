package io.stoa.gateway.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/** What a whole answer says of itself. */
public final class AnswerScan {
    private AnswerScan() {}

    /**
     * What a small model answered, with all that tells how sure it was.
     *
     * @param text the first choice's text
     * @param finish its finish reason, empty when it has none
     * @param toolCalls how many functions it calls
     * @param tokenLogProbabilities ln p of each generated token, in nats; empty when it did not tell
     * @param margins for each token ln p of the likeliest less that of the second, in nats, where two were told
     */
    public record LocalText(
            String text, String finish, int toolCalls, List<Double> tokenLogProbabilities, List<Double> margins) {
        public LocalText {
            tokenLogProbabilities = List.copyOf(tokenLogProbabilities);
            margins = List.copyOf(margins);
        }
    }

    /** The tokens of an answer of any call; absent when it does not tell them or is not JSON. */
    public static Optional<TokenUsage> usage(byte[] answer) {
        try (JsonParser parser = Json.parser(answer, 0, answer.length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                if (name.equals("usage")) {
                    return usage(parser);
                }
                parser.skipChildren();
            }
            return Optional.empty();
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    /**
     * What a 200 of an upstream holds: one JSON object and nothing else.
     *
     * @param usage the tokens, where it tells them
     */
    public record Whole(Optional<TokenUsage> usage) {}

    /** Reads an answer to its end; absent when it is not one JSON object and nothing else. */
    public static Optional<Whole> whole(byte[] answer) {
        try (JsonParser parser = Json.parser(answer, 0, answer.length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            Optional<TokenUsage> usage = Optional.empty();
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                if (name.equals("usage") && usage.isEmpty()) {
                    usage = usage(parser);
                } else {
                    parser.skipChildren();
                }
            }
            return parser.nextToken() == null ? Optional.of(new Whole(usage)) : Optional.empty();
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    /** Whether these bytes are one JSON object and nothing else. */
    public static boolean isWhole(byte[] answer) {
        return whole(answer).isPresent();
    }

    /** The message of an upstream's error body, in whatever shape; absent when none is found. */
    public static Optional<String> error(byte[] answer) {
        try (JsonParser parser = Json.parser(answer, 0, answer.length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            Optional<String> plain = Optional.empty();
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                JsonToken token = parser.nextToken();
                switch (name) {
                    case "error" -> {
                        return Optional.of(errorMessage(parser));
                    }
                    case "message", "detail" -> {
                        plain = token == JsonToken.VALUE_STRING ? Optional.of(parser.getString()) : plain;
                        parser.skipChildren();
                    }
                    default -> parser.skipChildren();
                }
            }
            return plain;
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    /** The first choice of a chat completion or a completion; absent when there is none. */
    public static Optional<LocalText> local(byte[] answer) {
        JsonNode tree;
        try {
            tree = Json.MAPPER.readTree(answer);
        } catch (JacksonException _) {
            return Optional.empty();
        }
        JsonNode choice = tree.path("choices").path(0);
        if (!choice.isObject()) {
            return Optional.empty();
        }
        JsonNode message = choice.path("message");
        String text = message.isObject()
                ? message.path("content").asString("")
                : choice.path("text").asString("");
        List<Double> logProbabilities = new ArrayList<>();
        List<Double> margins = new ArrayList<>();
        JsonNode logprobs = choice.path("logprobs");
        if (logprobs.path("content").isArray()) {
            chatLogprobs(logprobs.path("content"), logProbabilities, margins);
        } else {
            legacyLogprobs(logprobs, logProbabilities, margins);
        }
        return Optional.of(new LocalText(
                text,
                choice.path("finish_reason").asString(""),
                message.path("tool_calls").size(),
                logProbabilities,
                margins));
    }

    private static void chatLogprobs(JsonNode tokens, List<Double> logProbabilities, List<Double> margins) {
        for (JsonNode token : tokens) {
            JsonNode value = token.path("logprob");
            if (!value.isNumber()) {
                continue;
            }
            logProbabilities.add(value.doubleValue());
            List<Double> top = new ArrayList<>();
            for (JsonNode other : token.path("top_logprobs")) {
                top.add(other.path("logprob").asDouble(Double.NEGATIVE_INFINITY));
            }
            margin(top).ifPresent(margins::add);
        }
    }

    private static void legacyLogprobs(JsonNode logprobs, List<Double> logProbabilities, List<Double> margins) {
        for (JsonNode value : logprobs.path("token_logprobs")) {
            if (value.isNumber()) {
                logProbabilities.add(value.doubleValue());
            }
        }
        for (JsonNode token : logprobs.path("top_logprobs")) {
            List<Double> top = new ArrayList<>();
            token.forEach(other -> top.add(other.asDouble(Double.NEGATIVE_INFINITY)));
            margin(top).ifPresent(margins::add);
        }
    }

    private static Optional<Double> margin(List<Double> top) {
        if (top.size() < 2) {
            return Optional.empty();
        }
        top.sort(null);
        double margin = top.getLast() - top.get(top.size() - 2);
        return Double.isFinite(margin) ? Optional.of(margin) : Optional.empty();
    }

    /** Reads the usage at which a parser stands, to its end. */
    static Optional<TokenUsage> usage(JsonParser parser) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return Optional.empty();
        }
        long prompt = -1;
        long completion = -1;
        long total = -1;
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "prompt_tokens", "input_tokens" -> prompt = count(parser);
                case "completion_tokens", "output_tokens" -> completion = count(parser);
                case "total_tokens" -> total = count(parser);
                default -> parser.skipChildren();
            }
        }
        if (prompt < 0 && completion < 0 && total < 0) {
            return Optional.empty();
        }
        long answered = Math.max(0, completion);
        return Optional.of(new TokenUsage(prompt >= 0 ? prompt : Math.max(0, total - answered), answered));
    }

    private static long count(JsonParser parser) {
        boolean counts = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() == JsonParser.NumberType.INT;
        parser.skipChildren();
        return counts ? parser.getLongValue() : -1;
    }

    /** Reads the error at which a parser stands: an object with a message, or the message itself. */
    static String errorMessage(JsonParser parser) {
        String message = "";
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            message = parser.getString();
        } else if (parser.currentToken() == JsonToken.START_OBJECT) {
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                if (parser.nextToken() == JsonToken.VALUE_STRING && name.equals("message")) {
                    message = parser.getString();
                }
                parser.skipChildren();
            }
        }
        return message.isEmpty() ? "the upstream reported an error without a message" : message;
    }
}
