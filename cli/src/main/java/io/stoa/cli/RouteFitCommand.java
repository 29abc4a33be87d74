package io.stoa.cli;

import io.stoa.assess.Candidates;
import io.stoa.assess.EnginePool;
import io.stoa.assess.yaml.AssessmentFile;
import io.stoa.assess.yaml.StoaYaml;
import io.stoa.benchmark.BenchmarkPillar;
import io.stoa.benchmark.harness.HarnessTasks;
import io.stoa.benchmark.task.Task;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.gateway.cascade.CascadeFit;
import io.stoa.gateway.cascade.Certificate;
import io.stoa.gateway.cascade.Labelled;
import io.stoa.gateway.cascade.LabelledFiles;
import io.stoa.gateway.cascade.Risk;
import io.stoa.model.Candidate;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import io.stoa.store.SqliteLedger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "fit",
        description = {
            "Fit a cascade of two models and certify what may stay with the small one.",
            "Either asks both models the items of an assessment, or reads answers that are labelled already. Answers"
                    + " are kept as they come: the same command goes on where it was stopped."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa route fit --assessment examples/quickstart/stoa.yaml --small micro-Q8_0 --large mini-F16",
            "  stoa route fit --assessment stoa.yaml --small nano-Q8_0 --large micro-F16 --risk harm --alpha 0.03",
            "  stoa route fit --examples gsm8k_responses.csv --small mixtral --large gpt-4 --alpha 0.1",
            "",
            "Exit code 12: nothing may stay local; the file is written all the same, and sends everything up."
        })
final class RouteFitCommand implements Callable<Integer> {
    private final House house;

    @Option(
            names = "--assessment",
            paramLabel = "FILE",
            description = "A stoa.yaml: its exact-match and harness tasks are asked, as it scores them.")
    private Optional<Path> assessment = Optional.empty();

    @Option(
            names = "--examples",
            paramLabel = "FILE",
            description =
                    "Labelled examples instead: JSON lines of route fit, or RouteLLM's tables (.csv, or a folder of"
                            + " them). May be given several times.")
    private List<Path> files = List.of();

    @Option(
            names = "--small",
            required = true,
            paramLabel = "ID",
            description = "The small model: a candidate's id in the assessment; with --examples its identity.")
    private String small = "";

    @Option(names = "--large", required = true, paramLabel = "ID", description = "The large model, likewise.")
    private String large = "";

    @Option(
            names = "--risk",
            defaultValue = "HARM",
            description = "What is bounded: ${COMPLETION-CANDIDATES}. HARM: small wrong and large right, among all"
                    + " requests; HARM_AMONG_LOCAL and WRONG_AMONG_LOCAL: among local answers; LOSS: mean score lost."
                    + " Default: HARM")
    private Risk risk = Risk.HARM;

    @Option(names = "--alpha", defaultValue = "0.05", description = "The most that it may be. Default: 0.05")
    private double alpha;

    @Option(names = "--delta", defaultValue = "0.05", description = "The chance of a wrong bound. Default: 0.05")
    private double delta;

    @Option(names = "--seed", defaultValue = "1", description = "What deals the examples out. Default: 1")
    private long seed;

    @Option(
            names = "--output",
            defaultValue = "route.json",
            paramLabel = "FILE",
            description = "Where the route goes. Default: route.json")
    private Path output = Path.of("route.json");

    @Option(
            names = "--answers",
            paramLabel = "FILE",
            description = "Where answers are kept. Default: route-answers.jsonl in Stoa's folder")
    private Optional<Path> answers = Optional.empty();

    @Option(
            names = "--examples-output",
            paramLabel = "FILE",
            description = "Write the labelled examples here too, as JSON lines.")
    private Optional<Path> examplesOutput = Optional.empty();

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Where the ledger and the quantized files are kept; default: .stoa beside the assessment.")
    private Optional<Path> home = Optional.empty();

    @Option(names = "--threads", paramLabel = "N", description = "Native threads. Default: one less than cores.")
    private Optional<Integer> threads = Optional.empty();

    @Option(names = "--json", description = "Print certificate and report as JSON.")
    private boolean json;

    RouteFitCommand(House house) {
        this.house = house;
    }

    private record Source(List<Labelled> examples, String small, String large, String template) {}

