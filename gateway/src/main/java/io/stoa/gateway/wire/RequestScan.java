package io.stoa.gateway.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * What a request asks for, found in one pass over its bytes without a tree; what is wrong with it, told as OpenAI tells
 * it. Fields that nobody here knows pass, because upstreams have their own, except those that would change which model
 * answers or how it was approved.
 */
public final class RequestScan {
    /** More than {@code n} of these is refused. */
    static final int MOST_CHOICES = 128;

    private static final int MOST_ANSWER_TOKENS = 1 << 24;
    private static final int MOST_INPUTS = 2048;
    private static final int MOST_MODEL_NAME = 256;
    private static final int MOST_TOOLS = 512;
    private static final int MOST_TOOL_NAME = 128;

    /** What a template adds of its own to a conversation: its default system prompt, dates, role marks. */
    private static final int TEMPLATE_BYTES = 256;

    /** What a template says about tools in general. */
    private static final int TOOLS_BYTES = 1024;

    /** No model that is known reads more tokens for one picture at the resolutions it is served with. */
    private static final int IMAGE_TOKENS = 16_384;

    private final ApiCall call;
    private final RequestReader in;
    private final MessageScan messages;

    private String model = "";
    private int modelStart;
    private int modelEnd;
    private boolean stream;
    private boolean streamOptions;
    private boolean includeUsage;
    private OptionalInt maxTokens = OptionalInt.empty();
    private OptionalInt maxCompletionTokens = OptionalInt.empty();
    private int choices = 1;
    private int bestOf = 1;
    private int prompts = 1;
    private boolean prompted;
    private boolean queried;
    private int queryBytes;
    private boolean logprobs;
    private boolean topLogprobs;
    private boolean toolChoice;
    private String chosenTool = "";
    private long toolBytes;
    private final List<String> tools = new ArrayList<>(0);

    private RequestScan(ApiCall call, RequestReader in) {
        this.call = call;
        this.in = in;
        this.messages = new MessageScan(call, in);
    }

    /**
     * Reads a request.
     *
     * @param body the whole body; its length was bounded by whoever received it
     * @throws RefusedRequest when it is not what the call wants, with the field's path
     */
    public static RequestFacts scan(ApiCall call, byte[] body) {
        try (RequestReader in = RequestReader.of(body)) {
            return new RequestScan(call, in).facts(body);
        } catch (JacksonException e) {
            throw RequestReader.notJson(e);
        }
    }

