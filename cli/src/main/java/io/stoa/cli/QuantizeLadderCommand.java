package io.stoa.cli;

import io.stoa.assess.EnginePool;
import io.stoa.benchmark.dataset.DownloadProgress;
import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.harness.Entrant;
import io.stoa.benchmark.harness.Race;
import io.stoa.benchmark.harness.TaskLibrary;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.Prompt;
import io.stoa.engine.llama.ImportanceMatrix;
import io.stoa.hardware.quant.Decision;
import io.stoa.hardware.quant.Ladder;
import io.stoa.hardware.quant.LadderResult;
import io.stoa.hardware.quant.LadderSource;
import io.stoa.hardware.quant.Margins;
import io.stoa.hardware.quant.MeasuredRung;
import io.stoa.hardware.quant.PlannedRung;
import io.stoa.hardware.quant.Prior;
import io.stoa.hardware.quant.Priors;
import io.stoa.hardware.quant.RungNotes;
import io.stoa.hardware.quant.RungTally;
import io.stoa.hardware.quant.SpeedTrial;
import io.stoa.hardware.quant.TaskComparison;
import io.stoa.hardware.quant.TaskOutcome;
import io.stoa.hardware.quant.TensorMix;
import io.stoa.hardware.speed.SpeedMeasurement;
import io.stoa.hardware.speed.SpeedProbe;
import io.stoa.hardware.speed.Spread;
import io.stoa.model.Bytes;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "ladder",
        description = {
            "Find the smallest quantization that loses no more than a margin: rungs are made one at a time, read on a text"
                    + " beside the base, and left as soon as they are decided. Nothing stays but the result (--keep).",
            "A ladder that was stopped goes on where it was."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa quantize ladder mini.gguf --plan                        sizes to the byte, and what others published",
            "  stoa quantize ladder mini.gguf --text work.txt               the cheapest type",
            "  stoa quantize ladder mini.gguf --text work.txt --all --json  every type",
            "  stoa quantize ladder mini.gguf --text work.txt --task questions --tasks my-tasks/ --max-drop 0.02",
            "  stoa quantize ladder mini.gguf --text work.txt --mix mini-mix.gguf   a type for each layer"
        })
final class QuantizeLadderCommand implements Callable<Integer> {
    private static final Duration SPEED_BUDGET = Duration.ofSeconds(2);
    private static final int PROMPT_TOKENS = 256;
    private static final int ANSWER_TOKENS = 64;

    private final House house;

    @Parameters(index = "0", paramLabel = "MODEL", description = "The GGUF file, in F16, BF16 or F32.")
    private Path model = Path.of("");

    @Option(names = "--text", paramLabel = "TEXT", description = "A UTF-8 text like the model's work.")
    private Optional<Path> text = Optional.empty();

    @Option(
            names = "--types",
            split = ",",
            paramLabel = "TYPE",
            description = "Only these, such as Q8_0,Q4_K_M. Default: all that fit the model")
    private List<String> types = List.of();

    @Option(
            names = "--max-kl",
            paramLabel = "NATS",
            defaultValue = "0.05",
            description = "The largest mean KL divergence from the base, in nats a token. Default: ${DEFAULT-VALUE}")
    private double maxDivergence = 0.05;

    @Option(
            names = "--max-flips",
            paramLabel = "SHARE",
            description = "The largest share of tokens for which another one becomes the likeliest, such as 0.1.")
    private Optional<Double> maxFlips = Optional.empty();

    @Option(
            names = "--confidence",
            defaultValue = "0.95",
            description = "Of each decision, at all looks together. Default: ${DEFAULT-VALUE}")
    private double confidence = 0.95;

    @Option(
            names = "--window",
            paramLabel = "N",
            defaultValue = "128",
            description = "Tokens of a window; its first half is only read. Default: ${DEFAULT-VALUE}")
    private int window = 128;

    @Option(
            names = "--order-seed",
            defaultValue = "0",
            description = "Of the windows' and documents' order. Default: ${DEFAULT-VALUE}")
    private long orderSeed;

    @Option(names = "--all", description = "Measure every type, not only those that are needed to name the cheapest.")
    private boolean all;

    @Option(names = "--plan", description = "Measure nothing: print sizes, and what others published.")
    private boolean planOnly;

    @Option(
            names = "--imatrix",
            paramLabel = "FILE",
            description = "An importance matrix (llama.cpp's GGUF or .dat); brings the types below three bits.")
    private Optional<Path> imatrix = Optional.empty();

    @Option(
            names = "--mix",
            paramLabel = "TO",
            description = "Instead of a ladder: give each layer the type that it can bear, and write one file.")
    private Optional<Path> mix = Optional.empty();

    @Option(names = "--speed", description = "Measure the speed of each type that is not inferior.")
    private boolean speed;

