package io.stoa.cli;

import io.stoa.assess.Approver;
import io.stoa.assess.Assessment;
import io.stoa.assess.Assessor;
import io.stoa.assess.Candidates;
import io.stoa.assess.EnginePool;
import io.stoa.assess.FilePillar;
import io.stoa.assess.Plan;
import io.stoa.assess.report.HtmlReport;
import io.stoa.assess.report.JsonReport;
import io.stoa.assess.report.TerminalReport;
import io.stoa.assess.yaml.AssessmentFile;
import io.stoa.assess.yaml.StoaYaml;
import io.stoa.benchmark.BenchmarkPillar;
import io.stoa.benchmark.harness.HarnessTasks;
import io.stoa.engine.EngineOptions;
import io.stoa.hardware.HardwarePillar;
import io.stoa.hardware.machine.ThisMachine;
import io.stoa.integration.IntegrationPillar;
import io.stoa.license.LicensePillar;
import io.stoa.license.clause.Licenses;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.Machine;
import io.stoa.model.StoaException;
import io.stoa.model.Subject;
import io.stoa.store.Artifacts;
import io.stoa.store.SqliteLedger;
import io.stoa.store.approval.SigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "assess",
        description = {
            "Answer, with evidence, which of the models in stoa.yaml can do the job, and what must be done to be"
                    + " allowed to.",
            "",
            "The plan is shown first. Everything measured goes into the ledger at once: killed and started again, the"
                    + " same command goes on where it was. What was measured before under the same conditions is used"
                    + " again.",
            "",
            "Each verdict is signed and appended to the ledger: `stoa serve` serves what is approved so, and `stoa"
                    + " approve` lists, accepts and revokes."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa assess examples/quickstart/stoa.yaml",
            "  stoa assess --json > verdicts.json              stoa.yaml of the current folder",
            "  stoa assess --plan                              only show what would be asked",
            "  stoa assess --fresh --html report.html          measure everything again",
            "",
            "The exit code is the verdict: 0 READY, 10 READY IF, 11 UNDECIDED, 12 NOT READY (the best one counts)."
        })
final class AssessCommand implements Callable<Integer> {
    /** Where the key that signs verdicts lies in Stoa's folder. */
    static final Path SIGNING_KEY = Path.of("keys", "verdicts.pem");

    private static final double CONFIDENCE = 0.95;

    private final House house;

    @Parameters(index = "0", arity = "0..1", paramLabel = "FILE", description = "Default: stoa.yaml")
    private Path file = Path.of("stoa.yaml");

    @Option(names = "--json", description = "Print the report as JSON instead of the table.")
    private boolean json;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the HTML page here, whatever the file says.")
    private Optional<Path> html = Optional.empty();

    @Option(names = "--plan", description = "Show the plan with its estimated time and stop.")
    private boolean planOnly;

    @Option(names = "--fresh", description = "Measure again what the ledger holds already.")
    private boolean fresh;

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Where the ledger and the quantized files are kept; default: .stoa beside the file.")
    private Optional<Path> home = Optional.empty();

    @Option(
            names = "--sign-with",
            paramLabel = "FILE",
            description =
                    "The key that signs the verdicts; default: keys/verdicts.pem in that folder, made when there is"
                            + " none.")
    private Optional<Path> signWith = Optional.empty();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Native threads; default: one less than there are cores.")
    private Optional<Integer> threads = Optional.empty();

    @Option(names = "--quiet", description = "No progress on stderr.")
    private boolean quiet;

    AssessCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        AssessmentFile asked = StoaYaml.read(file);
        Path folder = Optional.ofNullable(file.toAbsolutePath().normalize().getParent())
                .orElse(Path.of("/"));
        Path kept = home.orElse(folder.resolve(".stoa"));
        ThisMachine here = House.thisMachine();
        Machine machine = asked.machine().orElseGet(here::read).at(asked.hourly());
        EngineOptions options = Arguments.checked(
                () -> new EngineOptions(asked.workload().contextTokens(), threads.orElse(House.threads())));
        AssessProgress progress = new AssessProgress(house, quiet);
        Thread farewell = new Thread(progress::interrupted);
        try (SqliteLedger ledger = SqliteLedger.open(kept.resolve("ledger.db"), house.clock());
                EnginePool engines = new EnginePool(candidate -> house.open(candidate, options));
                HarnessTasks harness = new HarnessTasks(house::hub);
                AssessedPipeline pipeline = new AssessedPipeline(house)) {
            Runtime.getRuntime().addShutdownHook(farewell);
            List<Subject> subjects = subjects(asked, machine, ledger, kept, progress);
            String build =
                    house.llama().version() + ", " + options.threads() + " threads, context " + options.contextTokens();
            BenchmarkPillar benchmark = new BenchmarkPillar(engines, build, CONFIDENCE, harness);
            LicensePillar licenses = new LicensePillar(new Licenses());
            Assessor assessor = new Assessor(
                    ledger,
                    List.of(
                            new FilePillar(engines),
                            licenses,
                            new HardwarePillar(engines, build, here.repacking(), House.otherLoad()),
                            new IntegrationPillar(
                                    engines, build, asked.pipeline().map(pipeline::task)),
                            benchmark),
                    benchmark,
                    house.clock(),
                    House.version());
            Plan plan = assessor.plan(asked.name(), digest(asked, subjects, build), subjects);
            progress.plan(plan);
            if (planOnly) {
                return ExitCode.OK.code();
            }
            SigningKey key = SigningKey.obtain(signWith.orElse(kept.resolve(SIGNING_KEY)));
            Assessment assessment = assessor.run(plan, fresh, progress);
            new Approver(ledger, licenses, key, house.clock())
                    .approve(assessment, subjects, asked.useName(), asked.validFor(), folder);
            report(assessment, asked.report(), progress);
            return ExitCode.of(assessment).code();
        } finally {
            progress.done();
            removeHook(farewell);
        }
    }

    private List<Subject> subjects(
            AssessmentFile asked, Machine machine, SqliteLedger ledger, Path kept, AssessProgress progress) {
        Candidates maker =
                new Candidates(ledger.recorder(0), new Artifacts(kept.resolve("artifacts")), house.quantizer());
        List<Subject> subjects = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (AssessmentFile.Model model : asked.models()) {
            for (Candidate candidate : maker.of(model, progress.preparing(model.id()))) {
                if (!ids.add(candidate.id())) {
                    throw StoaException.user(file + ": two candidates are called " + candidate.id()
                            + "; give one of the models another id");
                }
                subjects.add(new Subject(candidate, asked.workload(), machine, asked.use(), model.disclosure()));
            }
        }
        return subjects;
    }

    /** Two runs with the same plan digest ask the same of the same, so that one can go on where the other was killed. */
    private static Digest digest(AssessmentFile asked, List<Subject> subjects, String build) {
        return Digest.of(asked + "\n" + build + "\n" + House.version() + "\n"
                + subjects.stream()
                        .map(subject -> subject.candidate().id() + " "
                                + subject.candidate().identity())
                        .collect(Collectors.joining("\n")));
    }

    private void report(Assessment assessment, AssessmentFile.Report wanted, AssessProgress progress) {
        progress.done();
        house.out()
                .println(
                        json
                                ? JsonReport.render(assessment)
                                : TerminalReport.render(
                                        assessment,
                                        house.terminal().width(),
                                        house.terminal().color()));
        wanted.json().ifPresent(path -> write(path, JsonReport.render(assessment), progress));
        html.or(wanted::html).ifPresent(path -> write(path, HtmlReport.render(assessment), progress));
    }

    private static void write(Path path, String text, AssessProgress progress) {
        try {
            Files.createDirectories(
                    Optional.ofNullable(path.toAbsolutePath().getParent()).orElse(path));
            WholeFile.write(path, text.getBytes(StandardCharsets.UTF_8));
            progress.say("Wrote " + path);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    path + ": the report cannot be written (" + e + "); nothing measured is lost: mend it and run the"
                            + " same command again, or name another place with --html",
                    e);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is going down already, which is what the hook is for.
            System.getLogger("stoa.cli").log(System.Logger.Level.DEBUG, "stopped while ending", e);
        }
    }
}
