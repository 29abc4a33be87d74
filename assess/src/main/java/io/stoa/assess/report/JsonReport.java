package io.stoa.assess.report;

import io.stoa.assess.Assessment;
import io.stoa.model.Bytes;
import io.stoa.model.Candidate;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.IntendedUse;
import io.stoa.model.Interval;
import io.stoa.model.Machine;
import io.stoa.model.PairedComparison;
import io.stoa.model.Quantity;
import io.stoa.model.TaskKind;
import io.stoa.model.Verdict;
import io.stoa.model.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An assessment as JSON, for programs. Members are only ever added within a schema version; one that is absent from a
 * value means that it is not known.
 *
 * <pre>
 * schemaVersion  1
 * name, version, started (ISO 8601), tookSeconds
 * machine        name, memoryBytes, availableBytes?, cores, processor, measured, by
 * workload       tasks[], promptTokens, answerTokens, contextTokens, concurrency, timeToFirstTokenSeconds?,
 *                timePerOutputTokenSeconds?
 *   task         id, share, gate?, limit?, type: multiple-choice | exact-match | tool-call | grounded | harness, and that
 *                type's own: items, earlyStop, maxTokens, corpus, questions, passages, abstention?, task, file?, data?,
 *                metric?, filter?, examples?, chat
 * use            purpose, commercial?, distribution?, monthlyActiveUsers?, annualRevenue?, territories[], modification?,
 *                outputsTrainModels?
 * results[]      candidate, verdict, because[], quality?, findings[]
 *   candidate    id, type: gguf | remote, identity, papers[]; gguf: path, sha256, quantizedFrom? (sha256, type, by);
 *                remote: baseUri, name, revision?, keyVariable?
 *   verdict      READY | READY IF | NOT READY | UNDECIDED
 *   because      the findings that the verdict rests on
 *   quality      value, low, high, covered, missing[]: the mean score by the tasks' shares; no part of the verdict
 *   finding      pillar, check, weight: BLOCKS | CONDITION | INFO | UNKNOWN, sentence, remedy?, quantities[], evidence[]
 *   quantity     name, value, unit: SHARE | BYTES | …, low?, high?, n?, basis: MEASURED | DERIVED | DECLARED, by, from
 *   evidence     sequence, sha256
 * comparisons[]  task, first, second, bothRight, onlyFirst, onlySecond, bothWrong, difference, low, high, confidence,
 *                method, p, adjusted
 * ledgerHead     sequence, sha256
 * note           that findings about licences are no legal advice
 * </pre>
 */
public final class JsonReport {
    /** The version of the format above. */
    public static final int SCHEMA_VERSION = 1;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private JsonReport() {}

    /** The JSON, indented, ending in a line feed. */
    public static String render(Assessment assessment) {
        ObjectNode root = JSON.objectNode()
                .put("schemaVersion", SCHEMA_VERSION)
                .put("name", assessment.name())
                .put("version", assessment.version())
                .put("started", assessment.started().toString())
                .put("tookSeconds", seconds(assessment.took()));
        root.set("machine", machine(assessment.machine()));
        root.set("workload", workload(assessment.workload()));
        root.set("use", use(assessment.use()));
        root.set("results", array(assessment.results(), result -> result(result, assessment.workload())));
        root.set("comparisons", array(assessment.comparisons(), JsonReport::comparison));
        root.set("ledgerHead", evidence(assessment.ledgerHead()));
        root.put("note", Wording.NO_ADVICE);
        return JsonMapper.shared()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(root)
                        .replace("\r\n", "\n") + "\n";
    }

    private static ObjectNode machine(Machine machine) {
        ObjectNode json = JSON.objectNode()
                .put("name", machine.name())
                .put("memoryBytes", machine.memory().count());
        machine.available().map(Bytes::count).ifPresent(free -> json.put("availableBytes", free));
        json.put("cores", machine.cores())
                .put("processor", machine.processor())
                .put("measured", machine.measured())
                .put("by", machine.by());
        machine.hourly()
                .ifPresent(price -> json.putObject("pricePerHour")
                        .put("amount", price.amount())
                        .put("currency", price.currency().getCurrencyCode())
                        .put("date", price.date().toString())
                        .put("source", price.source()));
        return json;
    }

