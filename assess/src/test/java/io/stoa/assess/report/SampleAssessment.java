package io.stoa.assess.report;

import io.stoa.assess.Assessment;
import io.stoa.model.Bytes;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.IntendedUse;
import io.stoa.model.Interval;
import io.stoa.model.Machine;
import io.stoa.model.PairedComparison;
import io.stoa.model.PillarName;
import io.stoa.model.Quantity;
import io.stoa.model.Score;
import io.stoa.model.TaskKind;
import io.stoa.model.Verdict;
import io.stoa.model.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Nine candidates with invented numbers, among them all four verdicts, for looking at the reports. */
final class SampleAssessment {
    static final Workload WORKLOAD = new Workload(
            List.of(
                    task(
                            "reading",
                            0.4,
                            OptionalDouble.of(0.7),
                            new TaskKind.ExactMatch(Path.of("eval/reading.jsonl"), 16)),
                    task(
                            "facts",
                            0.2,
                            OptionalDouble.of(0.6),
                            new TaskKind.MultipleChoice(Path.of("eval/facts.jsonl"))),
                    task(
                            "tools",
                            0.25,
                            OptionalDouble.of(0.65),
                            new TaskKind.ToolCall(Path.of("eval/tools.jsonl"), 64)),
                    task(
                            "handbook",
                            0.15,
                            OptionalDouble.empty(),
                            new TaskKind.Grounded(
                                    Path.of("corpus"), Path.of("questions.jsonl"), 3, 48, OptionalDouble.of(0.8)))),
            180,
            24,
            512,
            2,
            new Workload.Latency(Optional.of(Duration.ofMillis(800)), Optional.of(Duration.ofMillis(60))));

    /** A tiny model: its size in 16 bits, and its score in each task. */
    private record Model(String name, long size, List<Double> scores) {}

    private static final List<Model> MODELS = List.of(
            new Model("nano", 458_048, List.of(0.41, 0.35, 0.22, 0.30)),
            new Model("micro", 1_870_400, List.of(0.82, 0.68, 0.74, 0.61)),
            new Model("mini", 5_282_880, List.of(0.93, 0.84, 0.91, 0.78)));

    private long sequence = 3;

    private SampleAssessment() {}

    static Assessment nine() {
        return new SampleAssessment().assessment();
    }

    private static Workload.TaskSpec task(String id, double share, OptionalDouble gate, TaskKind kind) {
        return new Workload.TaskSpec(id, share, gate, Optional.of(200), true, kind);
    }

    private Assessment assessment() {
        List<Assessment.Result> results = new ArrayList<>();
        for (Model model : MODELS) {
            for (String type : List.of("F16", "Q8_0", "Q4_0")) {
                results.add(result(model, type));
            }
        }
        return new Assessment(
                "Handbook assistant for the support desk",
                "0.1.0",
                Instant.parse("2026-11-24T10:15:30Z"),
                Duration.ofSeconds(754),
                new Machine(
                        "build-07",
                        Bytes.gibibytes(4),
                        Optional.of(Bytes.mebibytes(2900)),
                        2,
                        "x86-64, AVX2",
                        true,
                        "/proc/meminfo, cgroup v2"),
                WORKLOAD,
                new IntendedUse(
                        "Answers to employees' questions about the handbook",
                        Optional.of(true),
                        Optional.of(IntendedUse.Distribution.HOSTED),
                        OptionalLong.of(1200),
                        OptionalLong.empty(),
                        Set.of("DE", "EU"),
                        Optional.of(IntendedUse.Modification.QUANTIZED),
                        Optional.empty()),
                results,
                List.of(
                        comparison("reading", "mini-F16", "mini-Q8_0", 184, 2, 1, 13, 1.0, 1.0),
                        comparison("reading", "mini-F16", "mini-Q4_0", 158, 28, 6, 8, 0.0002, 0.0006),
                        comparison("tools", "mini-Q8_0", "micro-F16", 140, 42, 8, 10, 0.0000009, 0.0000036),
                        comparison("facts", "micro-F16", "micro-Q8_0", 130, 7, 6, 57, 1.0, 1.0)),
                ref());
    }

    private static PairedComparison comparison(
            String task, String first, String second, int both, int one, int two, int none, double p, double adjusted) {
        int n = both + one + two + none;
        double difference = (one - two) / (double) n;
        double half = 1.96 * Math.sqrt(one + two - (one - two) * (one - two) / (double) n) / n;
        Interval interval = new Interval(difference - half, difference + half);
        return new PairedComparison(
                task, first, second, both, one, two, none, difference, interval, 0.95, "exact McNemar", p, adjusted);
    }

    private Assessment.Result result(Model model, String type) {
        double loss = switch (type) {
            case "F16" -> 0;
            case "Q8_0" -> 0.005;
            default -> 0.11;
        };
        double shrink = switch (type) {
            case "F16" -> 1;
            case "Q8_0" -> 0.55;
            default -> 0.34;
        };
        double size = Math.rint(model.size() * shrink);
        String id = model.name() + "-" + type;
        List<Finding> findings = new ArrayList<>();
        findings.add(hardware(size, model, shrink));
        findings.add(license(model.name()));
        boolean toolsMissing = id.equals("micro-Q4_0");
        for (int i = 0; i < WORKLOAD.tasks().size(); i++) {
            Workload.TaskSpec task = WORKLOAD.tasks().get(i);
            double estimate = Math.max(0.02, model.scores().get(i) - loss * (i == 2 ? 1.5 : 1));
            findings.add(
                    toolsMissing && task.id().equals("tools")
                            ? unknown(task)
                            : scored(task, estimate, task.kind() instanceof TaskKind.Grounded));
        }
        return new Assessment.Result(
                new Candidate.GgufFile(
                        id,
                        Path.of("models", id + ".gguf"),
                        Digest.of(id),
                        List.of(Path.of("models/README.md")),
                        type.equals("F16")
                                ? Optional.empty()
                                : Optional.of(new Candidate.Quantized(
                                        Digest.of(model.name() + "-F16"), type, "llama.cpp 0.5.0"))),
                verdict(findings),
                findings,
                new EvidenceRef(7, Digest.of(id)));
    }