    @Override
    public Integer call() {
        if (assessment.isPresent() == !files.isEmpty()) {
            throw StoaException.user("name either --assessment or --examples");
        }
        WholeFile.refuseIfUnwritable("--output", output);
        examplesOutput.ifPresent(file -> WholeFile.refuseIfUnwritable("--examples-output", file));
        Source source = assessment
                .map(this::asked)
                .orElseGet(() -> new Source(
                        files.stream()
                                .flatMap(file -> LabelledFiles.read(file).stream())
                                .toList(),
                        small,
                        large,
                        ""));
        examplesOutput.ifPresent(file -> WholeFile.write(
                "--examples-output",
                file,
                source.examples().stream()
                        .map(example -> LabelledFiles.line(example) + "\n")
                        .collect(Collectors.joining())));
        CascadeFit.Fitted fitted = Arguments.checked(() -> CascadeFit.fit(
                source.examples(),
                new CascadeFit.Settings(risk, alpha, delta, seed, source.small(), source.large(), source.template()),
                house.clock().instant()));
        fitted.cascade().write(output);
        report(fitted);
        return fitted.cascade().certificate().kept().isPresent() ? ExitCode.OK.code() : ExitCode.NOT_READY.code();
    }

    private void report(CascadeFit.Fitted fitted) {
        Certificate certificate = fitted.cascade().certificate();
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("id", certificate.id());
            all.put("certificate", certificate);
            all.put("report", fitted.report());
            house.out().println(JsonMapper.shared().writeValueAsString(all));
            return;
        }
        house.out()
                .println("Certificate " + certificate.id() + ", " + certificate.training() + " examples to train, "
                        + certificate.calibration() + " to calibrate: " + certificate.why() + ".");
        house.out().println("It holds for traffic like these examples, for these two models as they are.");
        house.out().println();
        RouteCommand.print(fitted.report(), house.out());
        house.err().println("stoa: wrote " + output);
    }

    private Source asked(Path file) {
        AssessmentFile read = StoaYaml.read(file);
        Path kept = home.orElseGet(() -> file.toAbsolutePath().normalize().resolveSibling(".stoa"));
        EngineOptions options = Arguments.checked(
                () -> new EngineOptions(read.workload().contextTokens(), threads.orElse(House.threads())));
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        try (SqliteLedger ledger = SqliteLedger.open(kept.resolve("ledger.db"), house.clock());
                EnginePool engines = new EnginePool(candidate -> house.open(candidate, options));
                HarnessTasks harness = new HarnessTasks(house::hub)) {
            List<Candidate> pair = pair(file, read, ledger, kept);
            String build = house.llama().version() + ", context " + options.contextTokens();
            List<Task> tasks = tasks(file, new BenchmarkPillar(engines, build, 0.95, harness).tasks(read.workload()));
            RouteAnswers found = new RouteAnswers(answers.orElse(kept.resolve("route-answers.jsonl")));
            for (Candidate candidate : pair) {
                Engine engine = engines.engine(candidate);
                found.ask(candidate.identity(), build, engine, tasks, line.start(candidate.id()));
                line.clear();
            }
            String smallIdentity = pair.getFirst().identity();
            String largeIdentity = pair.getLast().identity();
            return new Source(
                    found.labelled(smallIdentity, largeIdentity, build, tasks),
                    smallIdentity,
                    largeIdentity,
                    "the models' own chat templates");
        }
    }

    /** Other kinds of tasks are scored by what a gateway does not serve. */
    private List<Task> tasks(Path file, List<Task> all) {
        List<Task> tasks = new ArrayList<>();
        for (Task task : all) {
            if (task.needs() == Engine.Capability.GENERATE) {
                tasks.add(task);
            } else {
                house.err().println("stoa: task " + task.id() + " is left out: it generates no answer to keep or not");
            }
        }
        if (tasks.isEmpty()) {
            throw StoaException.user(file + ": has no exact-match or harness task that generates answers");
        }
        return tasks;
    }

    private List<Candidate> pair(Path file, AssessmentFile read, SqliteLedger ledger, Path kept) {
        Candidates maker =
                new Candidates(ledger.recorder(0), new Artifacts(kept.resolve("artifacts")), house.quantizer());
        Map<String, Candidate> byId = new LinkedHashMap<>();
        for (AssessmentFile.Model model : read.models()) {
            maker.of(model, Progress.NONE).forEach(candidate -> byId.put(candidate.id(), candidate));
        }
        List<Candidate> pair = new ArrayList<>();
        for (String id : List.of(small, large)) {
            pair.add(Optional.ofNullable(byId.get(id))
                    .orElseThrow(() -> StoaException.user(
                            file + ": has no candidate " + id + "; its candidates are " + byId.keySet())));
        }
        return pair;
    }
}