    private static ObjectNode workload(Workload workload) {
        ObjectNode json = JSON.objectNode();
        json.set("tasks", array(workload.tasks(), JsonReport::task));
        json.put("promptTokens", workload.promptTokens())
                .put("answerTokens", workload.answerTokens())
                .put("contextTokens", workload.contextTokens())
                .put("concurrency", workload.concurrency());
        workload.latency().timeToFirstToken().ifPresent(t -> json.put("timeToFirstTokenSeconds", seconds(t)));
        workload.latency().timePerOutputToken().ifPresent(t -> json.put("timePerOutputTokenSeconds", seconds(t)));
        return json;
    }

    private static ObjectNode task(Workload.TaskSpec task) {
        ObjectNode json = JSON.objectNode().put("id", task.id()).put("share", task.share());
        task.gate().ifPresent(gate -> json.put("gate", gate));
        task.limit().ifPresent(limit -> json.put("limit", limit));
        return switch (task.kind()) {
            case TaskKind.MultipleChoice(Path items) ->
                json.put("type", "multiple-choice")
                        .put("items", items.toString())
                        .put("earlyStop", task.earlyStop());
            case TaskKind.ExactMatch(Path items, int maxTokens) ->
                json.put("type", "exact-match")
                        .put("items", items.toString())
                        .put("maxTokens", maxTokens)
                        .put("earlyStop", task.earlyStop());
            case TaskKind.ToolCall(Path items, int maxTokens) ->
                json.put("type", "tool-call").put("items", items.toString()).put("maxTokens", maxTokens);
            case TaskKind.Grounded grounded -> {
                json.put("type", "grounded")
                        .put("corpus", grounded.corpus().toString())
                        .put("questions", grounded.questions().toString())
                        .put("passages", grounded.passages())
                        .put("maxTokens", grounded.maxTokens());
                grounded.abstention().ifPresent(abstention -> json.put("abstention", abstention));
                yield json;
            }
            case TaskKind.Harness harness -> {
                json.put("type", "harness")
                        .put("task", harness.task())
                        .put("chat", harness.chat())
                        .put("earlyStop", task.earlyStop());
                harness.file().ifPresent(file -> json.put("file", file.toString()));
                harness.data().ifPresent(data -> json.put("data", data.toString()));
                harness.metric().ifPresent(metric -> json.put("metric", metric));
                harness.filter().ifPresent(filter -> json.put("filter", filter));
                harness.shots().ifPresent(shots -> json.put("examples", shots));
                yield json;
            }
        };
    }

    private static ObjectNode use(IntendedUse use) {
        ObjectNode json = JSON.objectNode().put("purpose", use.purpose());
        use.commercial().ifPresent(commercial -> json.put("commercial", commercial));
        use.distribution().ifPresent(distribution -> json.put("distribution", distribution.name()));
        use.monthlyActiveUsers().ifPresent(users -> json.put("monthlyActiveUsers", users));
        use.annualRevenue().ifPresent(revenue -> json.put("annualRevenue", revenue));
        json.set("territories", strings(use.territories().stream().sorted().toList()));
        use.modification().ifPresent(modification -> json.put("modification", modification.name()));
        use.outputsTrainModels().ifPresent(train -> json.put("outputsTrainModels", train));
        use.entity().ifPresent(entity -> json.put("entity", entity.name()));
        use.domains()
                .ifPresent(domains -> json.set(
                        "domains",
                        strings(domains.stream().map(Enum::name).sorted().toList())));
        use.production().ifPresent(production -> json.put("production", production));
        use.domicile().ifPresent(domicile -> json.put("domicile", domicile));
        use.registered().ifPresent(registered -> json.put("registered", registered));
        use.guardrailsWeakened().ifPresent(weakened -> json.put("guardrailsWeakened", weakened));
        use.distilled().ifPresent(distilled -> json.put("distilled", distilled));
        if (!use.outputsTrain().isEmpty()) {
            json.set("outputsTrain", strings(use.outputsTrain().stream().toList()));
        }
        use.productMonthlyActiveUsers().ifPresent(users -> json.put("productMonthlyActiveUsers", users));
        use.dailyActiveUsers().ifPresent(users -> json.put("dailyActiveUsers", users));
        use.monthlyRevenue().ifPresent(revenue -> json.put("monthlyRevenue", revenue));
        if (!use.monthlyActiveUsersOn().isEmpty()) {
            ObjectNode counts = JSON.objectNode();
            use.monthlyActiveUsersOn().forEach((day, count) -> counts.put(day.toString(), count));
            json.set("monthlyActiveUsersOn", counts);
        }
        return json;
    }

