package io.stoa.gateway.input;

import static io.stoa.store.yaml.YamlFile.duration;
import static io.stoa.store.yaml.YamlFile.fields;
import static io.stoa.store.yaml.YamlFile.find;
import static io.stoa.store.yaml.YamlFile.list;
import static io.stoa.store.yaml.YamlFile.mapping;
import static io.stoa.store.yaml.YamlFile.need;
import static io.stoa.store.yaml.YamlFile.optional;
import static io.stoa.store.yaml.YamlFile.required;
import static io.stoa.store.yaml.YamlFile.scalar;
import static io.stoa.store.yaml.YamlFile.text;
import static io.stoa.store.yaml.YamlFile.texts;
import static io.stoa.store.yaml.YamlFile.truth;
import static io.stoa.store.yaml.YamlFile.whole;

import io.stoa.gateway.input.GatewayFile.Action;
import io.stoa.gateway.input.GatewayFile.Audit;
import io.stoa.gateway.input.GatewayFile.Guards;
import io.stoa.gateway.input.GatewayFile.Limits;
import io.stoa.gateway.input.GatewayFile.Listen;
import io.stoa.gateway.input.GatewayFile.Model;
import io.stoa.gateway.input.GatewayFile.PipelineEntry;
import io.stoa.gateway.input.GatewayFile.RouteEntry;
import io.stoa.gateway.input.GatewayFile.Store;
import io.stoa.gateway.input.GatewayFile.TierEntry;
import io.stoa.gateway.input.GatewayFile.Tls;
import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.upstream.Target;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import io.stoa.store.yaml.JsonSchema;
import io.stoa.store.yaml.Problems;
import io.stoa.store.yaml.Shape;
import io.stoa.store.yaml.YamlFile;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/**
 * Reads {@code gateway.yaml}. Everything that is wrong with it is reported together, each with its line and column. What
 * only other files can tell (whether the ledger approves what it names, what the assessment's use is called) is left to
 * whoever starts the gateway.
 */
