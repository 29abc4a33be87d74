package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Prompts, scores and standard errors of made-up tasks, as lm-evaluation-harness 0.4.13 gives them for the same documents
 * and answers: every output type, filter, metric, sampler and layout of chats that is read here.
 */
final class ScoreParityTest {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    static Stream<String> labels() {
        return cases().keySet().stream();
    }

    private static Map<String, JsonNode> cases() {
        Map<String, JsonNode> cases = new LinkedHashMap<>();
        try (InputStream in = ScoreParityTest.class.getResourceAsStream("scores.json.gz")) {
            MAPPER.readTree(new GZIPInputStream(in))
                    .forEach(one -> cases.put(one.path("label").stringValue(), one));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("labels")
    void agrees(String label) {
        JsonNode expected = cases().getOrDefault(label, MAPPER.nullNode());
        SequencedMap<String, Object> keys = new LinkedHashMap<>();
        Map<?, ?> yaml = MAPPER.treeToValue(expected.path("yaml"), Map.class);
        yaml.forEach((key, value) -> keys.put(String.valueOf(key), value));
        TaskConfig task = TaskConfig.of(keys, new Hooks());
        Prompts prompts = new Prompts(task, splits(expected.path("splits")), layout(expected));

        ArrayNode asked = MAPPER.createArrayNode();
        for (int i = 0; i < prompts.documents().size(); i++) {
            asked.add(requests(prompts.requests(i)));
        }
        assertThat(asked).isEqualTo(expected.path("prompts"));

        if (expected.has("answers")) {
            Evaluator evaluator = new Evaluator(task, prompts.reader(), _ -> {});
            Tally tally = new Tally(task);
            for (int i = 0; i < prompts.documents().size(); i++) {
                tally.add(evaluator.score(
                        i,
                        prompts.documents().get(i),
                        prompts.requests(i),
                        answers(expected.path("answers").path(i))));
            }
            Evaluated evaluated =
                    tally.evaluated(Optional.empty(), expected.path("rounds").asInt());
            Map<String, Optional<Double>> numbers = new LinkedHashMap<>();
            for (Evaluated.Figure number : evaluated.numbers()) {
                numbers.put(number.key(), Optional.of(number.value()));
                numbers.put(
                        number.metric() + "_stderr," + number.filter(),
                        number.standardError().isPresent()
                                ? Optional.of(number.standardError().getAsDouble())
                                : Optional.empty());
            }
            assertThat(numbers.keySet())
                    .hasSameElementsAs(expected.path("expected").propertyNames());
            expected.path("expected").properties().forEach(entry -> {
                Optional<Double> number = numbers.getOrDefault(entry.getKey(), Optional.empty());
                if (entry.getValue().isNull()) {
                    assertThat(number).as(entry.getKey()).isEmpty();
                } else {
                    assertThat(number.orElseThrow())
                            .as(entry.getKey())
                            .isCloseTo(entry.getValue().doubleValue(), within(1e-9));
                }
            });
        }
    }

    private static Prompts.Layout layout(JsonNode expected) {
        return new Prompts.Layout(
                expected.path("chat").asBoolean(),
                expected.path("system").isNull()
                        ? Optional.empty()
                        : Optional.of(expected.path("system").stringValue()),
                Prompts.SHOT_SEED);
    }

    private static SequencedMap<String, List<ObjectNode>> splits(JsonNode json) {
        SequencedMap<String, List<ObjectNode>> splits = new LinkedHashMap<>();
        json.properties().forEach(entry -> {
            List<ObjectNode> rows = new ArrayList<>();
            entry.getValue().forEach(row -> rows.add((ObjectNode) row));
            splits.put(entry.getKey(), rows);
        });
        return splits;
    }

    private static ArrayNode requests(List<Request> requests) {
        ArrayNode all = MAPPER.createArrayNode();
        for (Request request : requests) {
            ArrayNode one = all.addArray();
            switch (request) {
                case Request.Likelihood likelihood ->
                    one.add(text(likelihood.context())).add(likelihood.continuation());
                case Request.Rolling rolling -> one.add(rolling.text());
                case Request.Generate generate -> {
                    one.add(text(generate.context()));
                    ArrayNode until = one.addArray();
                    generate.settings().until().forEach(until::add);
                }
            }
        }
        return all;
    }

    /** Chats as the stand-in for a chat template wrote them: the messages, and whether an answer is to begin. */
    private static String text(Request.Context context) {
        return switch (context) {
            case Request.Context.Text text -> text.text();
            case Request.Context.Chat chat -> {
                StringBuilder json = new StringBuilder("{\"m\": [");
                String separator = "";
                for (Message message : chat.messages()) {
                    json.append(separator)
                            .append("{\"role\": ")
                            .append(MAPPER.writeValueAsString(message.role()))
                            .append(", \"content\": ")
                            .append(MAPPER.writeValueAsString(message.content()))
                            .append('}');
                    separator = ", ";
                }
                yield json.append("], \"g\": ")
                        .append(!chat.continues())
                        .append('}')
                        .toString();
            }
        };
    }

    private static List<RawAnswer> answers(JsonNode json) {
        List<RawAnswer> answers = new ArrayList<>();
        for (JsonNode request : json) {
            JsonNode first = request.path(0);
            if (first.isArray()) {
                answers.add(new RawAnswer.Likelihood(
                        first.path(0).doubleValue(), first.path(1).booleanValue()));
            } else if (first.isNumber()) {
                answers.add(new RawAnswer.Likelihood(first.doubleValue(), false));
            } else {
                List<String> texts = new ArrayList<>();
                request.forEach(text -> texts.add(text.stringValue()));
                answers.add(new RawAnswer.Texts(texts));
            }
        }
        return answers;
    }
}
