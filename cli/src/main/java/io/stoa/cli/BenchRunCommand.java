package io.stoa.cli;

import io.stoa.assess.EnginePool;
import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.harness.Budget;
import io.stoa.benchmark.harness.ResultsFolder;
import io.stoa.benchmark.harness.Run;
import io.stoa.benchmark.harness.TaskLibrary;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
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
            description = "Ask nothing more after this time, such as 90s, 30m or 2h: all tasks of all models together.")
    private Optional<String> maxTime = Optional.empty();

    @Option(
            names = "--max-cost",
            paramLabel = "AMOUNT",
            description = "Ask nothing more once this was spent, on all tasks of all models together.")
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
            description =
                    "What a million tokens cost, read and generated, such as 0.5,1.5. Of a choice that is scored the"
                            + " prompt and the choice are read.")
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
        Budget budget = Arguments.checked(() -> new Budget(
                maxTime.map(text -> Arguments.duration("--max-time", text)),
                maxCost.map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                prices()));
        TaskLibrary library = tasks.library();
        names.forEach(name -> tasks.tellKeptShots(library, name, house.err()));
        try (HubDatasets hub = house.hub()) {
            List<ModelOptions.Chosen> chosen = models.chosen(house);
            List<Run> runs = asking.runs(library, names, tasks, hub);
            if (plan) {
                chosen.forEach(model -> runs.forEach(run -> tell(model, run.plan())));
                return ExitCode.OK.code();
            }
            List<String> undone = new ArrayList<>();
            Run.Stop stop = Run.Stop.COMPLETE;
            for (ModelOptions.Chosen model : chosen) {
                stop = run(model, runs, budget, stop, undone);
            }
            return tellEnd(stop, undone).code();
        }
    }

    /**
     * Asks one model, unless something has ended before.
     *
     * @param undone is told what is left
     * @return what has ended
     */
    private Run.Stop run(
            ModelOptions.Chosen model, List<Run> runs, Budget budget, Run.Stop before, List<String> undone) {
        Run.Stop stop = before;
        try (EnginePool pool = model.pool(house)) {
            for (int i = 0; i < runs.size(); i++) {
                String what = model.candidate().id() + ", " + names.get(i);
                stop = stop == Run.Stop.COMPLETE ? budget.stop() : stop;
                if (stop != Run.Stop.COMPLETE) {
                    undone.add(what + ": not begun");
                    continue;
                }
                Run.Outcome outcome = run(model, runs.get(i), pool, budget);
                stop = outcome.stop();
                if (outcome.undone() > 0) {
                    undone.add(String.format(
                            Locale.ROOT,
                            "%s: %,d of %,d documents",
                            what,
                            outcome.undone(),
                            outcome.undone() + outcome.asked() + outcome.known()));
                }
            }
        }
        return stop;
    }

    private Run.Outcome run(ModelOptions.Chosen model, Run run, EnginePool pool, Budget budget) {
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        Optional<ResultsFolder> folder =
                output.map(path -> new ResultsFolder(path, model.candidate().id(), house.clock()));
        Run.Outcome outcome = run.ask(
                model.entrant(pool), budget, line.start(model.candidate().id()), folder);
        line.clear();
        print(model, outcome);
        if (outcome.evaluation().isPresent()) {
            folder.ifPresent(where -> house.err().println("stoa: written to " + where.folder()));
        }
        return outcome;
    }

    private ExitCode tellEnd(Run.Stop stop, List<String> undone) {
        if (undone.isEmpty()) {
            return ExitCode.OK;
        }
        String by = switch (stop) {
            case MAX_TIME -> "--max-time " + maxTime.orElseThrow();
            case MAX_COST -> "--max-cost " + maxCost.orElseThrow();
            case INTERRUPTED, COMPLETE -> "an interruption";
        };
        house.err().println("stoa: stopped by " + by + "; the same command goes on from there. Left undone:");
        undone.forEach(what -> house.err().println("stoa:   " + what));
        return stop == Run.Stop.INTERRUPTED ? ExitCode.INTERRUPTED : ExitCode.UNDECIDED;
    }

    private Budget.Prices prices() {
        if (!tokens.isEmpty() && tokens.size() != 2) {
            throw StoaException.user("--price-tokens: two prices are wanted, such as 0.5,1.5");
        }
        return tokens.isEmpty() ? new Budget.Prices(hour, 0, 0) : new Budget.Prices(hour, tokens.get(0), tokens.get(1));
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

    private void print(ModelOptions.Chosen model, Run.Outcome outcome) {
        if (json) {
            outcome.evaluation()
                    .map(evaluation -> evaluation.jsonLine(model.candidate().id()))
                    .ifPresent(house.out()::println);
        } else {
            outcome.evaluation().ifPresent(evaluation -> {
                house.out().println(model.candidate().id());
                BenchTable.print(evaluation, house.out());
                house.out().println();
            });
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
    }
}