    private RequestFacts facts(byte[] body) {
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            if (!in.isNull()) {
                member(name);
            }
        }
        if (in.next() != null) {
            throw RequestReader.notJson("something follows the object");
        }
        requireWhole();
        long bytes = (long) body.length + TEMPLATE_BYTES + toolBytes + messages.images() * (long) IMAGE_TOKENS;
        if (call == ApiCall.RERANK) {
            bytes += (long) queryBytes * prompts;
        }
        return new RequestFacts(
                call,
                model,
                modelStart,
                modelEnd,
                stream,
                includeUsage,
                maxCompletionTokens.isPresent() ? maxCompletionTokens : maxTokens,
                Math.max(choices, bestOf),
                prompts,
                tools,
                (int) Math.min(Integer.MAX_VALUE, bytes));
    }

    private void member(String name) {
        switch (name) {
            case "model" -> model();
            case "stream" -> stream();
            case "stream_options" -> streamOptions();
            case "chat_template", "prompt_embeds", "models", "provider", "route", "lora", "lora_path", "adapter_id" ->
                throw in.unsupported("would change what answers: the route decides that, as it was approved.");
            case "prediction", "web_search_options" ->
                throw in.unsupported("makes tokens that no limit of the request bounds.");
            case "service_tier" -> in.oneOf(List.of("auto", "default", "standard_only", "flex"));
            default -> {
                switch (call) {
                    case CHAT_COMPLETIONS -> chat(name);
                    case COMPLETIONS -> completion(name);
                    case EMBEDDINGS -> embedding(name);
                    case RERANK -> rerank(name);
                    case RESPONSES -> response(name);
                    case MESSAGES, COUNT_TOKENS -> anthropic(name);
                    case TOKENIZE -> tokenize(name);
                    case DETOKENIZE -> detokenize(name);
                }
            }
        }
    }

    private void model() {
        model = in.text();
        if (model.isBlank() || model.length() > MOST_MODEL_NAME) {
            throw in.refused("invalid_value", "a model's name has 1 to " + MOST_MODEL_NAME + " characters.");
        }
        modelStart = in.start();
        modelEnd = in.end();
    }

    private void stream() {
        stream = in.truth();
        if (stream) {
            switch (call) {
                case CHAT_COMPLETIONS, COMPLETIONS, RESPONSES, MESSAGES -> {}
                case EMBEDDINGS, RERANK, COUNT_TOKENS, TOKENIZE, DETOKENIZE ->
                    throw in.unsupported("has no meaning for " + call.path() + ": its answer comes whole.");
            }
        }
    }

    private void streamOptions() {
        in.requireObject();
        streamOptions = true;
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            if (name.equals("include_usage") && !in.isNull()) {
                includeUsage = in.truth();
            } else {
                in.skip();
            }
        }
    }

    private void chat(String name) {
        switch (name) {
            case "messages" -> {
                prompted = true;
                messages.chat();
            }
            case "tools" -> tools();
            case "functions" -> functions();
            case "tool_choice" -> toolChoice();
            case "max_completion_tokens" -> maxCompletionTokens = OptionalInt.of(in.whole(1, MOST_ANSWER_TOKENS));
            case "max_tokens" -> maxTokens = OptionalInt.of(in.whole(1, MOST_ANSWER_TOKENS));
            case "logprobs" -> logprobs = in.truth();
            case "top_logprobs" -> {
                in.whole(0, 20);
                topLogprobs = true;
            }
            case "response_format" -> responseFormat();
            case "parallel_tool_calls", "store" -> in.truth();
            case "modalities" -> modalities();
            case "audio" -> throw in.unsupported("is not served: answers are text.");
            default -> sampling(name);
        }
    }

    private void completion(String name) {
        switch (name) {
            case "prompt" -> {
                prompted = true;
                prompts = inputs(true);
            }
            case "max_tokens" -> maxTokens = OptionalInt.of(in.whole(0, MOST_ANSWER_TOKENS));
            case "echo" -> in.truth();
            case "logprobs" -> in.whole(0, 20);
            case "suffix" -> in.requireText();
            default -> sampling(name);
        }
    }

    private void sampling(String name) {
        switch (name) {
            // llama.cpp's own name of max_tokens, which there overrides it: what is set aside would not be the most.
            case "n_predict" ->
                throw new RefusedRequest(ApiError.invalid("n_predict is llama.cpp's own; send max_tokens instead"));
            case "n" -> choices = in.whole(1, MOST_CHOICES);
            case "best_of" -> bestOf = in.whole(1, MOST_CHOICES);
            case "temperature" -> in.number(0, 2);
            case "top_p" -> in.number(0, 1);
            case "presence_penalty", "frequency_penalty" -> in.number(-2, 2);
            case "seed" -> in.wide(Long.MIN_VALUE, Long.MAX_VALUE);
            case "stop" -> stop();
            case "user" -> in.requireText();
            case "logit_bias", "metadata" -> {
                in.requireObject();
                in.skip();
            }
            default -> in.skip();
        }
    }

    private void stop() {
        if (in.token() == JsonToken.VALUE_STRING) {
            return;
        }
        in.requireArray("a string or an array of strings");
        int count = 0;
        while (in.next() != JsonToken.END_ARRAY) {
            in.requireText();
            if (++count > 64) {
                throw in.tooMany(64);
            }
        }
    }

    private void modalities() {
        in.requireArray("an array of strings");
        while (in.next() != JsonToken.END_ARRAY) {
            in.oneOf(List.of("text"));
        }
    }

    private void responseFormat() {
        in.requireObject();
        boolean typed = false;
        boolean schema = false;
        boolean wantsSchema = false;
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            switch (name) {
                case "type" -> {
                    typed = true;
                    wantsSchema = in.oneOf(List.of("json_object", "json_schema", "text"))
                            .equals("json_schema");
                }
                case "json_schema" -> {
                    in.requireObject();
                    schema = true;
                    skipJson();
                }
                default -> in.skip();
            }
        }
        if (!typed) {
            throw RequestReader.missing("response_format.type");
        }
        if (wantsSchema && !schema) {
            throw RequestReader.missing("response_format.json_schema");
        }
    }

    private void tools() {
        in.requireArray("an array of objects");
        toolBytes += TOOLS_BYTES;
        int count = 0;
        while (in.next() != JsonToken.END_ARRAY) {
            in.requireObject();
            if (++count > MOST_TOOLS) {
                throw in.tooMany(MOST_TOOLS);
            }
            tool();
        }
        if (count == 0) {
            throw in.empty();
        }
    }

    private void tool() {
        boolean typed = false;
        boolean function = false;
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            switch (name) {
                case "type" -> {
                    typed = true;
                    in.oneOf(List.of("function", "custom"));
                }
                case "function", "custom" -> {
                    function = true;
                    in.requireObject();
                    if (!namedTool()) {
                        throw RequestReader.missing(in.path() + ".name");
                    }
                }
                default -> in.skip();
            }
        }
        if (!typed || !function) {
            throw RequestReader.missing(in.path() + (typed ? ".function" : ".type"));
        }
    }

    /** Reads an object with a tool's name; says whether it had one. */
    private boolean namedTool() {
        boolean named = false;
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            if (name.equals("name")) {
                named = true;
                toolName();
            } else {
                skipJson();
            }
        }
        return named;
    }

    private void toolName() {
        String name = in.text();
        if (name.isEmpty() || name.length() > MOST_TOOL_NAME || !name.chars().allMatch(RequestScan::isOfToolName)) {
            throw in.refused(
                    "invalid_value",
                    "a name has 1 to " + MOST_TOOL_NAME + " letters, digits, dots, dashes and underscores.");
        }
        tools.add(name);
    }

    private static boolean isOfToolName(int each) {
        return (each >= 'a' && each <= 'z')
                || (each >= 'A' && each <= 'Z')
                || (each >= '0' && each <= '9')
                || each == '_'
                || each == '-'
                || each == '.';
    }

    private void functions() {
        in.requireArray("an array of objects");
        toolBytes += TOOLS_BYTES;
        int count = 0;
        while (in.next() != JsonToken.END_ARRAY) {
            in.requireObject();
            count++;
            if (!namedTool()) {
                throw RequestReader.missing(in.path() + ".name");
            }
        }
        if (count == 0) {
            throw in.empty();
        }
    }

    private void toolChoice() {
        if (in.token() == JsonToken.VALUE_STRING) {
            toolChoice = in.oneOf(List.of("none", "auto", "required")).equals("required");
            return;
        }
        if (in.token() != JsonToken.START_OBJECT) {
            throw in.wrongType("one of none, auto, required or an object");
        }
        toolChoice = true;
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            switch (name) {
                case "function", "custom" -> {
                    in.requireObject();
                    chosen();
                }
                case "type" -> in.oneOf(List.of("function", "custom", "allowed_tools"));
                default -> in.skip();
            }
        }
    }

    private void chosen() {
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            if (name.equals("name")) {
                chosenTool = in.text();
            } else {
                in.skip();
            }
        }
    }

    /**
     * Skips JSON that a template writes anew for the model, with spaces and line ends of its own: counts what that can
     * add, which the body's own length does not bound.
     */
    private void skipJson() {
        JsonToken token = in.token();
        if (token != JsonToken.START_OBJECT && token != JsonToken.START_ARRAY) {
            return;
        }
        int depth = 1;
        while (depth > 0) {
            token = in.next();
            switch (token) {
                case START_OBJECT, START_ARRAY -> depth++;
                case END_OBJECT, END_ARRAY -> depth--;
                case null, default -> {}
            }
            toolBytes += 3L + 4L * depth;
        }
    }

    private void embedding(String name) {
        switch (name) {
            case "input" -> {
                prompted = true;
                prompts = inputs(false);
            }
            case "encoding_format" -> in.oneOf(List.of("float", "base64"));
            case "dimensions" -> in.whole(1, 1 << 20);
            case "user" -> in.requireText();
            default -> in.skip();
        }
    }

    /** A text, texts, token ids, or lists of token ids: how many of them. */
    private int inputs(boolean mayBeEmpty) {
        String expected = "a string, an array of strings, or an array of integers";
        if (in.token() == JsonToken.VALUE_STRING) {
            requireSome(mayBeEmpty);
            return 1;
        }
        in.requireArray(expected);
        JsonToken first = in.next();
        int count = 0;
        for (JsonToken each = first; each != JsonToken.END_ARRAY; each = in.next()) {
            count++;
            if (each != first) {
                throw in.wrongType("all elements to be of one kind");
            }
            switch (each) {
                case VALUE_STRING -> requireSome(mayBeEmpty);
                case VALUE_NUMBER_INT -> in.whole(0, Integer.MAX_VALUE);
                case START_ARRAY -> tokenIds();
                case null, default -> throw in.wrongType("a string or an integer");
            }
            if (count > MOST_INPUTS && each != JsonToken.VALUE_NUMBER_INT) {
                throw in.tooMany(MOST_INPUTS);
            }
        }
        if (count == 0) {
            throw in.empty();
        }
        return first == JsonToken.VALUE_NUMBER_INT ? 1 : count;
    }

    private void requireSome(boolean mayBeEmpty) {
        if (!mayBeEmpty && in.isEmptyText()) {
            throw in.refused("invalid_value", "it is an empty string; send some text.");
        }
    }

    private void tokenIds() {
        int count = 0;
        while (in.next() != JsonToken.END_ARRAY) {
            in.whole(0, Integer.MAX_VALUE);
            count++;
        }
        if (count == 0) {
            throw in.empty();
        }
    }

    private void rerank(String name) {
        switch (name) {
            case "query" -> {
                queried = true;
                in.requireText();
                requireSome(false);
                queryBytes = 3 * Math.min(in.textLength(), Integer.MAX_VALUE / 3);
            }
            case "documents" -> {
                prompted = true;
                prompts = documents();
            }
            case "top_n", "max_tokens_per_doc", "max_chunks_per_doc" -> in.whole(1, Integer.MAX_VALUE);
            case "return_documents" -> in.truth();
            default -> in.skip();
        }
    }

    private int documents() {
        in.requireArray("an array of strings");
        int count = 0;
        while (in.next() != JsonToken.END_ARRAY) {
            count++;
            if (in.token() == JsonToken.START_OBJECT) {
                document();
            } else {
                in.requireText();
            }
            if (count > MOST_INPUTS) {
                throw in.tooMany(MOST_INPUTS);
            }
        }
        if (count == 0) {
            throw in.empty();
        }
        return count;
    }

    private void document() {
        boolean text = false;
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            if (name.equals("text")) {
                in.requireText();
                text = true;
            } else {
                in.skip();
            }
        }
        if (!text) {
            throw RequestReader.missing(in.path() + ".text");
        }
    }

    private void response(String name) {
        switch (name) {
            case "input" -> {
                prompted = true;
                messages.responseInput();
            }
            case "instructions" -> in.requireText();
            case "max_output_tokens" -> maxTokens = OptionalInt.of(in.whole(1, MOST_ANSWER_TOKENS));
            case "tools" -> flatTools();
            case "tool_choice" -> flatToolChoice("required");
            case "text" -> {
                in.requireObject();
                skipJson();
            }
            case "temperature" -> in.number(0, 2);
            case "top_p" -> in.number(0, 1);
            case "top_logprobs" -> in.whole(0, 20);
            case "parallel_tool_calls", "store", "background" -> in.truth();
            default -> in.skip();
        }
    }

    private void anthropic(String name) {
        switch (name) {
            case "messages" -> {
                prompted = true;
                messages.anthropic();
            }
            case "system" -> messages.system();
            case "max_tokens" -> maxTokens = OptionalInt.of(in.whole(1, MOST_ANSWER_TOKENS));
            case "tools" -> flatTools();
            case "tool_choice" -> {
                in.requireObject();
                flatToolChoice("any");
            }
            case "temperature" -> in.number(0, 1);
            case "top_p" -> in.number(0, 1);
            case "top_k" -> in.whole(0, Integer.MAX_VALUE);
            case "stop_sequences" -> {
                in.requireArray("an array of strings");
                stop();
            }
            case "metadata", "thinking" -> {
                in.requireObject();
                in.skip();
            }
            default -> in.skip();
        }
    }

    /** Tools whose name stands beside their type, as in responses and messages. */
    private void flatTools() {
        in.requireArray("an array of objects");
        toolBytes += TOOLS_BYTES;
        int count = 0;
        while (in.next() != JsonToken.END_ARRAY) {
            in.requireObject();
            if (++count > MOST_TOOLS) {
                throw in.tooMany(MOST_TOOLS);
            }
            flatTool();
        }
    }

    private void flatTool() {
        boolean named = false;
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            switch (name) {
                case "name" -> {
                    named = true;
                    toolName();
                }
                case "type" -> {
                    String type = in.text();
                    if (!type.equals("function") && !type.equals("custom")) {
                        throw in.unsupported("is '" + RequestReader.quoted(type)
                                + "': only functions are served, which the caller runs itself.");
                    }
                }
                default -> skipJson();
            }
        }
        if (!named) {
            throw RequestReader.missing(in.path() + ".name");
        }
    }

    private void flatToolChoice(String any) {
        if (in.token() == JsonToken.VALUE_STRING) {
            toolChoice = in.oneOf(List.of("none", "auto", "required")).equals(any);
            return;
        }
        in.requireObject();
        for (String name = in.member(); !name.isEmpty(); name = in.member()) {
            switch (name) {
                case "name" -> {
                    chosenTool = in.text();
                    toolChoice = true;
                }
                case "type" -> toolChoice |= in.text().equals(any);
                default -> in.skip();
            }
        }
    }

    private void tokenize(String name) {
        switch (name) {
            case "prompt", "content" -> {
                prompted = true;
                in.requireText();
            }
            case "messages" -> {
                prompted = true;
                messages.chat();
            }
            case "add_special_tokens", "return_token_strs", "add_generation_prompt" -> in.truth();
            default -> in.skip();
        }
    }

    private void detokenize(String name) {
        if (name.equals("tokens")) {
            prompted = true;
            in.requireArray("an array of integers");
            while (in.next() != JsonToken.END_ARRAY) {
                in.whole(0, Integer.MAX_VALUE);
            }
        } else {
            in.skip();
        }
    }

    /** What must be there, and what must fit together. */
    private void requireWhole() {
        if (model.isEmpty()) {
            throw RequestReader.missing("model");
        }
        if (!prompted) {
            throw RequestReader.missing(
                    switch (call) {
                        case CHAT_COMPLETIONS, MESSAGES, COUNT_TOKENS -> "messages";
                        case COMPLETIONS, TOKENIZE -> "prompt";
                        case EMBEDDINGS, RESPONSES -> "input";
                        case RERANK -> "documents";
                        case DETOKENIZE -> "tokens";
                    });
        }
        if (call == ApiCall.RERANK && !queried) {
            throw RequestReader.missing("query");
        }
        if (call == ApiCall.MESSAGES && maxTokens.isEmpty()) {
            throw RequestReader.missing("max_tokens");
        }
        if (maxTokens.isPresent() && maxCompletionTokens.isPresent()) {
            throw RefusedRequest.field(
                    "max_tokens",
                    "invalid_parameter_combination",
                    "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.");
        }
        requireFitting();
    }

    private void requireFitting() {
        if (streamOptions && !stream && call != ApiCall.RESPONSES) {
            throw RefusedRequest.field(
                    "stream_options",
                    "invalid_parameter_combination",
                    "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
        }
        if (topLogprobs && !logprobs) {
            throw RefusedRequest.field(
                    "top_logprobs",
                    "invalid_parameter_combination",
                    "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.");
        }
        if (bestOf > 1 && bestOf < choices) {
            throw RefusedRequest.field(
                    "best_of", "invalid_value", "'best_of' must be at least 'n': " + bestOf + " < " + choices + ".");
        }
        if (bestOf > 1 && stream) {
            throw RefusedRequest.field(
                    "best_of", "invalid_parameter_combination", "'best_of' above 1 cannot be streamed.");
        }
        if (toolChoice && tools.isEmpty()) {
            throw RefusedRequest.field(
                    "tool_choice",
                    "invalid_parameter_combination",
                    "'tool_choice' is only allowed when 'tools' are specified.");
        }
        if (!chosenTool.isEmpty() && !tools.contains(chosenTool)) {
            throw RefusedRequest.field(
                    "tool_choice",
                    "invalid_value",
                    "'tool_choice' names '" + RequestReader.quoted(chosenTool) + "', which is not in 'tools'.");
        }
    }
}
