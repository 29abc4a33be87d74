package io.stoa.integration.pipeline;

import static io.stoa.store.yaml.YamlFile.duration;
import static io.stoa.store.yaml.YamlFile.find;
import static io.stoa.store.yaml.YamlFile.mapping;
import static io.stoa.store.yaml.YamlFile.need;
import static io.stoa.store.yaml.YamlFile.scalar;
import static io.stoa.store.yaml.YamlFile.text;
import static io.stoa.store.yaml.YamlFile.whole;

import io.stoa.integration.pipeline.Pipeline.Limits;
import io.stoa.integration.pipeline.Pipeline.ModelEntry;
import io.stoa.integration.pipeline.Pipeline.StoreEntry;
import io.stoa.integration.tool.file.ToolsFile;
import io.stoa.model.StoaException;
import io.stoa.store.yaml.JsonSchema;
import io.stoa.store.yaml.Problems;
import io.stoa.store.yaml.YamlFile;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiFunction;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads a pipeline's file. Everything that is wrong with it is reported together, each with its line and column. Whether
 * the files that it names are there is left to whoever opens them, for a replay needs none.
 */
public final class PipelineYaml {
    private static final String KIND = "pipeline file";
    private static final Duration DEADLINE = Duration.ofHours(1);

    private final YamlFile yaml;
    private final Problems problems;
    private final Path file;
    /** Whether the files that it names have to be there. */
    private final boolean complete;

    private PipelineYaml(YamlFile yaml, Path file, boolean complete) {
        this.complete = complete;
        this.yaml = yaml;
        this.problems = yaml.problems();
        this.file = file;
    }

    /**
     * Reads and checks a file.
     *
     * @throws StoaException of kind {@code USER}, one line {@code file:line:column: sentence} per problem
     */
    public static Pipeline read(Path file) {
        String text = new YamlFile(file, KIND, "docs/pipelines.md shows one").text();
        return new PipelineYaml(YamlFile.ofText(file, KIND, text), file, true).pipeline(text);
    }

    /** Reads what a file said, which need not be there any more. */
    public static Pipeline of(Path file, String text) {
        return new PipelineYaml(YamlFile.ofText(file, KIND, text), file, false).pipeline(text);
    }

    /**
     * Where a pipeline's tools come from, and what they may be used for.
     *
     * @throws StoaException of kind {@code USER} when a file that this needs is gone
     */
    public static ToolsFile tools(Pipeline pipeline) {
        YamlFile yaml = YamlFile.ofText(pipeline.file(), KIND, pipeline.source());
        ToolsFile tools = ToolsFile.read(yaml, yaml.read(PipelineShape.FILE));
        yaml.problems().refuseIfAny();
        return tools;
    }

    /** The same for a replay, which opens none of it: files may be gone. */
    static ToolsFile rules(Pipeline pipeline) {
        YamlFile yaml = YamlFile.ofText(pipeline.file(), KIND, pipeline.source());
        return ToolsFile.read(yaml, yaml.read(PipelineShape.FILE));
    }

    /** The JSON Schema of the file. */
    public static String schema() {
        return JsonSchema.of(PipelineShape.FILE, KIND);
    }

    private Pipeline pipeline(String source) {
        MappingNode top = yaml.read(PipelineShape.FILE);
        SequencedMap<String, ValueType> inputs = entries(
                top, "inputs", (name, node) -> ValueType.of(scalar(node)).orElse(ValueType.JSON));
        SequencedMap<String, ModelEntry> models = entries(top, "models", this::model);
        SequencedMap<String, StoreEntry> stores =
                entries(top, "stores", (name, node) -> store(name, (MappingNode) node, models));
        List<String> tools = List.copyOf(entries(top, "tools", (name, node) -> scalar(need((MappingNode) node, "from")))
                .keySet());
        if (complete) {
            ToolsFile.read(yaml, top);
        }
        Names names = Names.of(inputs);
        List<Stage> stages = new StageYaml(yaml, models.keySet(), stores.keySet(), Set.copyOf(tools))
                .stages((MappingNode) need(top, "stages"), names);
        ExpressionYaml expressions = new ExpressionYaml(yaml);
        SequencedMap<String, Expression> outputs =
                entries(top, "outputs", (name, node) -> expressions.free(node, "outputs." + name, names));
        Limits limits = limits(top);
        problems.refuseIfAny();
        return new Pipeline(
                text(top, "pipeline").orElseThrow(),
                text(top, "description").orElse(""),
                file,
                source,
                inputs,
                models,
                stores,
                tools,
                stages,
                outputs,
                limits);
    }

    private static <T> SequencedMap<String, T> entries(
            MappingNode top, String key, BiFunction<String, Node, T> reading) {
        SequencedMap<String, T> entries = new LinkedHashMap<>();
        mapping(top, key)
                .ifPresent(map -> map.getValue().forEach(entry -> {
                    String name = scalar(entry.getKeyNode());
                    entries.put(name, reading.apply(name, entry.getValueNode()));
                }));
        return entries;
    }

    private ModelEntry model(String name, Node node) {
        MappingNode map = (MappingNode) node;
        OptionalInt context = whole(map, "context")
                .map(tokens -> OptionalInt.of(tokens.intValue()))
                .orElse(OptionalInt.empty());
        if (find(map, "file").isPresent()) {
            return new ModelEntry.GgufFile(path(map, "file", "models." + name + ".file"), context);
        }
        return new ModelEntry.Endpoint(
                address(map, "endpoint"),
                text(map, "name").orElseThrow(),
                text(map, "revision"),
                text(map, "key-env"),
                context);
    }

    private Path path(MappingNode map, String key, String what) {
        return yaml.path(map, key, what).orElse(yaml.folder()).normalize();
    }

    private URI address(MappingNode map, String key) {
        String said = text(map, key).orElseThrow();
        try {
            URI address = new URI(said);
            if (address.getHost() == null) {
                problems.at(need(map, key), key + ": " + said + " names no host");
            } else if (address.getUserInfo() != null) {
                problems.at(
                        need(map, key),
                        key + ": a secret does not belong in this file; put it into an environment variable and name"
                                + " that with key-env");
            }
            return address;
        } catch (URISyntaxException e) {
            problems.at(need(map, key), key + " is not an address: " + e.getReason());
            return URI.create("http://localhost");
        }
    }

    private StoreEntry store(String name, MappingNode map, SequencedMap<String, ModelEntry> models) {
        if (find(map, "folder").isPresent()) {
            return new StoreEntry.Folder(path(map, "folder", "stores." + name + ".folder"));
        }
        Optional<String> embedder = text(map, "embedder");
        embedder.filter(model -> !models.containsKey(model))
                .ifPresent(model -> problems.at(
                        need(map, "embedder"), "stores." + name + ".embedder: there is no " + model + " among models"));
        return new StoreEntry.Index(path(map, "index", "stores." + name + ".index"), embedder);
    }

    private Limits limits(MappingNode top) {
        Optional<MappingNode> map = mapping(top, "limits");
        Duration deadline = map.flatMap(limits -> duration(limits, "deadline")).orElse(DEADLINE);
        if (!deadline.isPositive()) {
            problems.at(need(map.orElse(top), "deadline"), "limits.deadline must be longer than nothing");
        }
        return new Limits(
                map.flatMap(limits -> whole(limits, "steps"))
                        .map(Long::intValue)
                        .orElse(PipelineShape.MOST_STEPS),
                deadline);
    }
}
