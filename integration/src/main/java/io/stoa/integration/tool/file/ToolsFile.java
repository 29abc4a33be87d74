package io.stoa.integration.tool.file;

import static io.stoa.store.yaml.YamlFile.optional;
import static io.stoa.store.yaml.YamlFile.required;

import io.stoa.integration.tool.BoxLimits;
import io.stoa.integration.tool.Grant;
import io.stoa.integration.tool.Grant.AfterUntrusted;
import io.stoa.integration.tool.Grant.Approve;
import io.stoa.integration.tool.Pin;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.integration.tool.ToolBox;
import io.stoa.integration.tool.ToolLimits;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import io.stoa.store.yaml.Shape;
import io.stoa.store.yaml.YamlFile;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/**
 * Which tools may be used, where they come from and for what: the keys {@code sources}, {@code tools} and {@code limits}
 * of a file of their own or of a pipeline's. Described in {@code docs/tools.md}.
 *
 * @param sources by name
 * @param tools by the name that a model calls them by
 */
public record ToolsFile(SequencedMap<String, Source> sources, SequencedMap<String, Wanted> tools, BoxLimits limits) {
    private static final Shape.Pattern NAME = new Shape.Pattern("[A-Za-z][A-Za-z0-9_-]{0,63}", "find_ticket");
    private static final Shape.Pattern DURATION = new Shape.Pattern("\\d{1,9}(?:\\.\\d{1,3})?(?:ms|s|m|h)", "30s");
    private static final Shape WHOLE = new Shape.Whole(1, 1_000_000);
    private static final Shape TEXTS = new Shape.ListOf(Shape.Text.ANY, 1);

    private static final Shape.Key PRIVATE = optional(
            "allow-private", new Shape.Truth(), "whether it may lie on this machine or a private network", "false");
    private static final Shape.Key HEADER =
            optional("header", Shape.Text.ANY, "the header that its secret goes out in", "Authorization");
    private static final Shape.Key SECRET_ENV =
            optional("secret-env", Shape.Text.ANY, "the environment variable that holds its secret");
    private static final Shape.Key SECRET_FILE =
            optional("secret-file", Shape.Text.ANY, "the file that holds its secret, which others cannot read");

    private static final Shape SOURCE = new Shape.ByKey(sourceShapes());

    private static final Shape TOOL = YamlFile.fields(
            required("from", Shape.Text.ANY, "the source that it comes from"),
            optional("tool", Shape.Text.ANY, "its name there, where that is another"),
            optional(
                    "pin",
                    new Shape.Pattern("sha256:[0-9a-f]{64}", "sha256:… (`stoa tools pin` prints it)"),
                    "the digest of the definition that was approved; needed for tools of MCP servers"),
            optional(
                    "effects",
                    new Shape.Text(List.of("none", "idempotent", "each-call")),
                    "whether calling it changes anything",
                    "each-call; of OpenAPI what the method promises"),
            optional(
                    "approve",
                    new Shape.Text(List.of("always", "on-effects", "never")),
                    "when a person is asked before it is called",
                    "on-effects"),
            optional(
                    "after-untrusted",
                    new Shape.Text(List.of("approve", "deny", "allow")),
                    "what holds for effects once the run has read what anybody may have written",
                    "approve"),
            optional("only", Narrowing.SHAPE, "which arguments are allowed, by name"),
            optional("destinations", TEXTS, "arguments that say where something goes"),
            optional("trusted", new Shape.Truth(), "whether its answers are as good as what the user says", "false"),
            optional("most-calls", WHOLE, "calls in one run", "20"),
            optional("most-per-minute", WHOLE, "calls in a minute, of all runs", "60"),
            optional("patience", DURATION, "how long one call may take", "30s"),
            optional("longest-answer", WHOLE, "characters of an answer that the model reads", "20000"));

    private static final Shape LIMITS = YamlFile.fields(
            optional("most-calls", WHOLE, "calls of all tools in one run", "50"),
            optional("most-repeats", WHOLE, "how often the very same call may be made in one run", "3"));

    public ToolsFile {
        sources = new LinkedHashMap<>(sources);
        tools = new LinkedHashMap<>(tools);
    }

