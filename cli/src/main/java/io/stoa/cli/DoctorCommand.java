package io.stoa.cli;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.doctor.Diagnosis;
import io.stoa.engine.doctor.Doctor;
import io.stoa.engine.doctor.Outcome;
import io.stoa.engine.gguf.Preflight;
import io.stoa.engine.remote.ModelList;
import io.stoa.engine.serve.EngineServer;
import io.stoa.engine.serve.Listen;
import io.stoa.engine.serve.ServerOptions;
import io.stoa.model.StoaException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "doctor",
        description = {
            "Find out whether an endpoint does what it says: a battery of checks over the OpenAI protocol.",
            "With --reference, the same model as a GGUF file, it also compares tokens, chat template, log-probabilities"
                    + " and answers. A GGUF file instead of an address is served here and examined against itself."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa doctor http://127.0.0.1:8080/v1",
            "  stoa doctor http://127.0.0.1:8080/v1 --reference model.gguf --json",
            "  stoa doctor https://api.example.com/v1 --model big --key-env BIG_KEY",
            "  stoa doctor model.gguf",
            "",
            "Exit codes: 0 when no check failed, 21 when one did."
        })
final class DoctorCommand implements Callable<Integer> {
    private static final int CONTEXT = 2048;

    private final House house;

    @Parameters(index = "0", paramLabel = "URL|FILE", description = "The endpoint's base address, or a GGUF file.")
    private String subject = "";

    @Option(names = "--model", description = "The model to ask for. Default: the first that the endpoint lists")
    private Optional<String> model = Optional.empty();

    @Option(
            names = "--key-env",
            paramLabel = "VARIABLE",
            description = "The environment variable with the endpoint's key.")
    private Optional<String> keyVariable = Optional.empty();

    @Option(names = "--reference", paramLabel = "FILE", description = "The same model as a GGUF file.")
    private Optional<Path> reference = Optional.empty();

    @Option(names = "--timeout", defaultValue = "60", description = "Seconds for everything. Default: ${DEFAULT-VALUE}")
    private int seconds = 60;

    @Option(names = "--json", description = "Print the results as JSON.")
    private boolean json;

    DoctorCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        if (seconds < 1) {
            throw StoaException.user("--timeout " + seconds + ": must be at least one second");
        }
        Diagnosis diagnosis = isAddress() ? endpoint() : file();
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(document(diagnosis)));
        } else {
            summarize(diagnosis);
        }
        return (diagnosis.isHealthy() ? ExitCode.OK : ExitCode.UNHEALTHY).code();
    }

    private boolean isAddress() {
        return subject.startsWith("http://") || subject.startsWith("https://");
    }

    private Diagnosis endpoint() {
        Optional<String> key = keyVariable.map(house::key);
        URI base = Arguments.checked(() -> URI.create(subject));
        String name = model.orElseGet(() -> ModelList.first(base, key, Duration.ofSeconds(10)));
        if (reference.isEmpty()) {
            return examine(base, name, key, Optional.empty());
        }
        try (Engine engine = house.llama().open(reference.get(), options(reference.get()))) {
            return examine(base, name, key, Optional.of(engine));
        }
    }

    private Diagnosis file() {
        Path file = Path.of(subject);
        EngineOptions options = options(file);
        String name = String.valueOf(file.getFileName());
        ServerOptions serving =
                new ServerOptions(new Listen.Tcp("127.0.0.1", 0), name, Map.of(), Optional.empty(), false);
        try (Engine alone = house.llama().open(file, options);
                Engine served =
                        house.llama().open(file, EngineOptions.serving(options.contextTokens(), options.threads(), 4));
                EngineServer server = EngineServer.start(served, serving)) {
            return examine(URI.create(server.address() + "/v1"), name, Optional.empty(), Optional.of(alone));
        }
    }

    private static EngineOptions options(Path file) {
        int context = (int) Math.min(
                CONTEXT,
                Preflight.examine(file).hyperParameter("context_length").orElse(CONTEXT));
        return new EngineOptions(context, House.threads());
    }

    private Diagnosis examine(URI base, String name, Optional<String> key, Optional<Engine> engine) {
        try (Doctor doctor =
                new Doctor(base, name, key, engine, Duration.ofSeconds(seconds), json ? result -> {} : this::tell)) {
            return doctor.examine();
        }
    }

    private void tell(Diagnosis.Examined examined) {
        String line = switch (examined.outcome()) {
            case Outcome.Passed(String evidence) -> "ok       %-18s %s".formatted(examined.check(), evidence);
            case Outcome.Failed(String fault, String evidence, String _) ->
                "FAILED   %-18s %s: %s".formatted(examined.check(), fault, evidence);
            case Outcome.NotApplicable(String why) -> "-        %-18s %s".formatted(examined.check(), why);
            case Outcome.Unknown(String why) -> "unknown  %-18s %s".formatted(examined.check(), why);
        };
        house.out().println(line);
        house.out().flush();
    }

    private void summarize(Diagnosis diagnosis) {
        List<Diagnosis.Examined> failed = diagnosis.failed();
        house.out()
                .printf(
                        Locale.ROOT,
                        "%n%s: %s (%d checks, %.1f s)%n",
                        subject,
                        failed.isEmpty() ? "nothing wrong was found" : failed.size() + " faults",
                        diagnosis.checks().size(),
                        diagnosis.took().toMillis() / 1000.0);
        for (Diagnosis.Examined examined : failed) {
            if (examined.outcome() instanceof Outcome.Failed(String fault, String _, String nextStep)) {
                house.out().println("  " + fault + ": " + nextStep);
            }
        }
    }

    record Line(
            String check,
            String meaning,
            String outcome,
            String said,
            Optional<String> evidence,
            Optional<String> nextStep) {}

    record Document(String subject, boolean healthy, double seconds, List<Line> checks) {}

    private static Document document(Diagnosis diagnosis) {
        List<Line> lines = new ArrayList<>();
        for (Diagnosis.Examined examined : diagnosis.checks()) {
            String check = examined.check().toString();
            String meaning = examined.check().meaning();
            lines.add(
                    switch (examined.outcome()) {
                        case Outcome.Passed(String evidence) ->
                            new Line(check, meaning, "passed", evidence, Optional.empty(), Optional.empty());
                        case Outcome.Failed(String fault, String evidence, String nextStep) ->
                            new Line(check, meaning, "failed", fault, Optional.of(evidence), Optional.of(nextStep));
                        case Outcome.NotApplicable(String why) ->
                            new Line(check, meaning, "not-applicable", why, Optional.empty(), Optional.empty());
                        case Outcome.Unknown(String why) ->
                            new Line(check, meaning, "unknown", why, Optional.empty(), Optional.empty());
                    });
        }
        return new Document(
                diagnosis.subject(), diagnosis.isHealthy(), diagnosis.took().toMillis() / 1000.0, lines);
    }
}