    @Option(
            names = "--task",
            paramLabel = "NAME",
            description = "Ask base and rung the documents of a task (see stoa bench tasks).")
    private Optional<String> task = Optional.empty();

    @Option(
            names = "--max-drop",
            paramLabel = "SHARE",
            defaultValue = "0.02",
            description = "With --task: the loss of score that is accepted. Default: ${DEFAULT-VALUE}")
    private double maxDrop = 0.02;

    @Mixin
    private TaskOptions tasks = new TaskOptions();

    @Mixin
    private AskOptions asking = new AskOptions();

    @Option(
            names = "--work",
            paramLabel = "FOLDER",
            defaultValue = ".stoa/ladder",
            description = "Where rungs are made and measurements kept. Default: ${DEFAULT-VALUE}")
    private Path work = Path.of(".stoa", "ladder");

    @Option(
            names = "--keep",
            paramLabel = "FOLDER",
            description =
                    "Keep the measured files here, as MODEL-TYPE.gguf; replaces files of those names. What was measured"
                            + " before is made again, and not measured again.")
    private Optional<Path> keep = Optional.empty();

    @Option(names = "--json", description = "Print everything as JSON.")
    private boolean json;

    QuantizeLadderCommand(House house) {
        this.house = house;
    }

    /** What {@code --plan --json} prints of a type. */
    record Planned(String type, long bytes, double bitsPerWeight, Optional<Prior> declared) {}

    /** What {@code --json} prints. */
    record Told(LadderResult ladder, double shareRead, String by, String textSha256) {}

    @Override
    public Integer call() {
        Margins margins = Arguments.checked(() -> new Margins(
                maxDivergence, maxFlips.map(OptionalDouble::of).orElse(OptionalDouble.empty()), confidence));
        Optional<ImportanceMatrix> importance = imatrix.map(ImportanceMatrix::read);
        if (planOnly) {
            plan(ladder(margins, importance, "", "").plan(typesOr(importance), !types.isEmpty()));
            return ExitCode.OK.code();
        }
        Path file = text.orElseThrow(
                () -> StoaException.user("--text: name a text like the model's work, or ask for --plan"));
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        String read = WholeText.of(file);
        mix.ifPresent(this::refuseUnwritable);
        WholeFile.makeFolder("--work", work);
        keep.ifPresent(folder -> WholeFile.makeFolder("--keep", folder));
        String digest = Artifacts.digestOf(model, Progress.NONE).hex();
        if (mix.isPresent()) {
            return mixed(source(read, digest, importance), margins, mix.get(), line);
        }
        Ladder ladder = ladder(margins, importance, read, digest);
        Ladder.Plan plan = ladder.plan(typesOr(importance), !types.isEmpty());
        try (HubDatasets hub = house.hub()) {
            Ladder.Options options = new Ladder.Options(
                    work,
                    keep,
                    speed ? Optional.of(speedTrial()) : Optional.empty(),
                    task.map(name -> taskComparison(name, hub)),
                    all);
            LadderResult result =
                    ladder.climb(plan, options, new RungNotes(work), line.start("reading on each type"), rung -> {
                        line.clear();
                        if (house.terminal().err()) {
                            house.err().println(row(rung));
                        }
                    });
            line.clear();
            if (json) {
                house.out()
                        .println(JsonMapper.shared()
                                .writeValueAsString(new Told(
                                        result,
                                        result.shareRead(),
                                        house.llama().version(),
                                        Artifacts.digestOf(file, Progress.NONE).hex())));
            } else {
                print(result);
            }
            return exit(result).code();
        }
    }

    private List<String> typesOr(Optional<ImportanceMatrix> importance) {
        if (!types.isEmpty()) {
            return types.stream().map(type -> type.toUpperCase(Locale.ROOT)).toList();
        }
        return importance.isPresent()
                ? house.llama().quantizationsWithImportance()
                : house.llama().supportedQuantizations();
    }

    private Ladder ladder(Margins margins, Optional<ImportanceMatrix> importance, String read, String digest) {
        return new Ladder(source(read, digest, importance), margins);
    }

    private LadderSource source(String read, String digest, Optional<ImportanceMatrix> importance) {
        return new LadderSource(
                house.llama(),
                model,
                digest,
                read,
                importance,
                imatrix.map(path -> Artifacts.digestOf(path, Progress.NONE).hex())
                        .orElse(""),
                window,
                orderSeed,
                House.threads());
    }

    private static ExitCode exit(LadderResult result) {
        if (result.cheapest().isPresent()) {
            return ExitCode.OK;
        }
        boolean undecided = result.rungs().stream().anyMatch(rung -> rung.decision() == Decision.UNDECIDED);
        return undecided ? ExitCode.UNDECIDED : ExitCode.NOT_READY;
    }