    private static SequencedMap<String, Shape.Fields> sourceShapes() {
        SequencedMap<String, Shape.Fields> shapes = new LinkedHashMap<>();
        shapes.put(
                "mcp",
                YamlFile.fields(
                        required("mcp", TEXTS, "the command that starts the MCP server, word by word"),
                        optional("folder", Shape.Text.ANY, "where it starts", "the folder of this file"),
                        optional("environment", TEXTS, "variables of the environment that it sees, besides PATH")));
        shapes.put(
                "mcp-url",
                YamlFile.fields(
                        required("mcp-url", Shape.Text.ANY, "the MCP server's address"),
                        PRIVATE,
                        HEADER,
                        SECRET_ENV,
                        SECRET_FILE));
        shapes.put(
                "openapi",
                YamlFile.fields(
                        required("openapi", Shape.Text.ANY, "the file of the OpenAPI description"),
                        optional("base", Shape.Text.ANY, "the address below which its operations are called"),
                        PRIVATE,
                        HEADER,
                        SECRET_ENV,
                        SECRET_FILE));
        return shapes;
    }

    /** The keys, for a file that has them among others. */
    public static List<Shape.Key> keys() {
        return List.of(
                optional("sources", new Shape.Named(NAME, SOURCE, 1), "where tools come from, by name"),
                optional("tools", new Shape.Named(NAME, TOOL, 1), "the tools that may be used, by the model's name"),
                optional("limits", LIMITS, "limits of all tools together"));
    }

    /** The shape of a file of their own. */
    public static Shape.Fields shape() {
        return YamlFile.fields(keys().toArray(Shape.Key[]::new));
    }

    /**
     * Reads a file of their own.
     *
     * @throws StoaException of kind {@code USER}, one line for each problem
     */
    public static ToolsFile read(Path path) {
        YamlFile file = new YamlFile(path, "file of tools", "docs/tools.md shows one");
        MappingNode root = file.read(shape());
        ToolsFile read = read(file, root);
        file.problems().refuseIfAny();
        return read;
    }

    /** Reads the keys of a file whose shape was checked; what is wrong is added to its problems. */
    public static ToolsFile read(YamlFile file, MappingNode root) {
        SequencedMap<String, Source> sources = new LinkedHashMap<>();
        for (NodeTuple entry : entries(root, "sources")) {
            source(file, (MappingNode) entry.getValueNode())
                    .ifPresent(source -> sources.put(YamlFile.scalar(entry.getKeyNode()), source));
        }
        SequencedMap<String, Wanted> tools = new LinkedHashMap<>();
        List<String> known = entries(root, "sources").stream()
                .map(entry -> YamlFile.scalar(entry.getKeyNode()))
                .toList();
        for (NodeTuple entry : entries(root, "tools")) {
            String name = YamlFile.scalar(entry.getKeyNode());
            MappingNode node = (MappingNode) entry.getValueNode();
            Wanted wanted = wanted(name, node);
            if (!known.contains(wanted.from())) {
                file.problems()
                        .at(
                                YamlFile.need(node, "from"),
                                "there is no source " + wanted.from()
                                        + Spelling.hint(wanted.from(), known).orElse(""));
            }
            tools.put(name, wanted);
        }
        Optional<MappingNode> limits = YamlFile.mapping(root, "limits");
        BoxLimits usual = BoxLimits.DEFAULT;
        return new ToolsFile(
                sources,
                tools,
                new BoxLimits(
                        limits.map(node -> number(node, "most-calls", usual.mostCalls()))
                                .orElse(usual.mostCalls()),
                        limits.map(node -> number(node, "most-repeats", usual.mostRepeats()))
                                .orElse(usual.mostRepeats()),
                        usual.longestArguments()));
    }

    private static List<NodeTuple> entries(MappingNode root, String key) {
        return YamlFile.mapping(root, key).map(MappingNode::getValue).orElse(List.of());
    }

    private static int number(MappingNode node, String key, int usual) {
        return YamlFile.whole(node, key).map(Math::toIntExact).orElse(usual);
    }