public final class GatewayYaml {
    private static final Shape.Pattern NAME = new Shape.Pattern("[A-Za-z0-9][A-Za-z0-9._:/-]{0,95}", "support");
    private static final Shape.Pattern ID = new Shape.Pattern("[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "micro-Q8_0");
    private static final Shape.Pattern DURATION =
            new Shape.Pattern("[0-9]{1,6}(\\.[0-9]{1,3})?\\s*(ms|s|m|h|d)", "500ms, 60s or 180d");
    private static final Shape.Pattern BYTES =
            new Shape.Pattern("[0-9]{1,6}(\\.[0-9]{1,3})?\\s*(B|KiB|MiB|GiB|KB|MB|GB)", "4MiB");
    private static final Shape.Pattern PRICE = new Shape.Pattern("[0-9]{1,7}(\\.[0-9]{1,6})?", "0.15");
    private static final Shape.Pattern VARIABLE = new Shape.Pattern("[A-Za-z_][A-Za-z0-9_]{0,127}", "UPSTREAM_KEY");
    private static final Shape.Whole TOKENS = new Shape.Whole(2, 100_000_000);
    private static final Shape.Text ON_PERSONAL_DATA =
            new Shape.Text(Arrays.stream(Action.values()).map(GatewayYaml::word).toList());
    private static final Shape.Text ON_INJECTION = new Shape.Text(Stream.of(Action.OFF, Action.NOTE, Action.REFUSE)
            .map(GatewayYaml::word)
            .toList());

    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration RETENTION = Duration.ofDays(180);
    private static final Bytes BODY = new Bytes(4L << 20);
    private static final int IN_FLIGHT = 1024;
    private static final int ANSWER_TOKENS = 1024;

    /** The one description of the file: what is checked, and what the schema is written from. */
    static final Shape.Fields SHAPE = fields(
            optional("name", Shape.Text.ANY, "What the gateway is called", "the folder's name"),
            optional(
                    "listen",
                    new Shape.Pattern("(\\[[0-9A-Fa-f:.]{2,45}\\]|[A-Za-z0-9._-]{1,253}):[0-9]{1,5}", "127.0.0.1:8080"),
                    "Where it listens",
                    "127.0.0.1:8080"),
            optional(
                    "tls",
                    fields(
                            required("certificate", Shape.Text.ANY, "the certificate chain, a PEM file"),
                            required("key", Shape.Text.ANY, "its private key, a PEM file")),
                    "The certificate, for HTTPS and HTTP/2",
                    "plain HTTP"),
            optional(
                    "store",
                    new Shape.Pattern(
                            "(sqlite:\\S.*|postgres(ql)?://\\S+)", "sqlite:.stoa/gateway.db or postgresql://host/db"),
                    "Where keys, budgets and idempotency keys are kept; PostgreSQL when several gateways share them",
                    "sqlite:.stoa/gateway.db"),
            optional("ledger", Shape.Text.ANY, "The ledger that approvals are read from", ".stoa/ledger.db"),
            optional(
                    "trust",
                    new Shape.ListOf(Shape.Text.ANY, 1),
                    "The public keys whose signatures under verdicts count",
                    "[.stoa/keys/verdicts.pub]"),
            optional("assessment", Shape.Text.ANY, "The stoa.yaml whose candidates and use are served"),
            optional(
                    "uses",
                    new Shape.Named(ID, Shape.Text.ANY, 0),
                    "Further uses by name, each the stoa.yaml that says it; keys of callers may name them"),
            optional(
                    "currency",
                    new Shape.Pattern("[A-Z]{3}", "USD"),
                    "What prices and budgets are in, a code of ISO 4217",
                    "USD"),
            required(
                    "routes", new Shape.Named(NAME, route(), 1), "what callers name as the model, each with its tiers"),
            optional(
                    "pipelines",
                    new Shape.Named(ID, pipeline(), 0),
                    "Pipelines that are served as the models pipeline/NAME"),
            optional(
                    "guards",
                    fields(
                            optional(
                                    "personal-data",
                                    ON_PERSONAL_DATA,
                                    "What to do about personal data in requests",
                                    "off"),
                            optional(
                                    "prompt-injection",
                                    ON_INJECTION,
                                    "What to do about signals of prompt injection",
                                    "off"),
                            optional(
                                    "tools",
                                    new Shape.ListOf(Shape.Text.ANY, 0),
                                    "The only tools that may be offered to models",
                                    "any")),
                    "What is looked for in requests",
                    "nothing"),
            optional(
                    "audit",
                    fields(
                            optional("folder", Shape.Text.ANY, "Where its files lie", ".stoa/audit"),
                            optional(
                                    "keep-content",
                                    new Shape.Truth(),
                                    "Whether prompts and answers are kept, and not only their digests",
                                    "false"),
                            optional("retention", DURATION, "After how long a record may go", "180d")),
                    "The record of every request",
                    ".stoa/audit, without content, for 180 days"),
            optional(
                    "telemetry",
                    fields(required("otlp", Shape.Text.ANY, "the OTLP endpoint, such as http://127.0.0.1:4318")),
                    "Where spans are sent",
                    "nowhere; metrics are at /metrics in any case"),
            optional(
                    "limits",
                    fields(
                            optional("body", BYTES, "The longest body", "4MiB"),
                            optional(
                                    "in-flight",
                                    new Shape.Whole(1, 1_000_000),
                                    "The most requests at the same time",
                                    Integer.toString(IN_FLIGHT))),
                    "What no request may exceed"));

    private final YamlFile yaml;
    private final Problems problems;

    private GatewayYaml(Path file) {
        this.yaml = new YamlFile(file, "gateway.yaml", "examples/quickstart/gateway.yaml is one to start from");
        this.problems = yaml.problems();
    }

    /**
     * Reads and checks a file.
     *
     * @throws StoaException of kind {@code USER}, one line {@code file:line:column: sentence} per problem
     */
    public static GatewayFile read(Path file) {
        return new GatewayYaml(file).gateway();
    }

    /** The JSON Schema of the file. */
    public static String schema() {
        return JsonSchema.of(SHAPE, "gateway.yaml");
    }

    private GatewayFile gateway() {
        MappingNode top = yaml.read(SHAPE);
        Optional<Path> assessment = yaml.existingFile(top, "assessment");
        SequencedMap<String, Path> uses = uses(top);
        List<RouteEntry> routes = routes(top, find(top, "assessment").isPresent(), namesOf(top, "uses"));
        List<PipelineEntry> pipelines = pipelines(top);
        Optional<Tls> tls = mapping(top, "tls").flatMap(this::tls);
        Store store = store(top);
        Optional<URI> otlp = mapping(top, "telemetry").flatMap(map -> address(need(map, "otlp"), "telemetry.otlp"));
        Listen listen = listen(top);
        String currency = currency(top);
        Path ledger = yaml.path(top, "ledger", "ledger").orElse(yaml.folder().resolve(".stoa/ledger.db"));
        List<Path> trust = trust(top);
        Audit audit = audit(mapping(top, "audit"));
        problems.refuseIfAny();
        return new GatewayFile(
                text(top, "name")
                        .orElseGet(() -> Optional.ofNullable(yaml.folder().getFileName())
                                .map(Path::toString)
                                .orElse("gateway")),
                listen,
                tls,
                store,
                ledger,
                trust,
                assessment,
                uses,
                currency,
                routes,
                pipelines,
                guards(mapping(top, "guards")),
                audit,
                otlp,
                limits(mapping(top, "limits")));
    }

    private Listen listen(MappingNode top) {
        String said = text(top, "listen").orElse("127.0.0.1:8080");
        int colon = said.lastIndexOf(':');
        int port = Integer.parseInt(said.substring(colon + 1));
        if (port > 65535) {
            problems.at(need(top, "listen"), "listen: there is no port " + port);
            port = 0;
        }
        String host = said.substring(0, colon);
        return new Listen(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
    }

    private Optional<Tls> tls(MappingNode map) {
        Optional<Path> certificate = yaml.existing(need(map, "certificate"), "tls.certificate", Files::isRegularFile);
        Optional<Path> key = yaml.existing(need(map, "key"), "tls.key", Files::isRegularFile);
        return certificate.flatMap(chain -> key.map(secret -> new Tls(chain, secret)));
    }

    private Store store(MappingNode top) {
        String said = text(top, "store").orElse("sqlite:.stoa/gateway.db");
        if (said.startsWith("sqlite:")) {
            return new Store.Sqlite(resolved(need(top, "store"), "store", said.substring("sqlite:".length())));
        }
        try {
            URI address = new URI(said);
            if (address.getHost() == null) {
                problems.at(need(top, "store"), "store: " + said + " names no host");
            } else if (address.getUserInfo() != null && address.getUserInfo().contains(":")) {
                problems.at(
                        need(top, "store"),
                        "store: a password does not belong in this file; set it in the environment variable"
                                + " PGPASSWORD");
            }
            return new Store.Postgres(address);
        } catch (URISyntaxException e) {
            problems.at(need(top, "store"), "store is not an address: " + e.getReason());
            return new Store.Sqlite(yaml.folder());
        }
    }

    private Path resolved(Node node, String what, String said) {
        try {
            return yaml.folder().resolve(said.strip());
        } catch (InvalidPathException e) {
            problems.at(node, what + ": not a path on this system");
            return yaml.folder();
        }
    }

    private List<Path> trust(MappingNode top) {
        List<Path> trust = new ArrayList<>();
        for (Node node : list(top, "trust")) {
            trust.add(resolved(node, "trust", scalar(node)));
        }
        return trust.isEmpty() ? List.of(yaml.folder().resolve(".stoa/keys/verdicts.pub")) : trust;
    }

    private SequencedMap<String, Path> uses(MappingNode top) {
        SequencedMap<String, Path> uses = new LinkedHashMap<>();
        mapping(top, "uses")
                .ifPresent(map -> map.getValue()
                        .forEach(entry -> yaml.existing(
                                        entry.getValueNode(),
                                        "uses." + scalar(entry.getKeyNode()),
                                        Files::isRegularFile)
                                .ifPresent(file -> uses.put(scalar(entry.getKeyNode()), file))));
        return uses;
    }

    private String currency(MappingNode top) {
        String said = text(top, "currency").orElse("USD");
        try {
            return Currency.getInstance(said).getCurrencyCode();
        } catch (IllegalArgumentException e) {
            problems.at(need(top, "currency"), "currency: " + said + " is no code of ISO 4217");
            return "USD";
        }
    }

    private List<RouteEntry> routes(MappingNode top, boolean assessed, Set<String> uses) {
        MappingNode map = (MappingNode) need(top, "routes");
        List<RouteEntry> routes = new ArrayList<>();
        Map<String, Node> fallbacks = new HashMap<>();
        for (NodeTuple entry : map.getValue()) {
            MappingNode node = (MappingNode) entry.getValueNode();
            String name = scalar(entry.getKeyNode());
            route(name, node, assessed, uses).ifPresent(routes::add);
            find(node, "fallback").ifPresent(fallback -> fallbacks.put(name, fallback));
        }
        Set<String> names = namesOf(top, "routes");
        fallbacks.forEach((name, node) -> checkFallback(name, node, names, fallbacks));
        return routes;
    }

    private List<PipelineEntry> pipelines(MappingNode top) {
        Set<String> routes = namesOf(top, "routes");
        List<PipelineEntry> pipelines = new ArrayList<>();
        mapping(top, "pipelines")
                .ifPresent(map -> map.getValue().forEach(entry -> {
                    String name = scalar(entry.getKeyNode());
                    if (routes.contains("pipeline/" + name)) {
                        problems.at(entry.getKeyNode(), "pipelines." + name + ": a route is called pipeline/" + name);
                    }
                    MappingNode node = (MappingNode) entry.getValueNode();
                    SequencedMap<String, String> models = new LinkedHashMap<>();
                    mapping(node, "models")
                            .ifPresent(said -> said.getValue().forEach(model -> {
                                String route = scalar(model.getValueNode());
                                if (!routes.contains(route)) {
                                    problems.at(
                                            model.getValueNode(),
                                            "pipelines." + name + ".models: there is no route " + route + "; there are "
                                                    + String.join(", ", new TreeSet<>(routes)));
                                }
                                models.put(scalar(model.getKeyNode()), route);
                            }));
                    Duration deadline =
                            positive(node, "deadline", "pipelines." + name).orElse(DEADLINE);
                    yaml.existingFile(node, "file")
                            .ifPresent(file -> pipelines.add(new PipelineEntry(
                                    name,
                                    file,
                                    models,
                                    text(node, "input").orElse("question"),
                                    text(node, "output").orElse("answer"),
                                    deadline)));
                }));
        return pipelines;
    }

    private static Set<String> namesOf(MappingNode top, String key) {
        Set<String> names = new HashSet<>();
        mapping(top, key).ifPresent(map -> map.getValue().forEach(entry -> names.add(scalar(entry.getKeyNode()))));
        return names;
    }

    /** A chain of fallbacks ends, and at a route that exists. */
    private void checkFallback(String name, Node node, Set<String> names, Map<String, Node> fallbacks) {
        String next = scalar(node);
        if (!names.contains(next)) {
            problems.at(node, "routes." + name + ".fallback: there is no route " + next);
            return;
        }
        Set<String> passed = new HashSet<>(Set.of(name));
        for (String at = next; fallbacks.containsKey(at); at = scalar(fallbacks.getOrDefault(at, node))) {
            if (!passed.add(at)) {
                problems.at(node, "routes." + name + ".fallback: the fallbacks go round in a circle");
                return;
            }
        }
    }

    private Optional<RouteEntry> route(String name, MappingNode map, boolean assessed, Set<String> uses) {
        String where = "routes." + name;
        Optional<String> use = text(map, "use");
        if (use.isEmpty() && !assessed) {
            problems.at(
                    map, where + " needs a use, because the file names no assessment whose use it could fall under");
        } else if (use.isPresent() && !assessed && !uses.contains(use.get())) {
            problems.at(need(map, "use"), where + ".use: " + use.get() + " is not among `uses`");
        }
        List<TierEntry> tiers = tiers(where, map);
        Optional<Path> cascade = yaml.existingFile(map, "cascade");
        if (find(map, "cascade").isPresent() && list(map, "tiers").size() != 2) {
            problems.at(
                    need(map, "cascade"),
                    where + ".cascade chooses between two tiers, and there are "
                            + list(map, "tiers").size());
        }
        Duration deadline = positive(map, "deadline", where).orElse(DEADLINE);
        Optional<Duration> hedge = positive(map, "hedge", where);
        if (hedge.isPresent() && hedge.get().compareTo(deadline) >= 0) {
            problems.at(
                    need(map, "hedge"), where + ".hedge comes after the deadline of " + deadline.toSeconds() + " s");
        }
        int answer = whole(map, "answer-tokens").map(Long::intValue).orElse(ANSWER_TOKENS);
        for (TierEntry tier : tiers) {
            if (answer >= tier.contextTokens()) {
                problems.at(
                        need(map, "answer-tokens"),
                        where + ".answer-tokens: an answer of " + answer + " tokens leaves no room for a prompt in the "
                                + tier.contextTokens() + " of tier " + tier.name());
            }
        }
        return tiers.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new RouteEntry(name, use, tiers, cascade, deadline, answer, text(map, "fallback"), hedge));
    }

    private Optional<Duration> positive(MappingNode map, String key, String where) {
        Optional<Duration> said = duration(map, key);
        if (said.isPresent() && !said.get().isPositive()) {
            problems.at(need(map, key), where + "." + key + " must be longer than nothing");
            return Optional.empty();
        }
        return said;
    }

    private List<TierEntry> tiers(String where, MappingNode map) {
        List<TierEntry> tiers = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Node node : list(map, "tiers")) {
            MappingNode tier = (MappingNode) node;
            String name = text(tier, "name").orElseThrow();
            if (!names.add(name)) {
                problems.at(need(tier, "name"), where + ": the name " + name + " is taken by another tier above");
            }
            Optional<MappingNode> local = mapping(tier, "local");
            int context = local.flatMap(inside -> whole(inside, "context"))
                    .or(() -> mapping(tier, "upstream").flatMap(inside -> whole(inside, "context")))
                    .map(Long::intValue)
                    .orElseThrow();
            model(tier, local)
                    .ifPresent(model -> tiers.add(new TierEntry(
                            name,
                            text(tier, "candidate").orElseThrow(),
                            model,
                            text(tier, "license"),
                            mapping(tier, "price").map(GatewayYaml::price).orElse(Micros.TokenPrice.FREE),
                            context)));
        }
        return tiers;
    }