    private SpeedTrial speedTrial() {
        SpeedProbe probe = new SpeedProbe(House.otherLoad()::now, SPEED_BUDGET);
        return new SpeedTrial() {
            @Override
            public SpeedMeasurement measure(Path gguf) {
                EngineOptions options = new EngineOptions(PROMPT_TOKENS + 2 * ANSWER_TOKENS, House.threads());
                try (Engine engine = house.llama().open(gguf, options)) {
                    return probe.measure(engine, Prompt.Text::new, PROMPT_TOKENS, ANSWER_TOKENS, Progress.NONE);
                }
            }

            @Override
            public String identity() {
                return house.speedCalibration().fingerprint() + ", " + House.threads() + " threads, " + PROMPT_TOKENS
                        + " and " + ANSWER_TOKENS + " tokens";
            }
        };
    }

    private final class TaskRace implements TaskComparison {
        private final String name;
        private final HubDatasets hub;
        private Optional<String> identity = Optional.empty();

        TaskRace(String name, HubDatasets hub) {
            this.name = name;
            this.hub = hub;
        }

        @Override
        public TaskOutcome compare(Path base, Path rung) {
            TaskLibrary library = tasks.library();
            Race.Settings settings =
                    Arguments.checked(() -> new Race.Settings(asking.settings(), orderSeed, maxDrop, confidence));
            ModelOptions.Chosen first = chosen(base);
            ModelOptions.Chosen second = chosen(rung);
            try (EnginePool firstPool = first.pool(house);
                    EnginePool secondPool = second.pool(house);
                    Race race = new Race(
                            library,
                            name,
                            tasks.overrides(),
                            tasks.data(library, name, hub, DownloadProgress.NONE),
                            settings,
                            first.entrant(firstPool),
                            List.<Entrant>of(second.entrant(secondPool)))) {
                Race.Standing standing = race.run(Progress.NONE, _ -> {}).getFirst();
                return new TaskOutcome(
                        name,
                        standing.documents(),
                        standing.reference(),
                        standing.score(),
                        standing.difference(),
                        standing.outcome()
                                .map(outcome -> switch (outcome) {
                                    case NOT_INFERIOR, ALIKE, FIRST_BETTER -> Decision.NOT_INFERIOR;
                                    case INFERIOR, SECOND_BETTER -> Decision.INFERIOR;
                                })
                                .orElse(Decision.UNDECIDED));
            }
        }

        private ModelOptions.Chosen chosen(Path file) {
            return new ModelOptions(file.toString(), Optional.empty(), Optional.empty(), Optional.empty())
                    .chosen(house)
                    .getFirst();
        }

        /** The documents are read for it once. */
        @Override
        public String identity() {
            String known = identity.orElseGet(() -> {
                TaskLibrary library = tasks.library();
                Digest asked = Race.identity(
                        library,
                        name,
                        tasks.overrides(),
                        tasks.data(library, name, hub, DownloadProgress.NONE),
                        asking.settings());
                return name + " " + maxDrop + " " + asked.hex();
            });
            identity = Optional.of(known);
            return known;
        }
    }

    private TaskComparison taskComparison(String name, HubDatasets hub) {
        return new TaskRace(name, hub);
    }

