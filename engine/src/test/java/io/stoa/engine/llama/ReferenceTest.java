package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ToolDefinition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Against PyTorch in float32 over the same weights ({@code reference.json}, beside the models). */
final class ReferenceTest {
    private final LlamaRuntime runtime = Natives.runtime();
    private final JsonNode reference =
            new JsonMapper().readTree(Path.of("../examples/quickstart/models/reference.json"));

    private Engine open(String model) {
        return runtime.open(Natives.model(model), new EngineOptions(512, 1));
    }

    private static List<Integer> ids(JsonNode array) {
        List<Integer> ids = new ArrayList<>();
        array.forEach(id -> ids.add(id.intValue()));
        return ids;
    }

    @ParameterizedTest
    @ValueSource(strings = {"nano", "micro", "mini"})
    void answersGreedilyWithTheSameTokens(String model) {
        JsonNode cases = reference.get("models").get(model).get("greedy");
        assertThat(cases.size()).isEqualTo(10);
        try (Engine engine = open(model)) {
            for (JsonNode expected : cases) {
                String prompt = expected.get("prompt").stringValue();
                List<Integer> tokens = ids(expected.get("tokens"));
                boolean ends = tokens.getLast() == 1023;
                Generation generation = engine.generate(
                        new Prompt.Text(prompt),
                        GenerateOptions.greedy(reference.get("greedy_tokens").intValue()));
                assertThat(engine.tokenize(prompt, true)).isEqualTo(ids(expected.get("prompt_tokens")));
                assertThat(generation.text()).isEqualTo(expected.get("text").stringValue());
                assertThat(generation.answerTokens()).isEqualTo(tokens.size() - (ends ? 1 : 0));
                assertThat(generation.promptTokens())
                        .isEqualTo(expected.get("prompt_tokens").size());
                assertThat(generation.finish()).isEqualTo(ends ? Generation.Finish.STOP : Generation.Finish.LENGTH);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nano", "micro", "mini"})
    void scoresWithinAHundredthOfANatPerToken(String model) {
        double worst = 0;
        JsonNode cases = reference.get("models").get(model).get("scores");
        assertThat(cases.size()).isEqualTo(20);
        try (Engine engine = open(model)) {
            for (JsonNode expected : cases) {
                LogLikelihood score = engine.score(
                                new Prompt.Text(expected.get("context").stringValue()),
                                List.of(expected.get("continuation").stringValue()))
                        .getFirst();
                int tokens = expected.get("tokens").intValue();
                assertThat(score.tokens()).hasSize(tokens);
                double difference =
                        Math.abs(score.sum() - expected.get("log_likelihood").doubleValue()) / tokens;
                worst = Math.max(worst, difference);
                assertThat(difference).as("%s", expected).isCloseTo(0, within(0.01));
            }
        }
        System.out.printf("%s: worst difference from PyTorch %.5f nats a token%n", model, worst);
    }

    @Test
    void rendersAndTokenizesConversations() {
        try (Engine engine = open("nano")) {
            for (JsonNode expected : reference.get("rendered")) {
                List<ChatMessage> messages = new ArrayList<>();
                expected.get("messages")
                        .forEach(message -> messages.add(
                                switch (message.get("role").stringValue()) {
                                    case "system" ->
                                        ChatMessage.system(
                                                message.get("content").stringValue());
                                    case "user" ->
                                        ChatMessage.user(message.get("content").stringValue());
                                    default ->
                                        ChatMessage.assistant(
                                                message.get("content").stringValue());
                                }));
                List<ToolDefinition> tools = new ArrayList<>();
                expected.get("tools").forEach(tool -> tools.add(new ToolDefinition((ObjectNode) tool)));
                String text = expected.get("text").stringValue();
                assertThat(engine.tokenize(text, true)).isEqualTo(ids(expected.get("tokens")));

                Prompt.Chat chat = new Prompt.Chat(messages, tools);
                List<String> asked = List.of("the same prompt gives the same score");
                assertThat(engine.score(chat, asked)).isEqualTo(engine.score(new Prompt.Text(text), asked));
                assertThat(engine.generate(chat, GenerateOptions.greedy(1)).promptTokens())
                        .isEqualTo(expected.get("tokens").size());
            }
        }
    }
}