    private Optional<Model> model(MappingNode tier, Optional<MappingNode> local) {
        if (local.isPresent()) {
            MappingNode map = local.get();
            Optional<Path> file = yaml.existingFile(map, "file");
            return file.isEmpty() && find(map, "file").isPresent()
                    ? Optional.empty()
                    : Optional.of(new Model.Local(
                            file,
                            whole(map, "slots").map(Long::intValue).orElse(1),
                            whole(map, "threads").map(Long::intValue)));
        }
        MappingNode map = (MappingNode) need(tier, "upstream");
        return address(need(map, "url"), "upstream.url")
                .map(base ->
                        new Model.Upstream(new Target(base, text(map, "model").orElseThrow(), text(map, "key-env"))));
    }

    /** An address without a slash or a {@code /v1} at its end: both are put there by whoever calls. */
    private Optional<URI> address(Node node, String what) {
        String text = scalar(node);
        String plain = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        try {
            URI uri = new URI(plain.endsWith("/v1") ? plain.substring(0, plain.length() - 3) : plain);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null && uri.getUserInfo() == null) {
                return Optional.of(uri);
            }
            problems.at(
                    node,
                    what + " must begin with http:// or https:// and name a host and no credentials, such as"
                            + " http://127.0.0.1:8000");
        } catch (URISyntaxException e) {
            problems.at(node, what + " is not an address: " + e.getReason());
        }
        return Optional.empty();
    }

    private static Micros.TokenPrice price(MappingNode map) {
        return new Micros.TokenPrice(perMillion(map, "prompt"), perMillion(map, "completion"));
    }

    private static long perMillion(MappingNode map, String key) {
        return Micros.of(new BigDecimal(text(map, key).orElse("0"))).value();
    }

    private static Guards guards(Optional<MappingNode> map) {
        return new Guards(
                map.flatMap(node -> text(node, "personal-data"))
                        .map(GatewayYaml::action)
                        .orElse(Action.OFF),
                map.flatMap(node -> text(node, "prompt-injection"))
                        .map(GatewayYaml::action)
                        .orElse(Action.OFF),
                map.filter(node -> find(node, "tools").isPresent()).map(node -> texts(node, "tools")));
    }

    private static Action action(String word) {
        return Arrays.stream(Action.values())
                .filter(action -> word(action).equals(word))
                .findFirst()
                .orElseThrow(() -> StoaException.bug("a word that the shape allows is not read: " + word));
    }

    private static String word(Action action) {
        return action.name().toLowerCase(Locale.ROOT);
    }

    private Audit audit(Optional<MappingNode> map) {
        return new Audit(
                map.flatMap(node -> yaml.path(node, "folder", "audit.folder"))
                        .orElse(yaml.folder().resolve(".stoa/audit")),
                map.flatMap(node -> truth(node, "keep-content")).orElse(false),
                map.flatMap(node -> positive(node, "retention", "audit")).orElse(RETENTION));
    }

    private static Limits limits(Optional<MappingNode> map) {
        return new Limits(
                map.flatMap(node -> text(node, "body")).map(YamlFile::bytes).orElse(BODY),
                map.flatMap(node -> whole(node, "in-flight"))
                        .map(Long::intValue)
                        .orElse(IN_FLIGHT));
    }

    // ---- The shape ----

    private static Shape.Fields route() {
        return fields(
                optional("use", ID, "The use it falls under", "the assessment's"),
                required("tiers", new Shape.ListOf(tier(), 1), "the models that answer, the cheapest first"),
                optional(
                        "cascade",
                        Shape.Text.ANY,
                        "What `stoa route fit` wrote: which tier answers what, with its" + " certificate",
                        "none: the last tier answers everything"),
                optional("deadline", DURATION, "The longest that a request may take", "60s"),
                optional(
                        "answer-tokens",
                        new Shape.Whole(1, 1_000_000),
                        "The most tokens of an answer where the caller sets none",
                        Integer.toString(ANSWER_TOKENS)),
                optional("fallback", NAME, "The route that answers when every tier of this one failed"),
                optional("hedge", DURATION, "After which silence a second attempt is begun", "never"));
    }

    private static Shape.Fields pipeline() {
        return fields(
                required("file", Shape.Text.ANY, "the pipeline's file"),
                optional(
                        "models",
                        new Shape.Named(ID, NAME, 0),
                        "For each model of the pipeline, the route that answers for it"),
                optional("input", ID, "The input that gets the last message of the user", "question"),
                optional("output", ID, "The output that is the answer", "answer"),
                optional("deadline", DURATION, "The longest that a request may take", "60s"));
    }

    private static Shape tier() {
        SequencedMap<String, Shape.Fields> kinds = new LinkedHashMap<>();
        kinds.put(
                "local",
                tier(required(
                        "local",
                        fields(
                                optional(
                                        "file",
                                        Shape.Text.ANY,
                                        "The GGUF file",
                                        "the file that `stoa assess` quantized the candidate to"),
                                required("context", TOKENS, "the most tokens of prompt and answer together"),
                                optional("slots", new Shape.Whole(1, 1024), "Requests at the same time", "1"),
                                optional(
                                        "threads",
                                        new Shape.Whole(1, 4096),
                                        "Native threads",
                                        "one less than there are cores")),
                        "a model that the gateway runs")));
        kinds.put(
                "upstream",
                tier(required(
                        "upstream",
                        fields(
                                required("url", Shape.Text.ANY, "the endpoint, such as http://127.0.0.1:8000"),
                                required("model", Shape.Text.ANY, "the model's name there"),
                                required("context", TOKENS, "the most tokens of prompt and answer together"),
                                optional("key-env", VARIABLE, "The environment variable that holds its key", "no key")),
                        "a model behind an OpenAI-compatible endpoint")));
        return new Shape.ByKey(kinds);
    }

    private static Shape.Fields tier(Shape.Key own) {
        return fields(
                required("name", ID, "what people call it, such as small"),
                required("candidate", ID, "the candidate that was assessed"),
                own,
                optional("license", Shape.Text.ANY, "The licence that you count on", "whichever was found"),
                optional(
                        "price",
                        fields(
                                required("prompt", PRICE, "of a million prompt tokens"),
                                required("completion", PRICE, "of a million answer tokens")),
                        "What its tokens cost",
                        "nothing"));
    }
}