    private Finding hardware(double size, Model model, double shrink) {
        double speed = 900 / (model.size() / 458_048.0 * Math.sqrt(shrink));
        return new Finding(
                PillarName.HARDWARE,
                "hardware/fit",
                Finding.Weight.INFO,
                "It needs " + new Bytes(Math.round(size * 1.6 + 21e6)) + " of the 2.83 GiB that are free.",
                Optional.empty(),
                List.of(
                        Quantity.derived(
                                Quantity.SIZE, size, Quantity.Unit.BYTES, "GGUF header", model.name() + ".gguf"),
                        Quantity.derived(
                                Quantity.MEMORY,
                                size * 1.6 + 21e6,
                                Quantity.Unit.BYTES,
                                "weights + KV cache + compute buffer",
                                "GGUF header, context 512, 2 sequences"),
                        new Quantity(
                                Quantity.GENERATION,
                                speed,
                                Quantity.Unit.TOKENS_PER_SECOND,
                                Optional.of(new Interval(speed * 0.94, speed * 1.05)),
                                OptionalInt.of(8),
                                Quantity.Basis.MEASURED,
                                "llama.cpp 0.5.0",
                                "8 runs of 24 tokens after 180")),
                List.of(ref()));
    }

    private Finding license(String model) {
        boolean mini = model.equals("mini");
        return new Finding(
                PillarName.LICENSE,
                "license/use",
                mini ? Finding.Weight.CONDITION : Finding.Weight.INFO,
                mini
                        ? "The licence of mini asks that users of a hosted service are told which model answers."
                        : "Apache-2.0, recognized in LICENSE, allows the intended use.",
                mini
                        ? Optional.of(
                                "Name the model and its licence where users see the answers, such as in the page's"
                                        + " footer.")
                        : Optional.empty(),
                List.of(),
                List.of(ref()));
    }

    private Finding unknown(Workload.TaskSpec task) {
        return new Finding(
                PillarName.INTEGRATION,
                "integration/" + task.id(),
                Finding.Weight.UNKNOWN,
                "tools: the engine stopped after 31 of 200 items, so its score is not known.",
                Optional.of("Run the assessment again; what is recorded is kept."),
                List.of(),
                List.of());
    }

    private Finding scored(Workload.TaskSpec task, double estimate, boolean integration) {
        Score score = wilson(Math.round(estimate * 200), 200);
        PillarName pillar =
                integration || task.kind() instanceof TaskKind.ToolCall ? PillarName.INTEGRATION : PillarName.BENCHMARK;
        String measured = task.id() + ": " + Wording.percent(score.estimate()) + " of 200 items ("
                + Wording.percent(score.interval().low()) + " to "
                + Wording.percent(score.interval().high()) + ")";
        Finding.Weight weight = Finding.Weight.INFO;
        Optional<String> remedy = Optional.empty();
        String sentence = measured + ", reported without a gate.";
        if (task.gate().isPresent()) {
            double gate = task.gate().getAsDouble();
            if (score.interval().high() < gate) {
                weight = Finding.Weight.BLOCKS;
                sentence = measured + ", below the gate of " + Wording.percent(gate) + ".";
                remedy = Optional.of(
                        "Choose a bigger model or a finer quantization, or lower the gate of " + task.id() + ".");
            } else if (score.interval().low() < gate) {
                weight = Finding.Weight.UNKNOWN;
                sentence = measured + ", which cannot be told from the gate of " + Wording.percent(gate) + ".";
                remedy = Optional.of("Add items to " + task.id() + ": about 900 would decide it.");
            } else {
                sentence = measured + ", above the gate of " + Wording.percent(gate) + ".";
            }
        }
        return new Finding(
                pillar,
                pillar.lowerCase() + "/" + task.id(),
                weight,
                sentence,
                remedy,
                List.of(Quantity.of(Quantity.SCORE, score, "eval/" + task.id() + ".jsonl")),
                List.of(ref()));
    }

    /** Wilson's interval at 95 %. */
    static Score wilson(long right, int n) {
        double z = 1.959964;
        double p = right / (double) n;
        double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
        double half = z / (1 + z * z / n) * Math.sqrt(p * (1 - p) / n + z * z / (4.0 * n * n));
        return new Score(p, new Interval(middle - half, middle + half), 0.95, n, "Wilson", Score.Stop.LIMITED);
    }

    static Verdict verdict(List<Finding> findings) {
        List<Finding> blocks = of(findings, Finding.Weight.BLOCKS);
        List<Finding> unknown = of(findings, Finding.Weight.UNKNOWN);
        List<Finding> conditions = of(findings, Finding.Weight.CONDITION);
        if (!blocks.isEmpty()) {
            return new Verdict.NotReady(blocks);
        }
        if (!unknown.isEmpty()) {
            return new Verdict.Undecided(unknown);
        }
        return conditions.isEmpty() ? new Verdict.Ready() : new Verdict.ReadyIf(conditions);
    }

    private static List<Finding> of(List<Finding> findings, Finding.Weight weight) {
        return findings.stream().filter(finding -> finding.weight() == weight).toList();
    }

    private EvidenceRef ref() {
        sequence++;
        return new EvidenceRef(sequence, Digest.of("entry " + sequence));
    }
}
