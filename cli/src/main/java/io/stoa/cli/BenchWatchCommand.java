package io.stoa.cli;

import io.stoa.assess.EnginePool;
import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.harness.Budget;
import io.stoa.benchmark.harness.Entrant;
import io.stoa.benchmark.harness.Evaluation;
import io.stoa.benchmark.harness.ResultsFolder;
import io.stoa.benchmark.harness.Run;
import io.stoa.benchmark.harness.TaskLibrary;
import io.stoa.benchmark.harness.Watch;
import io.stoa.model.Candidate;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "watch",
        description = {
            "Ask models again and again, and hold each round's results against a baseline as bench gate does.",
            "Prints a line a round: when, the verdict, and each score before and after. A round that fails, because an"
                    + " endpoint is down, is told and does not end it."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Of an endpoint every round asks anew; a file's answers are kept, because the same file answers the same.",
            "Exit code, with --times: that of the last round, as bench gate gives it.",
            "",
            "Examples:",
            "  stoa bench watch gsm8k --model http://127.0.0.1:8000/v1 --limit 200 --every 1h \\",
            "      --baseline results/base --output results/nightly",
            "  stoa bench watch gsm8k --model model.gguf --on-change --baseline results/base --output results/new",
            "  stoa bench watch gsm8k --model model.gguf --on-change --baseline results/base --output results/new --json"
        })
final class BenchWatchCommand implements Callable<Integer> {
    private final House house;

    @Parameters(arity = "1..*", paramLabel = "TASK", description = "Tasks, groups or tags.")
    private List<String> names = List.of();

    @Mixin
    private ModelOptions models = new ModelOptions();

    @Mixin
    private TaskOptions tasks = new TaskOptions();

    @Mixin
    private AskOptions asking = new AskOptions();

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            description = "The time between rounds, such as 1h; with --on-change between looks. Default there: 10s")
    private Optional<String> every = Optional.empty();

    @Option(
            names = "--on-change",
            description = "Begin a round only when a file's content or an endpoint's list of models has changed.")
    private boolean onChange;

    @Option(
            names = "--baseline",
            required = true,
            paramLabel = "FOLDER",
            description = "The results that are in place, as bench run writes them.")
    private Path baseline = Path.of("");

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FOLDER",
            description = "Where each round's results and samples go.")
    private Path output = Path.of("");

    @Option(
            names = "--margin",
            defaultValue = "0.02",
            paramLabel = "LOSS",
            description = "The loss that is still accepted. Default: ${DEFAULT-VALUE}")
    private double margin = 0.02;

    @Option(names = "--times", paramLabel = "N", description = "End after so many rounds. Default: never")
    private Optional<Integer> times = Optional.empty();

    @Option(names = "--json", description = "Print each round as JSON, one object a line.")
    private boolean json;

    /** Part of what endpoints' answers are kept by, so that a round asks anew, but one that failed goes on. */
    private String mark = "";

    BenchWatchCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        if (every.isEmpty() && !onChange) {
            throw StoaException.user("say when: --every 1h, or --on-change");
        }
        Duration pause = Arguments.duration("--every", every.orElse("10s"));
        Watch.Settings settings = Arguments.checked(() -> new Watch.Settings(
                baseline, margin, pause, times.map(OptionalInt::of).orElse(OptionalInt.empty())));
        Optional<Supplier<String>> state = onChange ? Optional.of(models.state(house)) : Optional.empty();
        TaskLibrary library = tasks.library();
        names.forEach(name -> tasks.tellKeptShots(library, name, house.err()));
        try (HubDatasets hub = house.hub()) {
            mark = house.clock().instant().toString();
            Optional<Watch.Round> last = new Watch(settings, house.clock(), Thread::sleep)
                    .run(
                            state,
                            () -> ask(library, hub),
                            round -> house.out().println(json ? round.json() : round.line()),
                            notice -> house.err().println("stoa: " + notice));
            return last.map(BenchWatchCommand::code)
                    .orElse(ExitCode.INTERRUPTED)
                    .code();
        }
    }

    private static ExitCode code(Watch.Round round) {
        return switch (round) {
            case Watch.Round.Judged judged -> ExitCode.of(judged.verdict());
            case Watch.Round.Failed failed -> ExitCode.of(failed.why().kind());
        };
    }

    private List<Watch.Asked> ask(TaskLibrary library, HubDatasets hub) {
        List<Watch.Asked> asked = new ArrayList<>();
        for (ModelOptions.Chosen model : models.chosen(house)) {
            asked.add(ask(model, asking.runs(library, names, tasks, hub)));
        }
        mark = house.clock().instant().toString();
        return asked;
    }

    private Watch.Asked ask(ModelOptions.Chosen model, List<Run> runs) {
        String build = switch (model.candidate()) {
            case Candidate.GgufFile _ -> model.build();
            case Candidate.RemoteModel _ -> model.build() + ", round of " + mark;
        };
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        List<String> judged = new ArrayList<>();
        Path place = output;
        try (EnginePool pool = model.pool(house)) {
            for (Run run : runs) {
                try (ResultsFolder folder =
                        new ResultsFolder(output, model.candidate().id(), house.clock())) {
                    place = folder.folder();
                    run.ask(
                                    new Entrant(
                                            model.candidate(),
                                            build,
                                            model.options().contextTokens(),
                                            pool),
                                    Budget.unlimited(),
                                    line.start(model.candidate().id()),
                                    Optional.of(folder))
                            .evaluation()
                            .map(Evaluation::topmost)
                            .ifPresent(judged::addAll);
                } finally {
                    line.clear();
                }
            }
        }
        return new Watch.Asked(place, judged);
    }
}