    private static ObjectNode result(Assessment.Result result, Workload workload) {
        Standing standing = Standing.of(result, workload);
        ObjectNode json = JSON.objectNode();
        json.set("candidate", candidate(result.candidate()));
        json.put("verdict", verdict(result.verdict()));
        json.set("because", array(standing.reasons(), JsonReport::finding));
        standing.quality().ifPresent(quality -> json.set("quality", quality(quality)));
        json.set("findings", array(result.findings(), JsonReport::finding));
        return json;
    }

    private static ObjectNode candidate(Candidate candidate) {
        ObjectNode json = JSON.objectNode().put("id", candidate.id());
        switch (candidate) {
            case Candidate.GgufFile file -> {
                json.put("type", "gguf")
                        .put("identity", file.identity())
                        .put("path", file.path().toString())
                        .put("sha256", file.digest().hex());
                file.quantizedFrom()
                        .ifPresent(q -> json.putObject("quantizedFrom")
                                .put("sha256", q.base().hex())
                                .put("type", q.type())
                                .put("by", q.by()));
            }
            case Candidate.RemoteModel remote -> {
                json.put("type", "remote")
                        .put("identity", remote.identity())
                        .put("baseUri", remote.baseUri().toString())
                        .put("name", remote.name());
                remote.revision().ifPresent(revision -> json.put("revision", revision));
                remote.keyVariable().ifPresent(variable -> json.put("keyVariable", variable));
            }
        }
        json.set(
                "papers",
                strings(candidate.papers().stream().map(Path::toString).toList()));
        return json;
    }

    /** The words are part of the format, so they are not taken from what people are shown. */
    private static String verdict(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Ready _ -> "READY";
            case Verdict.ReadyIf _ -> "READY IF";
            case Verdict.NotReady _ -> "NOT READY";
            case Verdict.Undecided _ -> "UNDECIDED";
        };
    }

    private static ObjectNode quality(Quality quality) {
        ObjectNode json = bounds(JSON.objectNode().put("value", quality.value()), quality.interval())
                .put("covered", quality.covered());
        json.set("missing", strings(quality.missing()));
        return json;
    }

    private static ObjectNode finding(Finding finding) {
        ObjectNode json = JSON.objectNode()
                .put("pillar", finding.pillar().name().toLowerCase(Locale.ROOT))
                .put("check", finding.check())
                .put("weight", finding.weight().name())
                .put("sentence", finding.sentence());
        finding.remedy().ifPresent(remedy -> json.put("remedy", remedy));
        json.set("quantities", array(finding.quantities(), JsonReport::quantity));
        json.set("evidence", array(finding.evidence(), JsonReport::evidence));
        return json;
    }

    private static ObjectNode quantity(Quantity quantity) {
        ObjectNode json = JSON.objectNode()
                .put("name", quantity.name())
                .put("value", quantity.value())
                .put("unit", quantity.unit().name());
        quantity.interval().ifPresent(interval -> bounds(json, interval));
        quantity.n().ifPresent(n -> json.put("n", n));
        return json.put("basis", quantity.basis().name())
                .put("by", quantity.by())
                .put("from", quantity.from());
    }

    private static ObjectNode comparison(PairedComparison c) {
        ObjectNode json = JSON.objectNode()
                .put("task", c.task())
                .put("first", c.first())
                .put("second", c.second())
                .put("bothRight", c.bothRight())
                .put("onlyFirst", c.onlyFirst())
                .put("onlySecond", c.onlySecond())
                .put("bothWrong", c.bothWrong())
                .put("difference", c.difference());
        return bounds(json, c.interval())
                .put("confidence", c.confidence())
                .put("method", c.method())
                .put("p", c.p())
                .put("adjusted", c.adjusted());
    }

    private static ObjectNode evidence(EvidenceRef ref) {
        return JSON.objectNode()
                .put("sequence", ref.sequence())
                .put("sha256", ref.digest().hex());
    }

    private static ObjectNode bounds(ObjectNode json, Interval interval) {
        return json.put("low", interval.low()).put("high", interval.high());
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static <T> ArrayNode array(Collection<T> values, Function<T, ObjectNode> json) {
        ArrayNode array = JSON.arrayNode();
        values.forEach(value -> array.add(json.apply(value)));
        return array;
    }

    private static ArrayNode strings(Collection<String> values) {
        ArrayNode array = JSON.arrayNode();
        values.forEach(array::add);
        return array;
    }
}
