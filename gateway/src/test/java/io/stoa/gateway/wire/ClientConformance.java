package io.stoa.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.RateLimitException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clients that people use, unchanged, against whatever serves {@code LoopbackGateway}'s model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ClientConformance {
    private static final String HELLO = "Hello there, 世界!";

    private String url = "";
    private String key = "";
    private OpenAIClient openAi;
    private AnthropicClient anthropic;

    /** Serves the model {@code m}; {@code nobody} is none, and {@code busy} is too busy. */
    protected abstract Served serve() throws IOException;

    /**
     * Where it is served.
     *
     * @param url without {@code /v1}
     * @param key that is taken there
     */
    public record Served(String url, String key) {}

    @BeforeAll
    void start() throws IOException {
        Served served = serve();
        url = served.url();
        key = served.key();
        openAi = OpenAIOkHttpClient.builder()
                .baseUrl(url + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .build();
        anthropic = AnthropicOkHttpClient.builder()
                .baseUrl(url)
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    @AfterAll
    void closeClients() {
        openAi.close();
        anthropic.close();
    }

    private static ChatCompletionCreateParams.Builder chat(String model) {
        return ChatCompletionCreateParams.builder().model(model).addUserMessage("hi");
    }

    @Test
    void openAiChat() {
        ChatCompletion answer =
                openAi.chat().completions().create(chat("m").temperature(0).build());

        answer.validate();
        assertThat(answer.choices().getFirst().message().content()).contains(HELLO);
        assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void openAiChatStream(boolean usage) {
        ChatCompletionCreateParams.Builder params = chat("m");
        if (usage) {
            params.streamOptions(
                    ChatCompletionStreamOptions.builder().includeUsage(true).build());
        }
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        List<ChatCompletionChunk> chunks = new ArrayList<>();
        try (var stream = openAi.chat().completions().createStreaming(params.build())) {
            stream.stream().forEach(chunk -> {
                chunks.add(chunk);
                chunk.validate();
                whole.accumulate(chunk);
            });
        }

        assertThat(whole.chatCompletion().choices().getFirst().message().content())
                .contains(HELLO);
        assertThat(chunks.getLast().usage().isPresent()).isEqualTo(usage);
    }

    @Test
    void openAiChatCallsTools() {
        FunctionDefinition function = FunctionDefinition.builder()
                .name("weather")
                .parameters(com.openai.models.FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .build())
                .build();
        ChatCompletion asked = openAi.chat()
                .completions()
                .create(chat("m").addFunctionTool(function).build());
        var message = asked.choices().getFirst().message();
        var call = message.toolCalls().orElseThrow().getFirst().asFunction();
        assertThat(call.function().arguments()).contains("Zürich");

        ChatCompletion told = openAi.chat()
                .completions()
                .create(chat("m")
                        .addFunctionTool(function)
                        .addMessage(message)
                        .addMessage(ChatCompletionToolMessageParam.builder()
                                .toolCallId(call.id())
                                .content("21 degrees")
                                .build())
                        .build());

        assertThat(told.choices().getFirst().message().content()).contains("It said: 21 degrees");
    }

    @Test
    void openAiErrors() {
        assertThatThrownBy(() -> openAi.chat()
                        .completions()
                        .create(chat("m").temperature(3).build()))
                .isInstanceOfSatisfying(BadRequestException.class, e -> {
                    assertThat(e.param()).contains("temperature");
                    assertThat(e.code()).contains("decimal_above_max_value");
                    assertThat(e.type()).contains("invalid_request_error");
                });
        assertThatThrownBy(
                        () -> openAi.chat().completions().create(chat("nobody").build()))
                .isInstanceOfSatisfying(
                        NotFoundException.class, e -> assertThat(e.code()).contains("model_not_found"));
        assertThatThrownBy(() -> openAi.chat().completions().create(chat("busy").build()))
                .isInstanceOf(RateLimitException.class);
    }

    @Test
    void openAiEmbeddingsAndCompletions() {
        var embeddings = openAi.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("m")
                        .inputOfArrayOfStrings(List.of("a", "bb"))
                        .build());
        embeddings.validate();
        assertThat((double) embeddings.data().getLast().embedding().getFirst()).isEqualTo(Math.cos(0.2), within(1e-6));
        var completion = openAi.completions()
                .create(com.openai.models.completions.CompletionCreateParams.builder()
                        .model("m")
                        .prompt("hel")
                        .build());
        completion.validate();
        assertThat(completion.choices().getFirst().text()).isEqualTo("lo");
    }

    private static ResponseCreateParams.Builder response() {
        return ResponseCreateParams.builder()
                .model("m")
                .instructions("be brief")
                .input("hi");
    }

    private static FunctionTool weather() {
        return FunctionTool.builder()
                .name("weather")
                .parameters(FunctionTool.Parameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .build())
                .strict(false)
                .build();
    }

    @Test
    void openAiResponses() {
        Response answer = openAi.responses().create(response().build());

        answer.validate();
        assertThat(text(answer)).isEqualTo(HELLO);
        assertThat(answer.status()).contains(ResponseStatus.COMPLETED);
        assertThat(answer.usage().orElseThrow().inputTokensDetails().cachedTokens())
                .isEqualTo(4);
        Response cut = openAi.responses().create(response().maxOutputTokens(2).build());
        assertThat(cut.status()).contains(ResponseStatus.INCOMPLETE);
        assertThat(cut.incompleteDetails().orElseThrow().reason().orElseThrow().asString())
                .isEqualTo("max_output_tokens");
    }

    @Test
    void openAiResponsesCallTools() {
        Response asked = openAi.responses().create(response().addTool(weather()).build());
        asked.validate();
        var call = asked.output().getFirst().asFunctionCall();
        assertThat(call.arguments()).contains("Zürich");

        Response told = openAi.responses()
                .create(ResponseCreateParams.builder()
                        .model("m")
                        .addTool(weather())
                        .inputOfResponse(List.of(
                                ResponseInputItem.ofMessage(ResponseInputItem.Message.builder()
                                        .role(ResponseInputItem.Message.Role.USER)
                                        .addInputTextContent("weather?")
                                        .build()),
                                ResponseInputItem.ofFunctionCall(call),
                                ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                                        .callId(call.callId())
                                        .output("21 degrees")
                                        .build())))
                        .build());

        assertThat(text(told)).isEqualTo("It said: 21 degrees");
    }

    @Test
    void openAiResponsesStream() {
        Response text = stream(response().build());
        assertThat(text(text)).isEqualTo(HELLO);
        assertThat(text.usage().orElseThrow().outputTokens()).isEqualTo(7);

        Response calls = stream(response()
                .addTool(weather())
                .addTool(weather().toBuilder().name("rain").build())
                .build());
        assertThat(calls.output())
                .extracting(item -> item.asFunctionCall().name())
                .containsExactly("weather", "rain");
        assertThat(calls.output().getLast().asFunctionCall().arguments()).isEqualTo("{\"city\": \"Zürich\"}");
    }

    private Response stream(ResponseCreateParams params) {
        ResponseAccumulator whole = ResponseAccumulator.createWithSnapshots();
        try (var stream = openAi.responses().createStreaming(params)) {
            stream.stream().forEach((ResponseStreamEvent event) -> {
                event.validate();
                whole.accumulate(event);
            });
        }
        whole.response().validate();
        assertThat(text(whole.reconstructedResponse())).isEqualTo(text(whole.response()));
        return whole.response();
    }

    private static String text(Response response) {
        StringBuilder text = new StringBuilder();
        response.output().stream()
                .filter(ResponseOutputItem::isMessage)
                .flatMap(item -> item.asMessage().content().stream())
                .forEach(content -> text.append(content.asOutputText().text()));
        return text.toString();
    }

    @Test
    void openAiResponsesRefuseByName() {
        assertThatThrownBy(() -> openAi.responses()
                        .create(response().previousResponseId("resp_1").build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class, e -> assertThat(e.param()).contains("previous_response_id"));
    }

    private static MessageCreateParams.Builder message() {
        return MessageCreateParams.builder()
                .model("m")
                .maxTokens(32)
                .system("be brief")
                .addUserMessage("hi");
    }

    private static Tool anthropicWeather() {
        return Tool.builder()
                .name("weather")
                .inputSchema(Tool.InputSchema.builder().build())
                .build();
    }

    @Test
    void anthropicMessages() {
        Message answer = anthropic.messages().create(message().build());

        answer.validate();
        assertThat(answer.content().getFirst().asText().text()).isEqualTo(HELLO);
        assertThat(answer.stopReason()).contains(StopReason.END_TURN);
        assertThat(answer.usage().inputTokens()).isEqualTo(7);
        assertThat(answer.usage().cacheReadInputTokens()).contains(4L);
        assertThat(anthropic.messages().create(message().maxTokens(2).build()).stopReason())
                .contains(StopReason.MAX_TOKENS);
    }

    @Test
    void anthropicMessagesCallTools() {
        Message asked = anthropic
                .messages()
                .create(message().addTool(anthropicWeather()).build());
        asked.validate();
        assertThat(asked.stopReason()).contains(StopReason.TOOL_USE);
        var use = asked.content().getFirst().asToolUse();

        Message told = anthropic
                .messages()
                .create(message()
                        .addTool(anthropicWeather())
                        .addMessage(asked)
                        .addUserMessageOfContentBlockParams(
                                List.of(com.anthropic.models.messages.ContentBlockParam.ofToolResult(
                                        ToolResultBlockParam.builder()
                                                .toolUseId(use.id())
                                                .content("21 degrees")
                                                .build())))
                        .build());

        assertThat(told.content().getFirst().asText().text()).isEqualTo("It said: 21 degrees");
    }

    @Test
    void anthropicStream() {
        Message text = anthropicStream(message().build());
        assertThat(text.content().getFirst().asText().text()).isEqualTo(HELLO);
        assertThat(text.usage().outputTokens()).isEqualTo(7);
        assertThat(text.stopReason()).contains(StopReason.END_TURN);

        Message calls = anthropicStream(message()
                .addTool(anthropicWeather())
                .addTool(anthropicWeather().toBuilder().name("rain").build())
                .build());
        assertThat(calls.content()).hasSize(2);
        assertThat(calls.content().getLast().asToolUse()._input().toString()).contains("Zürich");
        assertThat(calls.stopReason()).contains(StopReason.TOOL_USE);
    }

    private Message anthropicStream(MessageCreateParams params) {
        MessageAccumulator whole = MessageAccumulator.create();
        try (var stream = anthropic.messages().createStreaming(params)) {
            stream.stream().forEach((RawMessageStreamEvent event) -> {
                event.validate();
                whole.accumulate(event);
            });
        }
        return whole.message();
    }

    @Test
    void anthropicErrorsAndCounts() {
        assertThatThrownBy(() -> anthropic
                        .messages()
                        .create(message()
                                .putAdditionalBodyProperty("temperature", com.anthropic.core.JsonValue.from(1.5))
                                .build()))
                .isInstanceOf(com.anthropic.errors.BadRequestException.class)
                .hasMessageContaining("temperature");
        assertThatThrownBy(() ->
                        anthropic.messages().create(message().model("nobody").build()))
                .isInstanceOf(com.anthropic.errors.NotFoundException.class);
        assertThat(anthropic
                        .messages()
                        .countTokens(MessageCountTokensParams.builder()
                                .model("m")
                                .addUserMessage("hi")
                                .build())
                        .inputTokens())
                .isPositive();
    }

    @Test
    void langChain4jChat() {
        OpenAiChatModel model = OpenAiChatModel.builder()
                .baseUrl(url + "/v1")
                .apiKey(key)
                .modelName("m")
                .maxRetries(0)
                .build();
        ToolSpecification tool = ToolSpecification.builder()
                .name("weather")
                .parameters(JsonObjectSchema.builder().addStringProperty("city").build())
                .build();
        assertThat(model.chat("hi")).isEqualTo(HELLO);

        AiMessage asked = model.chat(ChatRequest.builder()
                        .messages(UserMessage.from("weather?"))
                        .toolSpecifications(tool)
                        .build())
                .aiMessage();
        assertThat(asked.toolExecutionRequests().getFirst().arguments()).contains("Zürich");
        ChatResponse told = model.chat(ChatRequest.builder()
                .messages(
                        UserMessage.from("weather?"),
                        asked,
                        ToolExecutionResultMessage.from(
                                asked.toolExecutionRequests().getFirst(), "21 degrees"))
                .toolSpecifications(tool)
                .build());

        assertThat(told.aiMessage().text()).isEqualTo("It said: 21 degrees");
        assertThat(told.tokenUsage().totalTokenCount()).isEqualTo(18);
    }

    @Test
    void langChain4jStreamAndEmbeddings() throws Exception {
        OpenAiStreamingChatModel model = OpenAiStreamingChatModel.builder()
                .baseUrl(url + "/v1")
                .apiKey(key)
                .modelName("m")
                .build();
        CompletableFuture<ChatResponse> done = new CompletableFuture<>();
        StringBuilder pieces = new StringBuilder();
        model.chat("hi", new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                pieces.append(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                done.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                done.completeExceptionally(error);
            }
        });
        ChatResponse response = done.get(20, TimeUnit.SECONDS);

        assertThat(pieces.toString()).isEqualTo(HELLO);
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(7);
        OpenAiEmbeddingModel embeddings = OpenAiEmbeddingModel.builder()
                .baseUrl(url + "/v1")
                .apiKey(key)
                .modelName("m")
                .build();
        assertThat((double) embeddings.embed("bb").content().vector()[0]).isEqualTo(Math.cos(0.2), within(1e-6));
    }
}
