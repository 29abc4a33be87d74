package io.stoa.gateway.wire;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Changes members of a request by splicing its bytes: what is not changed stays as its caller wrote it. For bodies that
 * {@link RequestScan} has accepted.
 */
public final class BodyEdit {
    private final RequestFacts facts;
    private final byte[] body;
    private Optional<String> model = Optional.empty();
    private final Map<String, String> wanted = new LinkedHashMap<>();
    private Optional<String> answerTokens = Optional.empty();
    private boolean includeUsage;
    private int alternatives = -1;

    private BodyEdit(RequestFacts facts, byte[] body) {
        this.facts = requireNonNull(facts);
        this.body = requireNonNull(body);
    }

    /**
     * Begins to change a request.
     *
     * @param facts what was found in these very bytes
     */
    public static BodyEdit of(RequestFacts facts, byte[] body) {
        return new BodyEdit(facts, body);
    }

    /** Names the upstream's own model. */
    public BodyEdit model(String name) {
        model = Optional.of(name);
        return this;
    }

    /** Bounds the answer where its caller did not. */
    public BodyEdit maxTokensIfAbsent(int tokens) {
        if (facts.maxTokens().isEmpty()) {
            answerTokens = Optional.of(String.valueOf(tokens));
        }
        return this;
    }

    /** Asks for usage at the end of a stream, whether or not the caller did. */
    public BodyEdit includeUsage() {
        includeUsage = facts.stream();
        return this;
    }

    /** Asks for log-probabilities and at least so many alternatives. */
    public BodyEdit logprobs(int leastAlternatives) {
        alternatives = leastAlternatives;
        return this;
    }

    /** Asks for the answer as a whole, and so for no options of a stream. */
    public BodyEdit wholeAnswer() {
        wanted.put("stream", "false");
        wanted.put("stream_options", "null");
        includeUsage = false;
        return this;
    }

    /** The changed body; the same array when nothing changes. */
    public byte[] bytes() {
        List<Splice> splices = new ArrayList<>(4);
        model.ifPresent(name -> splices.add(new Splice(facts.modelStart(), facts.modelEnd(), quoted(name))));
        if (!wanted.isEmpty() || answerTokens.isPresent() || includeUsage || alternatives >= 0) {
            new Members(splices).edit();
        }
        if (splices.isEmpty()) {
            return body;
        }
        splices.sort(Comparator.comparingInt(Splice::from));
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 128);
        int at = 0;
        for (Splice splice : splices) {
            out.write(body, at, splice.from - at);
            out.writeBytes(splice.text.getBytes(StandardCharsets.UTF_8));
            at = splice.to;
        }
        out.write(body, at, body.length - at);
        return out.toByteArray();
    }

    private static String quoted(String text) {
        return Json.MAPPER.writeValueAsString(text);
    }

    private record Splice(int from, int to, String text) {}

    /** One pass over the body's own members: those to change are changed in place, the rest follow at the end. */
    private final class Members {
        private final List<Splice> splices;
        private final Map<String, String> missing;
        private final boolean chat = facts.call() == ApiCall.CHAT_COMPLETIONS;
        private boolean bounded = answerTokens.isEmpty();
        private boolean options = !includeUsage;

        private Members(List<Splice> splices) {
            this.splices = splices;
            this.missing = new LinkedHashMap<>(wanted);
            missing.remove("stream_options");
            if (alternatives >= 0) {
                missing.put("logprobs", chat ? "true" : String.valueOf(alternatives));
                if (chat) {
                    missing.put("top_logprobs", String.valueOf(alternatives));
                }
            }
        }

        private void edit() {
            int close;
            try (JsonParser parser = Json.parser(body, 0, body.length)) {
                parser.nextToken();
                for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                    parser.nextToken();
                    member(name, parser);
                }
                close = start(parser);
            }
            StringBuilder added = new StringBuilder();
            missing.forEach((name, value) -> add(added, name, value));
            answerTokens.filter(_ -> !bounded).ifPresent(tokens -> add(added, "max_tokens", tokens));
            if (!options) {
                add(added, "stream_options", "{\"include_usage\":true}");
            }
            if (!added.isEmpty()) {
                splices.add(new Splice(close, close, added.toString()));
            }
        }

        /** A body that was accepted has a model, so that what is added follows something. */
        private static void add(StringBuilder added, String name, String value) {
            added.append(",\"").append(name).append("\":").append(value);
        }

        private void member(String name, JsonParser parser) {
            switch (name) {
                case "max_tokens", "max_completion_tokens" -> {
                    if (!bounded && parser.currentToken() == JsonToken.VALUE_NULL) {
                        bounded = true;
                        replace(parser, answerTokens.orElseThrow());
                    }
                }
                case "stream_options" -> {
                    if (wanted.containsKey(name)) {
                        replace(parser, "null");
                    } else if (includeUsage) {
                        options = true;
                        options(parser);
                    }
                }
                case "logprobs", "top_logprobs" -> alternatives(name, parser);
                case "stream" -> {
                    String value = missing.remove(name);
                    if (value != null) {
                        replace(parser, value);
                    }
                }
                default -> parser.skipChildren();
            }
            parser.skipChildren();
        }

        private void alternatives(String name, JsonParser parser) {
            String value = missing.remove(name);
            boolean enough =
                    parser.currentToken() == JsonToken.VALUE_NUMBER_INT && parser.getIntValue() >= alternatives;
            if (value != null && !enough) {
                replace(parser, value);
            }
        }

        private void options(JsonParser parser) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                replace(parser, "{\"include_usage\":true}");
                return;
            }
            int open = start(parser) + 1;
            boolean empty = true;
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                empty = false;
                parser.nextToken();
                if (name.equals("include_usage")) {
                    if (parser.currentToken() != JsonToken.VALUE_TRUE) {
                        replace(parser, "true");
                    }
                    open = -1;
                }
                parser.skipChildren();
            }
            if (open >= 0) {
                splices.add(new Splice(open, open, "\"include_usage\":true" + (empty ? "" : ",")));
            }
        }

        private void replace(JsonParser parser, String value) {
            int from = start(parser);
            parser.skipChildren();
            parser.finishToken();
            splices.add(new Splice(from, end(parser), value));
        }

        private static int start(JsonParser parser) {
            return (int) parser.currentTokenLocation().getByteOffset();
        }

        private static int end(JsonParser parser) {
            return (int) parser.currentLocation().getByteOffset();
        }
    }
}
