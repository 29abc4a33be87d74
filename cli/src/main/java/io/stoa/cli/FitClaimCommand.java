package io.stoa.cli;

import io.stoa.engine.gguf.Preflight;
import io.stoa.hardware.machine.MachineType;
import io.stoa.hardware.memory.ContextCache;
import io.stoa.hardware.roofline.Claim;
import io.stoa.hardware.roofline.ModelFacts;
import io.stoa.hardware.roofline.PhysicsCheck;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "claim",
        description = "Say whether a claimed speed is physically possible, and which bound it breaks.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Exit codes: 0 possible as far as is known, 11 doubtful, 12 impossible as labelled.",
            "",
            "Examples:",
            "  stoa fit claim --machine \"RTX 4090\" --parameters 8.03e9 --bits 4.89 --generation 300",
            "  stoa fit claim --machine \"H100 SXM\" --model model.gguf --streams 32 --generation 9000"
        })
final class FitClaimCommand implements Callable<Integer> {
    private final House house;

    @Option(names = "--machine", required = true, description = "A machine of the catalogue.")
    private String machine = "";

    @Option(names = "--machines", paramLabel = "FILE", description = "More machines, as YAML.")
    private Optional<Path> machines = Optional.empty();

    @Option(names = "--devices", defaultValue = "1", description = "Devices that share the model.")
    private int devices = 1;

    @Option(names = "--model", paramLabel = "FILE", description = "The model as a GGUF file.")
    private Optional<Path> model = Optional.empty();

    @Option(names = "--parameters", paramLabel = "N", description = "Or its number of parameters, such as 8.03e9,")
    private Optional<Double> parameters = Optional.empty();

    @Option(names = "--active", paramLabel = "N", description = "those that a token goes through,")
    private Optional<Double> active = Optional.empty();

    @Option(names = "--experts", paramLabel = "E", defaultValue = "0", description = "experts of a layer,")
    private int experts;

    @Option(names = "--used", paramLabel = "K", defaultValue = "0", description = "those of them a token goes through,")
    private int used;

    @Option(names = "--bits", defaultValue = "16", description = "and bits per weight. Default: ${DEFAULT-VALUE}")
    private double bits = 16;

    @Option(names = "--kv-bytes", description = "Bytes of cache for a token of context.")
    private Optional<Double> cache = Optional.empty();

    @Option(
            names = "--streams",
            defaultValue = "1",
            description = "Answers at the same time. Default: ${DEFAULT-VALUE}")
    private int streams = 1;

    @Option(names = "--context", defaultValue = "0", description = "Tokens in each stream's cache, at least.")
    private int context;

    @Option(names = "--draft", defaultValue = "0", description = "Tokens of speculation that a step may accept.")
    private int draft;

    @Option(names = "--generation", paramLabel = "TOKENS/S", description = "Claimed: of all streams together.")
    private Optional<Double> generation = Optional.empty();

    @Option(names = "--prompt", paramLabel = "TOKENS/S", description = "Claimed: of reading a prompt.")
    private Optional<Double> prompt = Optional.empty();

    @Option(names = "--first", paramLabel = "SECONDS", description = "Claimed: time to the first token, of")
    private Optional<Double> first = Optional.empty();

    @Option(
            names = "--prompt-tokens",
            defaultValue = "0",
            description = "a prompt of so many tokens, none of them cached.")
    private int promptTokens;

    @Option(names = "--per-token", paramLabel = "SECONDS", description = "Claimed: time from token to token.")
    private Optional<Double> perToken = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    FitClaimCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        if (generation.isEmpty() && prompt.isEmpty() && first.isEmpty() && perToken.isEmpty()) {
            throw StoaException.user("what is claimed? give --generation, --prompt, --first or --per-token");
        }
        MachineType type = FitSearchCommand.catalogue(machines).get(machine);
        PhysicsCheck.Report report = Arguments.checked(() -> PhysicsCheck.check(new Claim(
                facts(),
                type,
                devices,
                streams,
                context,
                promptTokens,
                draft,
                optional(generation),
                optional(prompt),
                optional(first),
                optional(perToken))));
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(report));
        } else {
            report.violations()
                    .forEach(violation -> house.out()
                            .printf(
                                    Locale.ROOT,
                                    "%s (%s): %s%n",
                                    violation.severity().name().toLowerCase(Locale.ROOT),
                                    violation.bound(),
                                    violation.reason()));
            report.unchecked().forEach(what -> house.out().println("not checked: " + what));
            if (!report.flagged()) {
                house.out().println("no bound is broken");
            }
        }
        if (report.impossible()) {
            return ExitCode.NOT_READY.code();
        }
        return report.flagged() ? ExitCode.UNDECIDED.code() : ExitCode.OK.code();
    }

    private ModelFacts facts() {
        if (model.isPresent()) {
            return ModelFacts.of(String.valueOf(model.get().getFileName()), Preflight.examine(model.get()));
        }
        double all = parameters.orElseThrow(() -> StoaException.user("which model? give --model or --parameters"));
        return ModelFacts.published(
                "the model",
                all,
                active.orElse(all),
                experts,
                used,
                bits,
                cache.map(perToken -> ContextCache.linear(perToken, 1)),
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    private static OptionalDouble optional(Optional<Double> value) {
        return value.isPresent() ? OptionalDouble.of(value.get()) : OptionalDouble.empty();
    }
}
