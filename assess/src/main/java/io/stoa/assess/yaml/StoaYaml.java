package io.stoa.assess.yaml;

import static io.stoa.store.yaml.YamlFile.bytes;
import static io.stoa.store.yaml.YamlFile.count;
import static io.stoa.store.yaml.YamlFile.duration;
import static io.stoa.store.yaml.YamlFile.fields;
import static io.stoa.store.yaml.YamlFile.find;
import static io.stoa.store.yaml.YamlFile.list;
import static io.stoa.store.yaml.YamlFile.mapping;
import static io.stoa.store.yaml.YamlFile.need;
import static io.stoa.store.yaml.YamlFile.optional;
import static io.stoa.store.yaml.YamlFile.real;
import static io.stoa.store.yaml.YamlFile.required;
import static io.stoa.store.yaml.YamlFile.scalar;
import static io.stoa.store.yaml.YamlFile.text;
import static io.stoa.store.yaml.YamlFile.texts;
import static io.stoa.store.yaml.YamlFile.truth;
import static io.stoa.store.yaml.YamlFile.whole;

import io.stoa.assess.yaml.AssessmentFile.Model;
import io.stoa.assess.yaml.AssessmentFile.PipelineEntry;
import io.stoa.assess.yaml.AssessmentFile.Report;
import io.stoa.model.Disclosure;
import io.stoa.model.HourlyPrice;
import io.stoa.model.IntendedUse;
import io.stoa.model.IntendedUse.Distribution;
import io.stoa.model.IntendedUse.Domain;
import io.stoa.model.IntendedUse.Entity;
import io.stoa.model.IntendedUse.Modification;
import io.stoa.model.Machine;
import io.stoa.model.Role;
import io.stoa.model.StoaException;
import io.stoa.model.TaskKind;
import io.stoa.model.Workload;
import io.stoa.model.Workload.Latency;
import io.stoa.model.Workload.TaskSpec;
import io.stoa.store.approval.Approval;
import io.stoa.store.yaml.JsonSchema;
import io.stoa.store.yaml.Problems;
import io.stoa.store.yaml.Shape;
import io.stoa.store.yaml.YamlFile;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads {@code stoa.yaml}. The file is first held against {@link #SHAPE}; only then are values made of it, so that
 * reading them cannot fail for their form. What remains (missing files, double ids, shares that do not add up) is
 * checked while values are made, and everything that was found is reported together.
 */
public final class StoaYaml {
    /** The integration pillar's own check, which a task's check must not be called after. */
    private static final String TEMPLATE = "template";

    private static final Shape.Pattern ID = new Shape.Pattern("[A-Za-z0-9][A-Za-z0-9._-]{0,47}", "micro-v2");
    private static final Shape.Pattern NAME =
            new Shape.Pattern("\\S(.*\\S)?", "mmlu_abstract_algebra or tasks/mine.yaml");
    private static final Shape.Pattern DURATION =
            new Shape.Pattern("[0-9]{1,6}(\\.[0-9]{1,6})?\\s*(ms|s)", "500ms or 1.5s");
    private static final Shape.Pattern BYTES =
            new Shape.Pattern("[0-9]{1,6}(\\.[0-9]{1,6})?\\s*(B|KiB|MiB|GiB|TiB|KB|MB|GB|TB)", "16GiB");
    private static final Shape.Whole TOKENS = new Shape.Whole(1, 100_000_000);
    private static final Shape.Real SHARE = new Shape.Real(0, 1);
    private static final Shape.Whole COUNT = new Shape.Whole(0, Long.MAX_VALUE);
    private static final Shape.Pattern PLACE = new Shape.Pattern("[A-Z]{2}", "DE, US or EU");
    private static final Shape.Pattern NAME_OF_MODEL =
            new Shape.Pattern("\\S(.{0,198}\\S)?", "meta-llama/Llama-3.1-70B-Instruct");
    private static final Shape PAPERS = new Shape.ListOf(Shape.Text.ANY, 0);

    private static final Shape.Key TEACHERS = optional(
            "teachers",
            new Shape.ListOf(NAME_OF_MODEL, 0),
            "The models whose outputs trained it, beside those that its card names, such as"
                    + " meta-llama/Llama-3.1-70B-Instruct; papers in a folder named like one are that one's");
    private static final Shape.Key ROLE = optional(
            "role",
            new Shape.Text(Arrays.stream(Role.values()).map(Role::lowerCase).toList()),
            "What it does among the models that are used together; the outputs of a teacher train another model, and an"
                    + " adapter changes the weights of one",
            "generator");

    /** The quantization types that may be asked for; the engine has the last word on whether a model can take one. */
    private static final List<String> QUANTIZATIONS = List.of(
            "F32", "F16", "BF16", "Q8_0", "Q6_K", "Q5_K_M", "Q5_K_S", "Q5_1", "Q5_0", "Q4_K_M", "Q4_K_S", "Q4_1",
            "Q4_0", "Q3_K_L", "Q3_K_M", "Q3_K_S", "Q2_K", "IQ4_NL", "IQ4_XS");

    /** The one description of the file: what is checked, and what the schema is written from. */
    static final Shape.Fields SHAPE = fields(
            optional("name", Shape.Text.ANY, "What the assessment is called", "the folder's name"),
            required("models", new Shape.ListOf(model(), 1), "the models to judge"),
            required("workload", workload(), "what the models are wanted for"),
            optional(
                    "hardware",
                    new Shape.WordOr("this-machine", machine()),
                    "Where the models are to run: the machine at hand, measured, or a declared one",
                    "this-machine"),
            optional(
                    "pipeline",
                    pipeline(),
                    "A pipeline that each model has to work in, in the place of one of its models",
                    "none"),
            optional("price-per-hour", price(), "What an hour of that machine costs", "unknown: costs are not told"),
            required("use", use(), "how the models are to be used; licences are answered against it"),
            optional(
                    "report",
                    fields(
                            optional("html", Shape.Text.ANY, "Where the HTML page goes"),
                            optional("json", Shape.Text.ANY, "Where the JSON report goes")),
                    "Which report files to write",
                    "no files"),
            optional(
                    "valid-for",
                    new Shape.Pattern("[1-9][0-9]{0,3}(d|h)", "90d"),
                    "How long the signed verdicts are good for",
                    "90d"));

    private final Path file;
    private final YamlFile yaml;
    private final Problems problems;

    private StoaYaml(Path file) {
        this.file = file;
        this.yaml = new YamlFile(file, "stoa.yaml", "`stoa init` writes a starter");
        this.problems = yaml.problems();
    }

    /**
     * Reads and checks a file.
     *
     * @throws StoaException of kind {@code USER}, one line {@code file:line:column: sentence} per problem
     */
    public static AssessmentFile read(Path file) {
        return new StoaYaml(file).assessment();
    }

    /** The JSON Schema of the file. */
    public static String schema() {
        return JsonSchema.of(SHAPE, "stoa.yaml");
    }

    private AssessmentFile assessment() {
        MappingNode top = yaml.read(SHAPE);
        List<Model> models = models(list(top, "models"));
        Workload workload = workload((MappingNode) need(top, "workload"));
        Optional<Machine> machine = find(top, "hardware")
                .filter(MappingNode.class::isInstance)
                .map(MappingNode.class::cast)
                .flatMap(this::machine);
        Optional<HourlyPrice> hourly =
                find(top, "price-per-hour").map(MappingNode.class::cast).flatMap(this::price);
        Optional<IntendedUse> use = use((MappingNode) need(top, "use"));
        Report report = find(top, "report")
                .map(MappingNode.class::cast)
                .map(node -> new Report(yaml.path(node, "html", "report.html"), yaml.path(node, "json", "report.json")))
                .orElse(new Report(Optional.empty(), Optional.empty()));
        Optional<PipelineEntry> pipeline = mapping(top, "pipeline").flatMap(this::pipeline);
        problems.refuseIfAny();
        String name = text(top, "name")
                .orElseGet(() -> Optional.ofNullable(yaml.folder().getFileName())
                        .map(Path::toString)
                        .orElse("assessment"));
        String useName = text((MappingNode) need(top, "use"), "name").orElse(name);
        return new AssessmentFile(
                name,
                models,
                workload,
                machine,
                hourly,
                useName,
                use.orElseThrow(),
                report,
                duration(top, "valid-for").orElse(Approval.VALID_FOR),
                pipeline);
    }

    private Optional<PipelineEntry> pipeline(MappingNode map) {
        Optional<Path> pipeline = yaml.existingFile(map, "file");
        Optional<Path> items = yaml.existingFile(map, "items");
        Map<String, Double> gates = new TreeMap<>();
        mapping(map, "gates")
                .ifPresent(named -> named.getValue().forEach(tuple -> {
                    double least = Double.parseDouble(scalar(tuple.getValueNode()));
                    if (least == 0) {
                        problems.at(tuple.getValueNode(), "a gate of 0 lets everything pass; leave it out");
                    }
                    gates.put(scalar(tuple.getKeyNode()), least);
                }));
        OptionalDouble risk = real(map, "most-risk");
        if (risk.isPresent() && (risk.getAsDouble() == 0 || risk.getAsDouble() == 1)) {
            problems.at(
                    need(map, "most-risk"), "no number of items proves a risk of 0, and one of 1 allows everything");
        }
        return pipeline.isEmpty() || items.isEmpty()
                ? Optional.empty()
                : Optional.of(new PipelineEntry(
                        pipeline.get(),
                        text(map, "model").orElseThrow(),
                        items.get(),
                        whole(map, "limit").map(Long::intValue),
                        whole(map, "k").orElse(5L).intValue(),
                        gates,
                        risk));
    }

    private List<Model> models(List<Node> nodes) {
        List<Model> models = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Node node : nodes) {
            MappingNode map = (MappingNode) node;
            String id = text(map, "id").orElseThrow();
            if (!ids.add(id)) {
                problems.at(need(map, "id"), "the id " + id + " is taken by another model above");
            }
            List<Path> papers = papers(map);
            Disclosure disclosure = disclosure(map);
            if (find(map, "file").isPresent()) {
                List<String> quantize = texts(map, "quantize");
                if (new HashSet<>(quantize).size() < quantize.size()) {
                    problems.at(need(map, "quantize"), "quantize of " + id + " names a type twice");
                }
                yaml.existingFile(map, "file")
                        .ifPresent(path -> models.add(new Model.File(id, path, papers, quantize, disclosure)));
            } else {
                endpoint(map)
                        .ifPresent(uri -> models.add(new Model.Endpoint(
                                id,
                                uri,
                                text(map, "model").orElseThrow(),
                                text(map, "revision"),
                                papers,
                                text(map, "key-env"),
                                disclosure)));
            }
        }
        return models;
    }

    private Disclosure disclosure(MappingNode map) {
        return new Disclosure(
                text(map, "role").map(word -> word(Role.values(), word)).orElse(Role.GENERATOR),
                texts(map, "teachers"));
    }

    private Optional<URI> endpoint(MappingNode map) {
        Node node = need(map, "endpoint");
        String text = scalar(node);
        try {
            URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if (uri.getHost() != null && uri.getUserInfo() == null) {
                return Optional.of(uri);
            }
            problems.at(node, "endpoint must name a host and no credentials, such as http://127.0.0.1:8000/v1");
        } catch (URISyntaxException e) {
            problems.at(node, "endpoint is not an address: " + e.getMessage());
        }
        return Optional.empty();
    }

    private List<Path> papers(MappingNode map) {
        List<Path> papers = new ArrayList<>();
        yaml.existingFile(map, "card").ifPresent(papers::add);
        find(map, "licenses").ifPresent(list -> {
            for (Node node : ((SequenceNode) list).getValue()) {
                yaml.existing(node, "a licence file", Files::isRegularFile).ifPresent(papers::add);
            }
        });
        return papers;
    }

    private Workload workload(MappingNode map) {
        List<TaskSpec> tasks = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        double shares = 0;
        boolean anyShare = false;
        List<Node> nodes = list(map, "tasks");
        for (Node node : nodes) {
            MappingNode task = (MappingNode) node;
            String id = text(task, "id").orElseThrow();
            if (!ids.add(id)) {
                problems.at(need(task, "id"), "the id " + id + " is taken by another task above");
            }
            if (id.equals(TEMPLATE)) {
                problems.at(need(task, "id"), "the id " + id + " is taken by Stoa's own check of the chat template");
            }
            OptionalDouble share = real(task, "share");
            anyShare |= share.isPresent();
            shares += share.orElse(0);
            kind(task)
                    .ifPresent(kind -> tasks.add(new TaskSpec(
                            id,
                            share.orElse(1.0 / nodes.size()),
                            gate(task, "gate"),
                            whole(task, "limit").map(Long::intValue),
                            truth(task, "early-stop").orElse(true),
                            kind)));
        }
        if (anyShare && Math.abs(shares - 1) > 0.001) {
            problems.at(
                    need(map, "tasks"),
                    String.format(
                            Locale.ROOT,
                            "the shares of the tasks add up to %.3f instead of 1; a task without one counts 0",
                            shares));
        }
        int prompt = whole(map, "prompt-tokens").orElse(256L).intValue();
        int answer = whole(map, "answer-tokens").orElse(64L).intValue();
        int context = whole(map, "context").orElse((long) prompt + answer).intValue();
        if (context < prompt + answer) {
            problems.at(
                    need(map, "context"),
                    "a context of " + context + " tokens cannot hold " + prompt + " prompt and " + answer
                            + " answer tokens");
        }
        Latency latency = find(map, "latency")
                .map(MappingNode.class::cast)
                .map(node ->
                        new Latency(duration(node, "time-to-first-token"), duration(node, "time-per-output-token")))
                .orElse(Latency.NO_TARGET);
        return new Workload(
                tasks,
                prompt,
                answer,
                context,
                whole(map, "concurrency").orElse(1L).intValue(),
                latency);
    }

    private OptionalDouble gate(MappingNode map, String key) {
        OptionalDouble gate = real(map, key);
        if (gate.isPresent() && gate.getAsDouble() == 0) {
            problems.at(need(map, key), key + " of 0 lets everything pass; leave it out to report without a gate");
            return OptionalDouble.empty();
        }
        return gate;
    }

    private Optional<TaskKind> kind(MappingNode task) {
        int maxTokens = whole(task, "max-tokens").orElse(64L).intValue();
        return switch (text(task, "kind").orElseThrow()) {
            case "multiple-choice" -> yaml.existingFile(task, "items").map(TaskKind.MultipleChoice::new);
            case "exact-match" ->
                yaml.existingFile(task, "items").map(items -> new TaskKind.ExactMatch(items, maxTokens));
            case "tool-call" -> yaml.existingFile(task, "items").map(items -> new TaskKind.ToolCall(items, maxTokens));
            case "grounded" -> {
                Optional<Path> corpus = yaml.existing(need(task, "corpus"), "corpus", Files::isDirectory);
                Optional<Path> questions = yaml.existingFile(task, "questions");
                yield corpus.isPresent() && questions.isPresent()
                        ? Optional.of(new TaskKind.Grounded(
                                corpus.get(),
                                questions.get(),
                                whole(task, "passages").orElse(2L).intValue(),
                                maxTokens,
                                gate(task, "abstention")))
                        : Optional.empty();
            }
            case "harness" -> harness(task);
            default -> throw StoaException.bug("a kind of task that the shape allows is not read");
        };
    }

    private Optional<TaskKind> harness(MappingNode task) {
        Node node = need(task, "task");
        String name = scalar(node);
        Optional<Path> file = Optional.empty();
        if (name.endsWith(".yaml") || name.endsWith(".yml")) {
            file = yaml.existing(node, "task", Files::isRegularFile);
            if (file.isEmpty()) {
                return Optional.empty();
            }
            name = String.valueOf(file.get().getFileName());
        }
        return Optional.of(new TaskKind.Harness(
                name,
                file,
                find(task, "data").flatMap(data -> yaml.existing(data, "data", Files::exists)),
                text(task, "metric"),
                text(task, "filter"),
                whole(task, "num-fewshot").map(Long::intValue),
                truth(task, "chat").orElse(false)));
    }

    private Optional<Machine> machine(MappingNode map) {
        return Optional.of(new Machine(
                text(map, "name").orElseThrow(),
                bytes(text(map, "memory").orElseThrow()),
                Optional.empty(),
                whole(map, "cores").orElseThrow().intValue(),
                text(map, "processor").orElse("not said"),
                false,
                file.getFileName() + ""));
    }

    private Optional<HourlyPrice> price(MappingNode map) {
        String[] amount = text(map, "amount").orElseThrow().split(" ", -1);
        try {
            return Optional.of(new HourlyPrice(
                    new BigDecimal(amount[0]),
                    Currency.getInstance(amount[1]),
                    LocalDate.parse(text(map, "date").orElseThrow()),
                    text(map, "source").orElseThrow()));
        } catch (IllegalArgumentException | DateTimeException e) {
            problems.at(
                    map,
                    "is not a price (" + e.getMessage()
                            + "); write it as {amount: 0.69 USD, date: 2026-11-01, source: …}");
            return Optional.empty();
        }
    }

    private Optional<IntendedUse> use(MappingNode map) {
        IntendedUse.Builder use = IntendedUse.of(text(map, "purpose").orElseThrow())
                .commercial(truth(map, "commercial"))
                .distribution(text(map, "distribution").map(word -> word(Distribution.values(), word)))
                .monthlyActiveUsers(count(map, "monthly-active-users"))
                .annualRevenue(count(map, "annual-revenue"))
                .territories(Set.copyOf(new HashSet<>(texts(map, "territories"))))
                .modification(text(map, "modification").map(word -> word(Modification.values(), word)))
                .outputsTrainModels(truth(map, "outputs-train-models"))
                .entity(text(map, "entity").map(word -> word(Entity.values(), word)))
                .domains(find(map, "domains")
                        .map(_ -> texts(map, "domains").stream()
                                .map(word -> word(Domain.values(), word))
                                .collect(Collectors.toSet())))
                .production(truth(map, "production"))
                .domicile(text(map, "domicile"))
                .registered(truth(map, "registered"))
                .guardrailsWeakened(truth(map, "guardrails-weakened"))
                .distilled(truth(map, "distilled"))
                .outputsTrain(Set.copyOf(new HashSet<>(texts(map, "outputs-train"))))
                .productMonthlyActiveUsers(count(map, "product-monthly-active-users"))
                .dailyActiveUsers(count(map, "daily-active-users"))
                .monthlyRevenue(count(map, "monthly-revenue"));
        Map<LocalDate, Long> counts = new TreeMap<>();
        for (Node node : list(map, "monthly-active-users-on")) {
            MappingNode count = (MappingNode) node;
            Node day = need(count, "day");
            try {
                counts.put(LocalDate.parse(scalar(day)), whole(count, "count").orElseThrow());
            } catch (DateTimeParseException e) {
                problems.at(day, "use.monthly-active-users-on: " + e.getParsedString() + " is no day of the calendar");
            }
        }
        try {
            return Optional.of(use.monthlyActiveUsersOn(counts).build());
        } catch (IllegalArgumentException e) {
            problems.at(map, "use: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static <E extends Enum<E>> E word(E[] values, String word) {
        return Arrays.stream(values)
                .filter(value -> lowerDashed(value).equals(word))
                .findFirst()
                .orElseThrow(() -> StoaException.bug("a word that the shape allows is not read: " + word));
    }

    private static String lowerDashed(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static List<String> words(Enum<?>[] values) {
        return Arrays.stream(values).map(StoaYaml::lowerDashed).toList();
    }

    // ---- The shape ----

    private static Shape model() {
        SequencedMap<String, Shape.Fields> kinds = new LinkedHashMap<>();
        kinds.put(
                "file",
                fields(
                        required("id", ID, "a name for it in the report"),
                        required("file", Shape.Text.ANY, "the GGUF file"),
                        optional(
                                "quantize",
                                new Shape.ListOf(new Shape.Text(QUANTIZATIONS), 1),
                                "Judge it at these quantizations, each its own candidate",
                                "the file as it is"),
                        optional("card", Shape.Text.ANY, "Its model card, a Markdown file with front matter"),
                        optional("licenses", PAPERS, "Its licence and notice files"),
                        TEACHERS,
                        ROLE));
        kinds.put(
                "endpoint",
                fields(
                        required("id", ID, "a name for it in the report"),
                        required(
                                "endpoint",
                                new Shape.Pattern("https?://.+", "http://127.0.0.1:8000/v1"),
                                "the OpenAI-compatible endpoint, up to and including the version"),
                        required("model", Shape.Text.ANY, "the model's name at the endpoint"),
                        optional("revision", Shape.Text.ANY, "The pinned revision that is served there"),
                        optional("key-env", Shape.Text.ANY, "The environment variable that holds the key"),
                        optional("card", Shape.Text.ANY, "Its model card, a Markdown file with front matter"),
                        optional("licenses", PAPERS, "Its licence and notice files"),
                        TEACHERS,
                        ROLE));
        return new Shape.ByKey(kinds);
    }

    private static Shape.Fields workload() {
        SequencedMap<String, Shape.Fields> kinds = new LinkedHashMap<>();
        Shape.Key items = required("items", Shape.Text.ANY, "the items, a JSONL file");
        Shape.Key maxTokens = optional("max-tokens", new Shape.Whole(1, 100_000), "The longest answer in tokens", "64");
        Shape.Key earlyStop = optional(
                "early-stop", new Shape.Truth(), "Whether asking may end as soon as the gate is decided", "true");
        kinds.put("multiple-choice", task(items, earlyStop));
        kinds.put("exact-match", task(items, maxTokens, earlyStop));
        kinds.put("tool-call", task(items, maxTokens));
        kinds.put(
                "grounded",
                task(
                        required("corpus", Shape.Text.ANY, "a folder of Markdown documents"),
                        required("questions", Shape.Text.ANY, "the questions, a JSONL file"),
                        optional("passages", new Shape.Whole(1, 100), "How many documents go into the prompt", "2"),
                        optional(
                                "abstention", SHARE, "The least share of unanswerable questions that must be declined"),
                        maxTokens));
        kinds.put(
                "harness",
                task(
                        required(
                                "task",
                                NAME,
                                "a task of lm-evaluation-harness: the name of a shipped one, or a YAML file"),
                        optional("metric", Shape.Text.ANY, "What is counted", "the task's first metric"),
                        optional("filter", Shape.Text.ANY, "What answers go through first", "the task's first filter"),
                        optional(
                                "num-fewshot", new Shape.Whole(0, 1000), "Examples before each question", "the task's"),
                        optional(
                                "chat",
                                new Shape.Truth(),
                                "Whether prompts go through the chat template, each example as a turn of its own",
                                "false"),
                        optional(
                                "data",
                                Shape.Text.ANY,
                                "The folder or file with the task's dataset",
                                "what the task names, or the Hugging Face Hub"),
                        earlyStop));
        return fields(
                required("tasks", new Shape.ListOf(new Shape.Variants("kind", kinds), 1), "what is asked"),
                optional("prompt-tokens", TOKENS, "A typical prompt length", "256"),
                optional("answer-tokens", TOKENS, "A typical answer length", "64"),
                optional("context", TOKENS, "The longest context that must fit", "prompt-tokens + answer-tokens"),
                optional("concurrency", new Shape.Whole(1, 10_000), "Requests at the same time", "1"),
                optional(
                        "latency",
                        fields(
                                optional("time-to-first-token", DURATION, "The longest wait for the first token"),
                                optional("time-per-output-token", DURATION, "The longest wait between tokens")),
                        "The latency targets",
                        "no targets"));
    }

    private static Shape.Fields task(Shape.Key... own) {
        List<Shape.Key> all = new ArrayList<>();
        all.add(required("id", ID, "a name for it in the report"));
        all.add(required("kind", Shape.Text.ANY, "what kind of task it is"));
        all.addAll(List.of(own));
        all.add(optional("share", SHARE, "Its part of the traffic; all shares add up to 1", "equal shares"));
        all.add(optional("gate", SHARE, "The score that it must reach", "none: only reported"));
        all.add(optional("limit", new Shape.Whole(1, Integer.MAX_VALUE), "Ask at most so many items", "all items"));
        return Shape.Fields.of(all.toArray(Shape.Key[]::new));
    }

    private static Shape.Fields pipeline() {
        return fields(
                required("file", Shape.Text.ANY, "the pipeline's file"),
                required("model", Shape.Text.ANY, "the model of the pipeline whose place a candidate takes"),
                required("items", Shape.Text.ANY, "the items with what is right of them, a JSONL file"),
                optional("limit", new Shape.Whole(1, Integer.MAX_VALUE), "Ask at most so many items", "all items"),
                optional("k", new Shape.Whole(1, 1000), "Passages of a ranking that count", "5"),
                optional(
                        "gates",
                        new Shape.Named(
                                new Shape.Pattern("[A-Za-z0-9@/._-]{1,100}", "success or search/recall@5"), SHARE, 1),
                        "Least scores by measure; success blocks a candidate, the others become conditions",
                        "none: only reported"),
                optional("most-risk", SHARE, "The largest share of given answers that may be wrong", "none"));
    }

    private static Shape.Fields machine() {
        return fields(
                required("name", Shape.Text.ANY, "what people call it"),
                required("memory", BYTES, "its memory, such as 16GiB"),
                required("cores", new Shape.Whole(1, 100_000), "its processor cores"),
                optional("processor", Shape.Text.ANY, "The processor's name"));
    }

    private static Shape.Fields price() {
        return fields(
                required(
                        "amount",
                        new Shape.Pattern("[0-9]{1,6}(\\.[0-9]{1,6})? [A-Z]{3}", "0.69 USD"),
                        "what it is, with a currency of ISO 4217"),
                required("date", new Shape.Pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}", "2026-11-01"), "when it was asked"),
                required("source", Shape.Text.ANY, "where it was read"));
    }

    private static Shape.Fields use() {
        return fields(
                optional("name", ID, "What the use is called where a gateway serves it", "the assessment's name"),
                required("purpose", Shape.Text.ANY, "what the models are for, in a sentence"),
                optional("commercial", new Shape.Truth(), "Whether the use is commercial", "unknown"),
                optional(
                        "distribution",
                        new Shape.Text(words(Distribution.values())),
                        "How the model reaches its users",
                        "unknown"),
                optional(
                        "monthly-active-users",
                        COUNT,
                        "Of licensee and affiliates together, in the highest month so far; counts for the product as"
                                + " well, unless product-monthly-active-users says less",
                        "unknown"),
                optional("annual-revenue", COUNT, "Of licensee and affiliates together, in US dollars", "unknown"),
                optional(
                        "territories",
                        new Shape.ListOf(PLACE, 1),
                        "Where the licensee is domiciled and the model is used: ISO 3166 codes, or EU",
                        "unknown"),
                optional(
                        "modification",
                        new Shape.Text(words(Modification.values())),
                        "What you do to the weights",
                        "unknown"),
                optional(
                        "outputs-train-models",
                        new Shape.Truth(),
                        "Whether outputs train or improve other models",
                        "unknown"),
                optional("entity", new Shape.Text(words(Entity.values())), "What kind of licensee you are", "unknown"),
                optional(
                        "domains",
                        new Shape.ListOf(new Shape.Text(words(Domain.values())), 0),
                        "The fields of use that licences restrict and that this use touches; [] when it touches none",
                        "unknown"),
                optional(
                        "production",
                        new Shape.Truth(),
                        "Whether it is used in production, and not only to test or to do research",
                        "unknown"),
                optional(
                        "domicile",
                        PLACE,
                        "Where the licensee is domiciled, when that is only one of the territories",
                        "unknown"),
                optional(
                        "registered",
                        new Shape.Truth(),
                        "Whether you are registered with the licensor, where a licence asks for it",
                        "unknown"),
                optional(
                        "guardrails-weakened",
                        new Shape.Truth(),
                        "Whether safety measures are removed or weakened without a comparable replacement",
                        "unknown"),
                optional(
                        "distilled",
                        new Shape.Truth(),
                        "Whether another model is trained to perform alike",
                        "unknown, or false when outputs train no models"),
                optional(
                        "outputs-train",
                        new Shape.ListOf(new Shape.Pattern("[A-Za-z0-9][A-Za-z0-9._-]{0,47}", "llama2"), 1),
                        "The families of models that outputs train",
                        "any, when outputs train models"),
                optional(
                        "product-monthly-active-users",
                        COUNT,
                        "Of the product or service alone, in the highest month so far",
                        "monthly-active-users"),
                optional(
                        "monthly-active-users-on",
                        new Shape.ListOf(
                                fields(
                                        required(
                                                "day",
                                                new Shape.Pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}", "2024-07-23"),
                                                "the release date of a licence that tests the count once"),
                                        required("count", COUNT, "the count in the calendar month before that day")),
                                1),
                        "Of licensee and affiliates together, in the month before the day of a one-off test",
                        "monthly-active-users"),
                optional(
                        "daily-active-users",
                        COUNT,
                        "Of licensee and affiliates together, on the highest day so far",
                        "unknown, at most monthly-active-users"),
                optional(
                        "monthly-revenue",
                        COUNT,
                        "Of licensee and affiliates together, in US dollars, in the highest of the last twelve months",
                        "unknown, at most annual-revenue"));
    }
}
