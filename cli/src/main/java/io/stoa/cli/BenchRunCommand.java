package io.stoa.cli;

import io.stoa.assess.EnginePool;
import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.harness.ResultsFolder;
import io.stoa.benchmark.harness.Run;
import io.stoa.benchmark.harness.TaskLibrary;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = {
            "Ask models the documents of tasks, and score their answers as lm-evaluation-harness does.",
            "Answers are kept as they come: the same command goes on where it was stopped, and asks nothing twice."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa bench run quickstart --tasks examples/quickstart/tasks --chat \\",
            "      --model examples/quickstart/models/micro.gguf",
            "  stoa bench run gsm8k mmlu --model model.gguf --limit 100 --output results/",
            "  stoa bench run gsm8k --model http://127.0.0.1:8000/v1#name --max-time 30m",
            "  stoa bench run open-llm-leaderboard-v2 --tasks lm-evaluation-harness/lm_eval/tasks/leaderboard --model"
                    + " m.gguf"
        })
final class BenchRunCommand implements Callable<Integer> {
    private final House house;

    @Parameters(
            arity = "1..*",
            paramLabel = "TASK",
            description = "Tasks, groups or tags; stoa bench tasks lists them.")
    private List<String> names = List.of();

    @Mixin
    private ModelOptions models = new ModelOptions();

    @Mixin
    private TaskOptions tasks = new TaskOptions();

    @Mixin
    private AskOptions asking = new AskOptions();

    @Option(names = "--plan", description = "Say what would be asked, and how long it may take, and end.")
    private boolean plan;

    @Option(
            names = "--max-time",
            paramLabel = "DURATION",
            description = "Ask nothing more after this time, such as 90s, 30m or 2h.")
    private Optional<String> maxTime = Optional.empty();

    @Option(names = "--max-cost", paramLabel = "AMOUNT", description = "Ask nothing more once this was spent.")
    private Optional<Double> maxCost = Optional.empty();

    @Option(
            names = "--price-hour",
            defaultValue = "0",
            paramLabel = "AMOUNT",
            description = "What an hour of this machine costs.")
    private double hour;

    @Option(
            names = "--price-tokens",
            split = ",",
            paramLabel = "PROMPT,ANSWER",
            description = "What a million tokens cost, read and generated, such as 0.5,1.5.")
    private List<Double> tokens = List.of();

    @Option(
            names = "--output",
            paramLabel = "FOLDER",
            description = "Where to write results and samples, as lm-evaluation-harness writes them.")
    private Optional<Path> output = Optional.empty();

    @Option(
            names = "--json",
            description = "Print each model's results as lm-evaluation-harness writes them, one a line.")
    private boolean json;

    BenchRunCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        TaskLibrary library = tasks.library();
        names.forEach(name -> tasks.tellKeptShots(library, name, house.err()));
        try (HubDatasets hub = house.hub()) {
            List<ModelOptions.Chosen> chosen = models.chosen(house);
            boolean complete = true;
            for (ModelOptions.Chosen model : chosen) {
                Run.Settings settings = asking.settings(
                        model,
                        maxTime.map(text -> Arguments.duration("--max-time", text)),
                        maxCost.map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                        prices());
                List<Run> runs = asking.runs(library, names, tasks, hub, settings);
                if (plan) {
                    runs.forEach(run -> tell(model, run.plan()));
                } else {
                    complete &= run(model, runs);
                }
            }
            return (complete ? ExitCode.OK : ExitCode.UNDECIDED).code();
        }
    }

    private Run.Prices prices() {
        if (!tokens.isEmpty() && tokens.size() != 2) {
            throw StoaException.user("--price-tokens: two prices are wanted, such as 0.5,1.5");
        }
        return tokens.isEmpty() ? new Run.Prices(hour, 0, 0) : new Run.Prices(hour, tokens.get(0), tokens.get(1));
    }

    private void tell(ModelOptions.Chosen model, Run.Plan plan) {
        house.out()
                .printf(
                        Locale.ROOT,
                        "%s: %,d tasks, %,d documents, %,d requests; about %,d prompt tokens, at most %,d answer"
                                + " tokens%n",
                        model.candidate().id(),
                        plan.tasks(),
                        plan.documents(),
                        plan.requests(),
                        plan.promptCharacters() / 4,
                        plan.longestAnswers());
        Run.Estimate estimate = plan.estimate(model.candidate(), prices());
        house.out()
                .printf(
                        Locale.ROOT,
                        "%s: at most about %s%s%n",
                        model.candidate().id(),
                        ProgressLine.brief(estimate.time()),
                        estimate.cost() > 0 ? String.format(Locale.ROOT, ", %.2f", estimate.cost()) : "");
    }

    private boolean run(ModelOptions.Chosen model, List<Run> runs) {
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        boolean complete = true;
        try (EnginePool pool = model.pool(house)) {
            for (Run run : runs) {
                Optional<ResultsFolder> folder = output.map(
                        path -> new ResultsFolder(path, model.candidate().id(), house.clock()));
                Run.Outcome outcome = run.ask(
                        model.candidate(),
                        model.build(),
                        pool,
                        line.start(model.candidate().id()),
                        folder);
                line.clear();
                complete &= outcome.stop() == Run.Stop.COMPLETE;
                print(model, outcome);
                folder.ifPresent(where -> house.err().println("stoa: written to " + where.folder()));
            }
        }
        return complete;
    }

    private void print(ModelOptions.Chosen model, Run.Outcome outcome) {
        if (json) {
            outcome.evaluation()
                    .map(evaluation -> evaluation.jsonLine(model.candidate().id()))
                    .ifPresent(house.out()::println);
        } else {
            house.out().println(model.candidate().id());
            outcome.evaluation().ifPresent(evaluation -> BenchTable.print(evaluation, house.out()));
            house.out().println();
        }
        double seconds = outcome.time().toMillis() / 1000.0;
        house.err()
                .printf(
                        Locale.ROOT,
                        "stoa: %s: %,d documents asked, %,d known already; %.1f s, %.0f %% of it in the engine%s%n",
                        model.candidate().id(),
                        outcome.asked(),
                        outcome.known(),
                        seconds,
                        100
                                * outcome.inEngine().toMillis()
                                / Math.max(1.0, (double) outcome.time().toMillis()),
                        outcome.cost() > 0 ? String.format(Locale.ROOT, "; cost %.4f", outcome.cost()) : "");
        switch (outcome.stop()) {
            case COMPLETE -> {
                // Nothing to add.
            }
            case MAX_TIME -> house.err().println("stoa: stopped by --max-time; the same command goes on from there");
            case MAX_COST -> house.err().println("stoa: stopped by --max-cost; the same command goes on from there");
        }
    }
}