    private static Optional<Source> source(YamlFile file, MappingNode node) {
        if (YamlFile.find(node, "mcp").isPresent()) {
            Optional<Path> folder = YamlFile.find(node, "folder").isPresent()
                    ? YamlFile.find(node, "folder").flatMap(at -> file.existing(at, "folder", Files::isDirectory))
                    : Optional.of(file.folder());
            return folder.map(
                    at -> new Source.Child(YamlFile.texts(node, "mcp"), at, YamlFile.texts(node, "environment")));
        }
        boolean open = YamlFile.truth(node, "allow-private").orElse(false);
        Optional<Secret> secret = secret(file, node);
        if (YamlFile.find(node, "mcp-url").isPresent()) {
            return address(file, node, "mcp-url").map(at -> new Source.Reached(at, open, secret));
        }
        Optional<URI> base = address(file, node, "base");
        if (secret.isPresent() && base.isEmpty()) {
            file.problems()
                    .at(node, "a source with a secret needs its base, since a description may name anybody's address");
        }
        return file.existingFile(node, "openapi").map(at -> new Source.Described(at, base, open, secret));
    }

    private static Optional<URI> address(YamlFile file, MappingNode node, String key) {
        return YamlFile.find(node, key).flatMap(at -> {
            try {
                URI address = new URI(YamlFile.scalar(at));
                if (address.getHost() != null && address.getUserInfo() == null && address.getFragment() == null) {
                    return Optional.of(address);
                }
            } catch (URISyntaxException _) {
                // said below
            }
            file.problems().at(at, key + " must be an address such as https://api.example.org/v1");
            return Optional.empty();
        });
    }

    private static Optional<Secret> secret(YamlFile file, MappingNode node) {
        Optional<String> variable = YamlFile.text(node, "secret-env");
        Optional<Path> path = YamlFile.find(node, "secret-file").flatMap(at -> existing(file, at));
        if (variable.isPresent() && YamlFile.find(node, "secret-file").isPresent()) {
            file.problems().at(node, "a source has one secret: secret-env or secret-file");
        }
        return variable.isPresent() || path.isPresent()
                ? Optional.of(new Secret(YamlFile.text(node, "header").orElse("Authorization"), variable, path))
                : Optional.empty();
    }

    private static Optional<Path> existing(YamlFile file, Node at) {
        return file.existing(at, "secret-file", Files::isRegularFile);
    }

    private static Wanted wanted(String name, MappingNode node) {
        ToolLimits usual = ToolLimits.DEFAULT;
        return new Wanted(
                YamlFile.text(node, "from").orElse(""),
                YamlFile.text(node, "tool").orElse(name),
                YamlFile.text(node, "pin").map(Pin::parse),
                word(node, "effects").map(Effects::valueOf),
                word(node, "approve").map(Approve::valueOf).orElse(Approve.ON_EFFECTS),
                word(node, "after-untrusted").map(AfterUntrusted::valueOf).orElse(AfterUntrusted.APPROVE),
                YamlFile.mapping(node, "only").map(Narrowing::read),
                Set.copyOf(YamlFile.texts(node, "destinations")),
                YamlFile.truth(node, "trusted").orElse(false),
                new ToolLimits(
                        number(node, "most-calls", usual.mostCalls()),
                        number(node, "most-per-minute", usual.mostPerMinute()),
                        YamlFile.duration(node, "patience").orElse(usual.patience()),
                        number(node, "longest-answer", usual.longestAnswer())));
    }

    private static Optional<String> word(MappingNode node, String key) {
        return YamlFile.text(node, key)
                .map(text -> text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /**
     * One tool of these.
     *
     * @throws StoaException of kind {@code USER} when it is not among them
     */
    public ToolsFile only(String tool) {
        Wanted wanted = Optional.ofNullable(tools.get(tool))
                .orElseThrow(() -> StoaException.user("the file allows no tool " + tool
                        + Spelling.hint(tool, tools.keySet()).orElse("")));
        SequencedMap<String, Wanted> one = new LinkedHashMap<>();
        one.put(tool, wanted);
        return new ToolsFile(sources, one, limits);
    }

    /**
     * Opens the tools: servers are started, and each tool is compared with its pin. Whoever opens the box closes it.
     *
     * @param environment of this process, for secrets and for what servers may see
     */
    public ToolBox open(Map<String, String> environment) {
        OpenSources open = new OpenSources(sources, environment);
        try {
            List<Grant> grants = tools.entrySet().stream()
                    .map(entry -> open.grant(entry.getKey(), entry.getValue()))
                    .toList();
            return new ToolBox(grants, limits, InstantSource.system());
        } catch (RuntimeException e) {
            open.close();
            throw e;
        }
    }
}
