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
import io.stoa.integration.step.Journal;
import io.stoa.integration.step.JournalFile;
import io.stoa.integration.tool.BoxLimits;
import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.file.ToolsFile;
import io.stoa.model.Progress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Models, stores and tools whose answers a test writes, and which count how often they were asked. */
final class Workshop {
    final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    private final Function<String, String> script;
    private final List<Tool> tools = new ArrayList<>();

    Workshop(Function<String, String> script) {
        this.script = script;
    }

    /** What a tool does: from arguments and effect name to an answer. */
    interface Doing {
        String call(ObjectNode arguments, String effect);
    }

    Workshop with(String name, Tool.Effects effects, Doing doing) {
        ObjectNode parameters = JsonNodeFactory.instance.objectNode().put("type", "object");
        parameters.put("additionalProperties", true);
        parameters.putObject("properties").putObject("what").put("type", "string");
        Tool.Description description = new Tool.Description(name, "Does " + name, parameters, effects);
        tools.add(new Tool() {
            @Override
            public Description description() {
                return description;
            }

            @Override
            public String call(ObjectNode arguments, String effect, Duration patience) {
                count(name);
                return doing.call(arguments, effect);
            }

            @Override
            public void close() {}
        });
        return this;
    }

    private void count(String what) {
        asked.computeIfAbsent(what, _ -> new AtomicInteger()).incrementAndGet();
    }

    int asked(String what) {
        return asked.getOrDefault(what, new AtomicInteger()).get();
    }

    int asked() {
        return asked.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    Surroundings surroundings() {
        Map<String, Tool> named = new ConcurrentHashMap<>();
        tools.forEach(tool -> named.put(tool.description().name(), tool));
        return new Surroundings(
                Map.of("small", new Surroundings.Model(new Scripted(), "sha256:scripted")),
                Map.of("notes", new Notes()),
                named,
                Map.of(),
                new BoxedAgents(new ToolsFile(new LinkedHashMap<>(), new LinkedHashMap<>(), BoxLimits.DEFAULT)));
    }

    /** A pipeline of these stages, over one text. */
    static String yaml(String stages, String outputs) {
        return """
            pipeline: test
            inputs: {question: text}
            models:
              small: {file: none.gguf}
            stores:
              notes: {folder: none}
            sources:
              desk: {mcp: [none]}
            tools:
              look: {from: desk}
              put: {from: desk}
              send: {from: desk}
              flaky: {from: desk}
            stages:
            """ + stages.indent(2) + "outputs:\n" + outputs.indent(2);
    }

    static Pipeline pipeline(String stages, String outputs) {
        return PipelineYaml.of(Path.of("test.yaml"), yaml(stages, outputs));
    }

    static ObjectNode question(String text) {
        return JsonNodeFactory.instance.objectNode().put("question", text);
    }

    DurableRun begin(JournalFile file, Pipeline pipeline, ObjectNode inputs) {
        return DurableRun.of(
                Journal.begin(file, "run-1", DurableRun.about(pipeline, inputs, surroundings()), Clock.systemUTC()));
    }

    static DurableRun open(JournalFile file) {
        return DurableRun.of(Journal.open(file, Clock.systemUTC()));
    }

    Outcome go(DurableRun run) {
        return run.go(surroundings(), Progress.NONE);
    }

    private final class Notes implements Surroundings.Search {
        @Override
        public String identity() {
            return "notes 1";
        }

        @Override
        public List<Hit> search(String query, int most, Map<String, String> filter) {
            count("search");
            List<Hit> hits = new ArrayList<>();
            for (int i = 1; i <= most; i++) {
                hits.add(new Hit(
                        new Passage("note-" + i, "note", "line " + i, "Note " + i + " on " + query, Map.of()),
                        1.0 / i));
            }
            return hits;
        }
    }

    private final class Scripted implements Engine {
        @Override
        public EngineFacts facts() {
            return new EngineFacts(
                    "scripted",
                    "script 1",
                    Optional.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    Optional.empty());
        }

        @Override
        public Set<Capability> capabilities() {
            return Set.of(Capability.GENERATE);
        }

        @Override
        public Generation generate(
                Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled) {
            count("model");
            if (!(prompt instanceof Prompt.Chat chat)) {
                throw new UnsupportedOperationException("only conversations are scripted");
            }
            String text = script.apply(chat.messages().getLast().content().orElseThrow());
            return new Generation(text, Generation.Finish.STOP, 1, text.length(), Optional.empty(), Duration.ZERO);
        }

        @Override
        public List<LogLikelihood> score(Prompt prompt, List<String> continuations) {
            throw new UnsupportedOperationException("scripted");
        }

        @Override
        public List<Integer> tokenize(String text, boolean special) {
            throw new UnsupportedOperationException("scripted");
        }

        @Override
        public String detokenize(List<Integer> tokens, boolean special) {
            throw new UnsupportedOperationException("scripted");
        }

        @Override
        public List<List<float[]>> embed(List<String> texts, Pooling pooling, boolean unitLength) {
            throw new UnsupportedOperationException("scripted");
        }

        @Override
        public List<ScoredToken> logProbabilities(List<Integer> tokens, int alternatives) {
            throw new UnsupportedOperationException("scripted");
        }

        @Override
        public List<Integer> promptTokens(Prompt prompt) {
            throw new UnsupportedOperationException("scripted");
        }

        @Override
        public void close() {}
    }
}
