package io.stoa.integration.pipeline;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore.Hit;
import io.stoa.integration.tool.Tool;
import io.stoa.model.StoaException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What stands for models, stores and tools in a replay: they say what they were, and whoever asks them anything fails. */
final class Absent {
    private Absent() {}

    private static StoaException asked(String what) {
        return StoaException.bug("a replay asked " + what + ", whose answer should have been kept");
    }

    record Store(String identity) implements Surroundings.Search {
        @Override
        public List<Hit> search(String query, int most, Map<String, String> filter) {
            throw asked("a store");
        }
    }

    record Judge(String identity) implements Surroundings.Reranker {
        @Override
        public List<Double> scores(String query, List<Passage> passages) {
            throw asked("a reranker");
        }
    }

    static Tool tool(JsonNode was) {
        ObjectNode parameters =
                was.path("parameters") instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
        Tool.Effects effects = Arrays.stream(Tool.Effects.values())
                .filter(each -> each.name().equals(was.path("effects").stringValue("")))
                .findFirst()
                .orElse(Tool.Effects.EACH_CALL);
        Tool.Description description = new Tool.Description(
                was.path("name").stringValue(""), was.path("text").stringValue(""), parameters, effects);
        return new Tool() {
            @Override
            public Description description() {
                return description;
            }

            @Override
            public String call(ObjectNode arguments, String effect, Duration patience) {
                throw asked("a tool");
            }

            @Override
            public void close() {}
        };
    }

    record Model(String name, String engine) implements Engine {
        @Override
        public EngineFacts facts() {
            return new EngineFacts(
                    name, engine, Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty());
        }

        @Override
        public Set<Capability> capabilities() {
            return Set.of();
        }

        @Override
        public Generation generate(
                Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled) {
            throw asked("a model");
        }

        @Override
        public List<LogLikelihood> score(Prompt prompt, List<String> continuations) {
            throw asked("a model");
        }

        @Override
        public List<ScoredToken> logProbabilities(List<Integer> tokens, int alternatives) {
            throw asked("a model");
        }

        @Override
        public List<Integer> promptTokens(Prompt prompt) {
            throw asked("a model");
        }

        @Override
        public List<Integer> tokenize(String text, boolean special) {
            throw asked("a model");
        }

        @Override
        public String detokenize(List<Integer> tokens, boolean special) {
            throw asked("a model");
        }

        @Override
        public List<List<float[]>> embed(List<String> texts, Pooling pooling, boolean unitLength) {
            throw asked("a model");
        }

        @Override
        public void close() {}
    }
}
