package io.stoa.integration.pipeline;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * A pipeline as it was read: its references are known to lead somewhere, and to values of the right types.
 *
 * @param file where it was read
 * @param source the file's text: with it a run can be replayed when the file is gone or has changed
 * @param inputs by name
 * @param models that its stages name
 * @param stores that its stages name
 * @param tools the names of the tools that may be used; {@link PipelineYaml#tools} tells the rest
 * @param stages in the order in which they are carried out
 * @param outputs by name
 */
public record Pipeline(
        String name,
        String description,
        Path file,
        String source,
        SequencedMap<String, ValueType> inputs,
        SequencedMap<String, ModelEntry> models,
        SequencedMap<String, StoreEntry> stores,
        List<String> tools,
        List<Stage> stages,
        SequencedMap<String, Expression> outputs,
        Limits limits) {
    public Pipeline {
        requireNonNull(limits, "limits");
        inputs = new LinkedHashMap<>(inputs);
        models = new LinkedHashMap<>(models);
        stores = new LinkedHashMap<>(stores);
        tools = List.copyOf(tools);
        stages = List.copyOf(stages);
        outputs = new LinkedHashMap<>(outputs);
    }

    /** What it is, whatever it is called. */
    public Digest digest() {
        return Digest.of(source);
    }

    /** The same with other models under the same names: a run of it says so in its surroundings. */
    public Pipeline withModels(SequencedMap<String, ModelEntry> others) {
        return new Pipeline(name, description, file, source, inputs, others, stores, tools, stages, outputs, limits);
    }

    /** About how many steps a run has: those of agents are not known before. */
    int steps() {
        return steps(stages);
    }

    private static int steps(List<Stage> stages) {
        return stages.stream()
                .mapToInt(stage -> switch (stage) {
                    case Stage.Route route ->
                        1
                                + Stream.concat(
                                                route.cases().values().stream().map(Stage.Case::branch),
                                                route.otherwise().stream())
                                        .mapToInt(branch -> steps(branch.stages()))
                                        .max()
                                        .orElse(0);
                    case Stage.Parallel parallel ->
                        parallel.branches().values().stream()
                                .mapToInt(branch -> steps(branch.stages()))
                                .sum();
                    case Stage.Human _ -> 0;
                    case Stage.Retrieve _,
                            Stage.Rerank _,
                            Stage.Generate _,
                            Stage.CallTool _,
                            Stage.RunAgent _,
                            Stage.Guard _ -> 1;
                })
                .sum();
    }

    /**
     * What no run may exceed.
     *
     * @param steps the most steps
     * @param deadline the longest time that one process works on it
     */
    public record Limits(int steps, Duration deadline) {}

    /** A model by the name that stages call it. */
    public sealed interface ModelEntry {
        /** Context in tokens, when said. */
        OptionalInt context();

        /** A GGUF file. */
        record GgufFile(Path path, OptionalInt context) implements ModelEntry {}

        /**
         * A model behind an OpenAI-compatible endpoint.
         *
         * @param keyVariable the environment variable that holds the key; never the key itself
         */
        record Endpoint(
                URI base, String name, Optional<String> revision, Optional<String> keyVariable, OptionalInt context)
                implements ModelEntry {}
    }

    /** A store by the name that stages call it. */
    public sealed interface StoreEntry {
        /** A folder of Markdown files, indexed in memory by their words whenever a run begins. */
        record Folder(Path path) implements StoreEntry {}

        /**
         * A store of passages that {@code stoa corpus ingest} made.
         *
         * @param embedder the model that makes vectors of questions; none searches by words alone
         */
        record Index(Path path, Optional<String> embedder) implements StoreEntry {}
    }
}
