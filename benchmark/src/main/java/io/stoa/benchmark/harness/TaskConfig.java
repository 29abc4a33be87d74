package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.task.PythonPattern;
import io.stoa.engine.chat.jinja.Dialect;
import io.stoa.engine.chat.jinja.JinjaException;
import io.stoa.engine.chat.jinja.Template;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a task file says, checked.
 *
 * @param name the task's name
 * @param alias the name that is shown
 * @param dataset where the documents come from
 * @param splits which of its parts are used for what
 * @param processDocs what is done to every split first
 * @param outputType what is asked
 * @param text what is asked about a document
 * @param target the right answer, or its number among the choices
 * @param choices the answers on offer
 * @param processResults scores a document instead of the metrics' own rules
 * @param description what stands before everything else
 * @param style delimiters and the answer's beginning, of the document that is asked
 * @param shots the examples
 * @param metrics what is counted
 * @param filters what is done to answers, at least one pipeline
 * @param generation of {@code generate_until}
 * @param repeats answers per document
 * @param unsafeCode whether scoring runs generated code
 * @param version of the task
 * @param keys everything as written, for results files
 */
record TaskConfig(
        String name,
        String alias,
        DatasetSource dataset,
        Splits splits,
        Optional<Hooks.OfDocuments> processDocs,
        OutputType outputType,
        Field text,
        Field target,
        Optional<Field> choices,
        Optional<Hooks.OfAnswers> processResults,
        Template description,
        Style style,
        Shots shots,
        List<Metric> metrics,
        List<FilterPipeline> filters,
        GenerationSettings generation,
        int repeats,
        boolean unsafeCode,
        String version,
        SequencedMap<String, Object> keys) {
    /** The parts of a dataset, by their use. */
    record Splits(Optional<String> training, Optional<String> validation, Optional<String> test) {
        /** The part that is asked. */
        Optional<String> asked() {
            return test.or(() -> validation);
        }
    }

    /**
     * How a question, its answer and the next question are put together.
     *
     * @param targetDelimiter between question and answer
     * @param fewshotDelimiter between examples
     * @param answerPrefix {@code gen_prefix}: how each answer begins
     */
    record Style(String targetDelimiter, String fewshotDelimiter, Optional<Field.Text> answerPrefix) {}

    /**
     * The examples before a question.
     *
     * @param count how many
     * @param split the part they are taken from, where the file says so
     * @param firstOnes whether the first ones are taken rather than drawn
     * @param samples examples that the file itself holds, or a function gives
     * @param indices only these rows, where given
     */
    record Shots(
            int count,
            Optional<String> split,
            boolean firstOnes,
            Optional<List<ObjectNode>> samples,
            List<Integer> indices,
            Optional<Hooks.OfDocuments> processDocs,
            Field text,
            Field target,
            Optional<Field> choices,
            Style style) {}

    TaskConfig {
        requireNonNull(name, "name");
        metrics = List.copyOf(metrics);
        filters = List.copyOf(filters);
        if (repeats < 1) {
            throw StoaException.user(name + ": repeats must be positive: " + repeats);
        }
    }

    private static final Set<String> KEYS = Set.of(
            "task",
            "task_alias",
            "tag",
            "dataset_path",
            "dataset_name",
            "dataset_kwargs",
            "training_split",
            "validation_split",
            "test_split",
            "fewshot_split",
            "process_docs",
            "doc_to_text",
            "doc_to_target",
            "unsafe_code",
            "doc_to_choice",
            "process_results",
            "description",
            "target_delimiter",
            "fewshot_delimiter",
            "fewshot_config",
            "num_fewshot",
            "metric_list",
            "output_type",
            "generation_kwargs",
            "repeats",
            "filter_list",
            "should_decontaminate",
            "doc_to_decontamination_query",
            "gen_prefix",
            "metadata");

    /** What the harness knows and is not read here, because it needs Python or more than text. */
    private static final Map<String, String> REFUSED = Map.of(
            "class", "the task is a Python class",
            "custom_dataset", "the dataset is made by Python code",
            "use_prompt", "prompts of promptsource are Python packages",
            "doc_to_image", "images are not read",
            "doc_to_audio", "sound is not read");

    /**
     * Checks the keys of a task file.
     *
     * @param keys as {@link TaskYaml} read them, with what groups and callers set above them
     * @throws StoaException of kind {@code USER}, naming the task and the key
     */
    static TaskConfig of(SequencedMap<String, Object> keys, Hooks hooks) {
        return new Reader(keys, hooks).read();
    }

    /** The expressions of {@code regex_replace}, Jinja's added filter. */
    private static final Dialect DIALECT = Dialect.task(Map.of("regex_replace", (text, arguments) -> {
        if (arguments.size() < 2) {
            throw new IllegalArgumentException("it needs an expression and a replacement");
        }
        int count = arguments.size() > 2 ? Integer.parseInt(arguments.get(2)) : 0;
        return new PythonPattern(arguments.get(0)).replaceIn(text, arguments.get(1), count);
    }));

    /** Reads the keys of one task. */
    private static final class Reader {
        private final SequencedMap<String, Object> keys;
        private final Hooks hooks;
        private final String name;

        Reader(SequencedMap<String, Object> keys, Hooks hooks) {
            this.keys = new LinkedHashMap<>(keys);
            this.hooks = hooks;
            this.name = String.valueOf(keys.get("task"));
        }

        TaskConfig read() {
            for (String key : keys.keySet()) {
                if (REFUSED.containsKey(key)) {
                    throw wrong(key + ": " + REFUSED.get(key), "take another task");
                }
                if (!KEYS.contains(key)) {
                    throw wrong(
                            "unknown key " + key + Spelling.hint(key, KEYS).orElse(""),
                            "known are " + String.join(", ", new TreeSet<>(KEYS)));
                }
            }
            OutputType output = output();
            Style style = new Style(
                    text("target_delimiter").orElse(" "),
                    text("fewshot_delimiter").orElse("\n\n"),
                    prefix(keys));
            Field text = field(keys, "doc_to_text").orElseGet(() -> new Field.Text("", template("doc_to_text", "")));
            Field target = field(keys, "doc_to_target")
                    .orElseThrow(() -> wrong("doc_to_target is missing", "say what the right answer is"));
            Optional<Field> choices = field(keys, "doc_to_choice");
            if (output == OutputType.MULTIPLE_CHOICE && choices.isEmpty()) {
                throw wrong("doc_to_choice is missing", "a multiple_choice task needs its choices");
            }
            Optional<Hooks.OfDocuments> processDocs = hook(Hooks.OfDocuments.class, keys, "process_docs");
            Optional<Hooks.OfAnswers> processResults = hook(Hooks.OfAnswers.class, keys, "process_results");
            return new TaskConfig(
                    name,
                    text("task_alias").orElse(name),
                    DatasetSource.of(name, keys),
                    new Splits(text("training_split"), text("validation_split"), text("test_split")),
                    processDocs,
                    output,
                    text,
                    target,
                    choices,
                    processResults,
                    template("description", text("description").orElse("")),
                    style,
                    shots(text, target, choices, style, processDocs),
                    metrics(output, processResults.isPresent()),
                    FilterPipeline.read(name, Optional.ofNullable(keys.get("filter_list"))),
                    GenerationSettings.of(
                            name, Optional.ofNullable(keys.get("generation_kwargs")), style.fewshotDelimiter()),
                    whole(keys, "repeats").orElse(1),
                    Boolean.TRUE.equals(keys.get("unsafe_code")),
                    version(),
                    keys);
        }

        private OutputType output() {
            String wanted = text("output_type").orElse(OutputType.GENERATE_UNTIL.key());
            List<String> known = new ArrayList<>();
            for (OutputType type : OutputType.values()) {
                if (type.key().equals(wanted)) {
                    return type;
                }
                known.add(type.key());
            }
            throw wrong(
                    "unknown output_type " + wanted
                            + Spelling.hint(wanted, known).orElse(""),
                    "known are " + String.join(", ", known));
        }

        private String version() {
            return keys.get("metadata") instanceof Map<?, ?> metadata && metadata.get("version") != null
                    ? String.valueOf(metadata.get("version"))
                    : "Yaml";
        }

        private Shots shots(
                Field text,
                Field target,
                Optional<Field> choices,
                Style style,
                Optional<Hooks.OfDocuments> processDocs) {
            SequencedMap<String, Object> own = new LinkedHashMap<>();
            if (keys.get("fewshot_config") instanceof Map<?, ?> map) {
                map.forEach((key, value) -> own.put(String.valueOf(key), value));
            }
            String sampler =
                    Optional.ofNullable(own.get("sampler")).map(String::valueOf).orElse("default");
            if (!sampler.equals("default") && !sampler.equals("first_n")) {
                throw wrong("unknown sampler " + sampler, "known are default and first_n");
            }
            Optional<String> split =
                    Optional.ofNullable(own.get("split")).map(String::valueOf).or(() -> text("fewshot_split"));
            return new Shots(
                    whole(keys, "num_fewshot").orElse(0),
                    split,
                    sampler.equals("first_n"),
                    samples(own),
                    TaskYaml.asList(Optional.ofNullable(own.get("fewshot_indices"))).stream()
                            .map(this::index)
                            .toList(),
                    hook(Hooks.OfDocuments.class, own, "process_docs").or(() -> processDocs),
                    field(own, "doc_to_text").orElse(text),
                    field(own, "doc_to_target").orElse(target),
                    field(own, "doc_to_choice").or(() -> choices),
                    new Style(
                            own.get("target_delimiter") instanceof String given ? given : style.targetDelimiter(),
                            own.get("fewshot_delimiter") instanceof String given ? given : style.fewshotDelimiter(),
                            prefix(own).or(style::answerPrefix)));
        }

        private int index(Object value) {
            if (value instanceof Integer index && index >= 0) {
                return index;
            }
            throw wrong("fewshot_indices holds " + value + ", which is no row", "write numbers from 0");
        }

        private Optional<List<ObjectNode>> samples(SequencedMap<String, Object> own) {
            return switch (own.get("samples")) {
                case null -> Optional.empty();
                case TaskYaml.HookName hook ->
                    Optional.of(
                            hooks.find(Hooks.OfFolder.class, hook, "samples").apply(hook.folder()));
                case List<?> list -> {
                    List<ObjectNode> samples = new ArrayList<>();
                    for (Object sample : list) {
                        if (!(JsonMapper.shared().valueToTree(sample) instanceof ObjectNode object)) {
                            throw wrong("a sample of fewshot_config is no mapping", "write its columns");
                        }
                        samples.add(object);
                    }
                    yield Optional.of(List.copyOf(samples));
                }
                case Object other -> throw wrong("samples is not a list but " + other, "write a list of documents");
            };
        }

        private List<Metric> metrics(OutputType output, boolean ownScoring) {
            List<Metric> metrics = new ArrayList<>();
            if (keys.get("metric_list") == null) {
                for (String metric : MetricNames.defaults(output)) {
                    metrics.add(metric(Map.of("metric", metric), output, ownScoring));
                }
                return metrics;
            }
            for (Object entry : TaskYaml.asList(Optional.ofNullable(keys.get("metric_list")))) {
                if (!(entry instanceof Map<?, ?> map) || map.get("metric") == null) {
                    throw wrong("an entry of metric_list names no metric", "write metric: exact_match");
                }
                metrics.add(metric(map, output, ownScoring));
            }
            return metrics;
        }

        private Metric metric(Map<?, ?> entry, OutputType output, boolean ownScoring) {
            if (entry.get("metric") instanceof TaskYaml.HookName hook) {
                throw wrong("metric " + hook + " is a Python function that is not bound here", "use a metric by name");
            }
            String metric = String.valueOf(entry.get("metric"));
            Optional<MetricNames> known = MetricNames.named(metric);
            if (known.isEmpty() && !ownScoring) {
                throw wrong(
                        "unknown metric " + metric
                                + Spelling.hint(metric, MetricNames.keys()).orElse(""),
                        "known are " + String.join(", ", MetricNames.keys()));
            }
            if (!ownScoring && known.filter(name -> !name.goesWith(output)).isPresent()) {
                throw wrong("metric " + metric + " does not go with " + output.key(), "use one that does");
            }
            Aggregation aggregation = switch (entry.get("aggregation")) {
                case null -> known.map(name -> aggregation(name.aggregation())).orElse(Aggregation.MEAN);
                case TaskYaml.HookName hook ->
                    new Aggregation(
                            hook.name(),
                            hooks.find(Hooks.OfMeasured.class, hook, "aggregation")::apply,
                            Aggregation.Uncertainty.NONE);
                case Object named -> aggregation(String.valueOf(named));
            };
            boolean higher = entry.get("higher_is_better") instanceof Boolean given
                    ? given
                    : known.map(MetricNames::higherIsBetter).orElse(true);
            try {
                return new Metric(
                        metric,
                        aggregation,
                        higher,
                        new ExactMatch(
                                TaskYaml.asList(Optional.ofNullable(entry.get("regexes_to_ignore"))).stream()
                                        .map(expression -> new PythonPattern(String.valueOf(expression)))
                                        .toList(),
                                Boolean.TRUE.equals(entry.get("ignore_case")),
                                Boolean.TRUE.equals(entry.get("ignore_punctuation")),
                                Boolean.TRUE.equals(entry.get("ignore_numbers"))));
            } catch (IllegalArgumentException e) {
                throw wrong("metric " + metric + ": " + e.getMessage(), "mend the expression");
            }
        }

        /** The value of a key that must be a function where it is there at all. */
        private <T> Optional<T> hook(Class<T> kind, Map<String, Object> from, String key) {
            return switch (from.get(key)) {
                case null -> Optional.empty();
                case TaskYaml.HookName hook -> Optional.of(hooks.find(kind, hook, key));
                case Object other ->
                    throw wrong(key + " is not a function but " + other, "write !function module.name");
            };
        }

        private Aggregation aggregation(String named) {
            return Aggregation.named(named)
                    .orElseThrow(() -> wrong(
                            "unknown aggregation " + named
                                    + Spelling.hint(named, Aggregation.names()).orElse(""),
                            "known are " + String.join(", ", Aggregation.names())));
        }

        private Optional<Field.Text> prefix(Map<String, Object> from) {
            return from.get("gen_prefix") instanceof String prefix
                    ? Optional.of(new Field.Text(prefix, template("gen_prefix", prefix)))
                    : Optional.empty();
        }

        private Optional<Field> field(Map<String, Object> from, String key) {
            return switch (from.get(key)) {
                case null -> Optional.empty();
                case TaskYaml.HookName hook ->
                    Optional.of(new Field.Computed(hooks.find(Hooks.OfDocument.class, hook, key)));
                case String source -> Optional.of(new Field.Text(source, template(key, source)));
                case Map<?, ?> map -> {
                    JsonNode values = JsonMapper.shared().valueToTree(List.copyOf(map.values()));
                    yield Optional.of(new Field.Fixed(values));
                }
                case Object other -> {
                    JsonNode value = JsonMapper.shared().valueToTree(other);
                    yield Optional.of(new Field.Fixed(value));
                }
            };
        }

        private Template template(String key, String source) {
            try {
                return Template.parse(source, DIALECT);
            } catch (JinjaException e) {
                throw wrong(key + " is not a Jinja template: " + e.message() + " (line " + e.line() + ")", "mend it");
            }
        }

        private Optional<String> text(String key) {
            return Optional.ofNullable(keys.get(key)).map(String::valueOf);
        }

        private Optional<Integer> whole(Map<String, Object> from, String key) {
            return switch (from.get(key)) {
                case null -> Optional.empty();
                case Integer number when number >= 0 -> Optional.of(number);
                case Object other -> throw wrong(key + " is not a whole number but " + other, "write one");
            };
        }

        private StoaException wrong(String what, String next) {
            return StoaException.user("task " + name + ": " + what + "; " + next);
        }
    }

    /** The keys as JSON, for results files; functions by their names. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        keys.forEach((key, value) -> json.set(key, plain(value)));
        return json;
    }

    private static JsonNode plain(Object value) {
        return switch (value) {
            case null -> JsonNodeFactory.instance.nullNode();
            case TaskYaml.HookName hook -> JsonNodeFactory.instance.stringNode(hook.toString());
            case Map<?, ?> map -> {
                ObjectNode object = JsonNodeFactory.instance.objectNode();
                map.forEach((key, inner) -> object.set(String.valueOf(key), plain(inner)));
                yield object;
            }
            case List<?> list -> {
                var array = JsonNodeFactory.instance.arrayNode();
                list.forEach(inner -> array.add(plain(inner)));
                yield array;
            }
            case Object other -> JsonMapper.shared().valueToTree(other);
        };
    }
}
