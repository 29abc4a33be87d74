package io.stoa.cli;

import io.stoa.assess.EnginePool;
import io.stoa.benchmark.dataset.DownloadProgress;
import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.harness.Entrant;
import io.stoa.benchmark.harness.Race;
import io.stoa.benchmark.harness.TaskLibrary;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "race",
        description = {
            "May these models replace that one? The first model is the reference; the others are asked the same"
                    + " documents, in an order drawn from a seed, until each is decided.",
            "A model is not inferior when its score is not lower by the margin or more, inferior when it is lower at"
                    + " all. It may be looked at after every document: all decisions together are wrong with at most"
                    + " 5 %% probability (betting, arXiv 2010.09686)."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Example:",
            "  stoa bench race quickstart --tasks examples/quickstart/tasks --chat --margin 0.02 \\",
            "      --model micro-F16.gguf --model micro-Q8_0.gguf --model micro-Q2_K.gguf"
        })
final class BenchRaceCommand implements Runnable {
    private final House house;

    @Parameters(index = "0", paramLabel = "TASK", description = "A task, a group or a tag.")
    private String name = "";

    @Mixin
    private ModelOptions models = new ModelOptions();

    @Mixin
    private TaskOptions tasks = new TaskOptions();

    @Option(
            names = "--margin",
            defaultValue = "0.02",
            description = "The loss of score that is accepted. Default: ${DEFAULT-VALUE}")
    private double margin = 0.02;

    @Option(names = "--confidence", defaultValue = "0.95", description = "Default: ${DEFAULT-VALUE}")
    private double confidence = 0.95;

    @Mixin
    private AskOptions asking = new AskOptions();

    @Option(
            names = "--order-seed",
            defaultValue = "0",
            description = "Of the documents' order. Default: ${DEFAULT-VALUE}")
    private long orderSeed;

    @Option(names = "--json", description = "Print the standings as JSON.")
    private boolean json;

    BenchRaceCommand(House house) {
        this.house = house;
    }

    /** What {@code --json} prints. */
    record Result(
            String reference,
            int documents,
            long orderSeed,
            double margin,
            double confidence,
            List<Race.Standing> models) {}

    @Override
    public void run() {
        TaskLibrary library = tasks.library();
        tasks.tellKeptShots(library, name, house.err());
        List<ModelOptions.Chosen> chosen = models.chosen(house);
        if (chosen.size() < 2) {
            throw StoaException.user("--model: name the reference and at least one other model");
        }
        Race.Settings settings =
                Arguments.checked(() -> new Race.Settings(asking.settings(), orderSeed, margin, confidence));
        Map<String, EnginePool> pools = new LinkedHashMap<>();
        List<Entrant> entrants = new ArrayList<>();
        for (ModelOptions.Chosen model : chosen) {
            EnginePool pool = model.pool(house);
            pools.put(model.candidate().id(), pool);
            entrants.add(model.entrant(pool));
        }
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        try (HubDatasets hub = house.hub();
                Race race = new Race(
                        library,
                        name,
                        tasks.overrides(),
                        tasks.data(library, name, hub, DownloadProgress.NONE),
                        settings,
                        entrants.getFirst(),
                        entrants.subList(1, entrants.size()))) {
            List<Race.Standing> standings = race.run(
                    line.start(name),
                    decided -> Optional.ofNullable(pools.get(decided.model())).ifPresent(EnginePool::close));
            line.clear();
            if (json) {
                house.out()
                        .println(JsonMapper.shared()
                                .writeValueAsString(new Result(
                                        entrants.getFirst().model().id(),
                                        race.documents(),
                                        orderSeed,
                                        margin,
                                        confidence,
                                        standings)));
            } else {
                print(entrants.getFirst().model().id(), race.documents(), standings);
            }
        } finally {
            pools.values().forEach(EnginePool::close);
        }
    }

    private void print(String reference, int documents, List<Race.Standing> standings) {
        house.out()
                .printf(
                        Locale.ROOT,
                        "against %s, %,d documents, margin %.1f points, order from seed %d%n%n",
                        reference,
                        documents,
                        100 * margin,
                        orderSeed);
        int width = Math.max(
                5,
                standings.stream().mapToInt(one -> one.model().length()).max().orElse(0));
        house.out()
                .printf(
                        Locale.ROOT,
                        "%-" + width + "s  %-13s %16s  %7s  %9s  %s%n",
                        "model",
                        "decision",
                        "documents needed",
                        "score",
                        "reference",
                        "difference");
        for (Race.Standing standing : standings) {
            String decision = standing.outcome()
                    .map(outcome -> switch (outcome) {
                        case NOT_INFERIOR -> "not inferior";
                        case INFERIOR -> "inferior";
                        case FIRST_BETTER, SECOND_BETTER, ALIKE -> outcome.toString();
                    })
                    .orElse("undecided");
            house.out()
                    .printf(
                            Locale.ROOT,
                            "%-" + width + "s  %-13s %,8d (%4.1f %%)  %5.1f %%  %7.1f %%  %+.1f to %+.1f points%n",
                            standing.model(),
                            decision,
                            standing.documents(),
                            100.0 * standing.documents() / documents,
                            100 * standing.score(),
                            100 * standing.reference(),
                            100 * standing.difference().low(),
                            100 * standing.difference().high());
        }
    }
}