    private void plan(Ladder.Plan plan) {
        List<Planned> planned = plan.rungs().stream().map(this::planned).toList();
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(planned));
            return;
        }
        line("%-8s %13s %6s  %s", "type", "bytes", "bits", "published (declared, of another model)");
        for (Planned rung : planned) {
            line(
                    "%-8s %,13d %6.3f  %s",
                    rung.type(),
                    rung.bytes(),
                    rung.bitsPerWeight(),
                    rung.declared()
                            .map(prior -> String.format(
                                    Locale.ROOT,
                                    "KL %.4f ± %.4f nats a token, perplexity %+.3f%s",
                                    prior.divergence(),
                                    prior.divergenceError(),
                                    prior.perplexityRise(),
                                    prior.sameTop().isPresent()
                                            ? String.format(
                                                    Locale.ROOT,
                                                    ", flips %.1f %%",
                                                    100 * (1 - prior.sameTop().getAsDouble()))
                                            : ""))
                            .orElse("nothing"));
        }
        left(plan.untried());
        line("%nPublished figures are of %s.", Priors.SOURCE);
    }

    private Planned planned(PlannedRung rung) {
        return new Planned(
                rung.type(),
                rung.plan().file().count(),
                rung.plan().bitsPerWeight(),
                Priors.of(rung.type(), imatrix.isPresent()));
    }

    private void left(List<LadderResult.Untried> untried) {
        untried.stream()
                .collect(Collectors.groupingBy(
                        LadderResult.Untried::reason,
                        Collectors.mapping(LadderResult.Untried::type, Collectors.joining(", "))))
                .forEach((reason, left) -> line("not tried, %s: %s", reason, left));
    }

    private void print(LadderResult result) {
        line(
                "%s, %s; %,d windows of %d tokens, order from seed %d; at most %s nats a token at %.0f %%%n",
                result.base(),
                new Bytes(result.baseBytes()),
                result.windows(),
                result.window(),
                result.seed(),
                Double.toString(result.margins().divergence()),
                100 * result.margins().confidence());
        line(
                "%-8s %10s %6s  %-12s %-27s %10s  %-19s %s",
                "type", "size", "bits", "decision", "KL, nats a token", "perplexity", "flips, %", "read");
        result.rungs().forEach(rung -> line("%s", row(rung)));
        house.out().println();
        left(result.untried());
        line(
                "%s; %.1f %% of the text was read",
                result.cheapest()
                        .map(type -> "the cheapest that is not inferior is " + type)
                        .orElse("no type is known to be good enough"),
                100 * result.shareRead());
    }

    private static String row(MeasuredRung rung) {
        StringBuilder row = new StringBuilder(String.format(
                Locale.ROOT,
                "%-8s %10s %6.3f  %-12s %-27s %9.4f×  %-22s %d of %d",
                rung.type(),
                new Bytes(rung.bytes()),
                rung.bitsPerWeight(),
                words(rung.decision()),
                found(rung.divergence(), 1, 5),
                rung.perplexityRatio(),
                found(rung.flips(), 100, 2),
                rung.windowsRead(),
                rung.windows()));
        rung.task()
                .ifPresent(outcome -> row.append(String.format(
                        Locale.ROOT,
                        "%n         %s: %.1f %% against %.1f %%, %+.1f to %+.1f points after %d documents: %s",
                        outcome.task(),
                        100 * outcome.rung(),
                        100 * outcome.base(),
                        100 * outcome.difference().low(),
                        100 * outcome.difference().high(),
                        outcome.items(),
                        words(outcome.decision()))));
        rung.speed()
                .ifPresent(measured -> row.append(String.format(
                        Locale.ROOT,
                        "%n         reads %s, writes %s tokens/s%s",
                        rate(measured.prompt(), 0),
                        measured.generation()
                                .map(generation -> rate(generation, 1))
                                .orElse("an unknown number of"),
                        measured.undisturbed() ? "" : ", disturbed by others")));
        return row.toString();
    }

    private static String found(RungTally.Found found, double unit, int decimals) {
        return number(unit * found.value(), decimals)
                + found.interval()
                        .map(interval -> " (" + number(unit * interval.low(), decimals) + " to "
                                + number(unit * interval.high(), decimals) + ")")
                        .orElse(" (unknown)");
    }

    private static String rate(Spread spread, int decimals) {
        return number(spread.median(), decimals) + " ("
                + number(spread.interval().low(), decimals) + " to "
                + number(spread.interval().high(), decimals) + ")";
    }

    private static String number(double value, int decimals) {
        return BigDecimal.valueOf(value)
                .setScale(decimals, RoundingMode.HALF_UP)
                .toPlainString();
    }

    private static String words(Decision decision) {
        return switch (decision) {
            case NOT_INFERIOR -> "not inferior";
            case INFERIOR -> "inferior";
            case UNDECIDED -> "undecided";
        };
    }

    private void refuseUnwritable(Path to) {
        if (Files.exists(to)) {
            throw StoaException.user(to + ": exists already; choose another name");
        }
        WholeFile.refuseIfUnwritable("--mix", to);
    }

    private int mixed(LadderSource source, Margins margins, Path to, ProgressLine line) {
        TensorMix.Mixed mixed = new TensorMix(source, margins).make(to, work, line.start("one group at a time"));
        line.clear();
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(mixed));
        } else {
            line("%-28s %-8s %s", "group", "type", "loses alone, nats a token");
            mixed.groups().forEach(group -> line("%-28s %-8s %.6f", group.group(), group.type(), group.loss()));
            line("%n%s", row(mixed.whole()));
            line(
                    "%s",
                    mixed.whole().decision() == Decision.NOT_INFERIOR
                            ? to + ": written" + (mixed.tries() > 1 ? ", at the try number " + mixed.tries() : "")
                            : "no mix is known to be good enough; nothing was written");
        }
        return switch (mixed.whole().decision()) {
            case NOT_INFERIOR -> ExitCode.OK.code();
            case UNDECIDED -> ExitCode.UNDECIDED.code();
            case INFERIOR -> ExitCode.NOT_READY.code();
        };
    }

    private void line(String format, Object... values) {
        house.out().printf(Locale.ROOT, format + "%n", values);
    }
}
