package io.stoa.cli;

import io.stoa.edge.device.JournalFile;
import io.stoa.edge.fleet.Accelerator;
import io.stoa.edge.fleet.DecodeSpeed;
import io.stoa.edge.fleet.DeviceCatalogue;
import io.stoa.edge.fleet.DeviceClass;
import io.stoa.edge.fleet.EnergyUse;
import io.stoa.edge.fleet.FieldCheck;
import io.stoa.edge.fleet.Fit;
import io.stoa.edge.fleet.FleetCost;
import io.stoa.edge.fleet.FleetPlan;
import io.stoa.edge.fleet.FleetYaml;
import io.stoa.edge.fleet.Placement;
import io.stoa.edge.fleet.ServerTier;
import io.stoa.hardware.cost.CostRange;
import io.stoa.hardware.cost.Price;
import io.stoa.hardware.memory.MemoryParts;
import io.stoa.hardware.plan.Standing;
import io.stoa.model.Interval;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "plan",
        description = "Say which model runs on which devices of a fleet, how fast, at what energy and cost.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Models are taken in the file's order: on each class of devices the first that surely fits, is fast enough"
                    + " and can do the day's work; where none surely does, the first that may. \"at most\" is bandwidth ÷"
                    + " bytes read by a token, which nothing exceeds; timings and claims above it are refused.",
            "Exit codes: 0 each class is served, 11 one may be, 12 one is not, or a device is slower than planned.",
            "A fleet:",
            "  workload: {prompt-tokens: 400, answer-tokens: 150, context: 4096, requests-per-day: 50,",
            "             least-tokens-per-second: 3}",
            "  models:",
            "    - {name: ours, file: ours-Q4_K_M.gguf}",
            "    - name: Llama 3.2 1B",
            "      shape: {architecture: llama, layers: 16, width: 2048, heads: 32, kv-heads: 8, feed-forward: 8192,",
            "              vocabulary: 128256, tied: true}",
            "      quantizations: [{name: Q8_0, size: 1321 MB}, {name: Q4_K_M, size: 808 MB}]",
            "  devices:",
            "    - {name: kiosk, like: Raspberry Pi 5 8GB, count: 120,",
            "       price: {amount: 95 EUR, date: 2026-11-01, source: offer}}",
            "  electricity: {amount: 0.30 EUR, date: 2026-11-01, source: bill}",
            "  lifetime-months: 48",
            "  server: {name: cloud, input-per-million: {amount: 0.10 EUR, date: 2026-11-01, source: price list},",
            "           output-per-million: {amount: 0.40 EUR, date: 2026-11-01, source: price list}}",
            "",
            "Examples:",
            "  stoa edge plan fleet.yaml",
            "  stoa edge plan fleet.yaml --json",
            "  stoa edge plan fleet.yaml --journal kiosk=kiosk-17.zip --journal kiosk=kiosk-18.zip",
            "  stoa edge devices                  what the catalogue has to begin with"
        })
final class EdgePlanCommand implements Callable<Integer> {
    private static final int OLD_DAYS = 90;

    private final House house;

    @Parameters(paramLabel = "FLEET", description = "The fleet, as YAML.")
    private Path file = Path.of("");

    @Option(
            names = "--journal",
            paramLabel = "CLASS=FILE",
            description =
                    "What a device of a class exported (edge journal export), set beside the plan; may be repeated.")
    private List<String> journals = List.of();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    EdgePlanCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        FleetPlan plan = FleetPlan.of(FleetYaml.read(file, DeviceCatalogue.shipped()));
        List<Observed> observed =
                journals.stream().map(each -> observed(each, plan)).toList();
        if (json) {
            Map<String, Object> figures = figures(plan);
            figures.put(
                    "journals", observed.stream().map(EdgePlanCommand::figures).toList());
            house.out().println(JsonMapper.shared().writeValueAsString(figures));
        } else {
            plan.classes().forEach(each -> print(each, plan));
            print(plan);
            observed.forEach(each -> each.check()
                    .findings()
                    .forEach(finding ->
                            line(each.name() + ", device " + each.check().device() + ": " + finding)));
        }
        LocalDate today = LocalDate.ofInstant(house.clock().instant(), ZoneOffset.UTC);
        plan.fleet().prices().stream()
                .filter(price -> price.daysOld(today) > OLD_DAYS)
                .forEach(price -> house.err()
                        .println(price + " is " + price.daysOld(today) + " days old; prices change monthly"));
        Standing worst = observed.stream()
                .map(each -> each.check().standing())
                .reduce(plan.standing(), (a, b) -> a.compareTo(b) >= 0 ? a : b);
        return switch (worst) {
            case MEETS -> ExitCode.OK.code();
            case UNDECIDED -> ExitCode.UNDECIDED.code();
            case MISSES -> ExitCode.NOT_READY.code();
        };
    }

    /** A journal beside the plan of the class that its device belongs to. */
    private record Observed(String name, FieldCheck check) {}

    private static Observed observed(String journal, FleetPlan plan) {
        int equals = journal.indexOf('=');
        String name = equals < 0 ? "" : journal.substring(0, equals);
        FleetPlan.ClassPlan planned = plan.classes().stream()
                .filter(each -> each.device().name().equals(name))
                .findFirst()
                .orElseThrow(() -> StoaException.user("--journal " + journal
                        + ": write it as CLASS=FILE, with a class of the fleet: "
                        + String.join(
                                ", ",
                                plan.classes().stream()
                                        .map(each -> each.device().name())
                                        .toList())));
        return new Observed(
                name,
                FieldCheck.of(
                        planned,
                        plan.fleet().workload(),
                        JournalFile.open(Path.of(journal.substring(equals + 1)), Optional.empty())
                                .summary()));
    }

    private static Map<String, Object> figures(Observed observed) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("class", observed.name());
        figures.put("device", observed.check().device());
        figures.put("standing", word(observed.check().standing()));
        figures.put("findings", observed.check().findings());
        return figures;
    }

    private void print(FleetPlan.ClassPlan each, FleetPlan plan) {
        DeviceClass device = each.device();
        line(String.format(
                Locale.ROOT,
                "%s: %,d devices, %s, of which %s for the system; %s",
                device.name(),
                device.count(),
                device.memory(),
                device.reserve(),
                device.bandwidth().isPresent()
                        ? String.format(
                                Locale.ROOT, "%.4g GB/s", device.bandwidth().getAsDouble() / 1e9)
                        : "bandwidth unknown"));
        device.known().forEach((figure, known) -> line("  " + figure + " " + known));
        int width = Math.max(
                5,
                each.placements().stream()
                        .mapToInt(placement -> placement.model().label().length())
                        .max()
                        .orElse(0));
        String form = "  %-2s%-" + width + "s  %-22s %9s  %-24s %-15s %-14s %-16s %s";
        line(String.format(
                Locale.ROOT,
                form,
                "",
                "model",
                "needs",
                "at most",
                "tokens/s",
                "prompt, s",
                "J/token",
                "kWh a day",
                ""));
        for (Placement placement : each.placements()) {
            boolean chosen = each.chosen().filter(placement::equals).isPresent();
            line(String.format(
                    Locale.ROOT,
                    form,
                    chosen ? "→" : "",
                    placement.model().label(),
                    need(placement.fit()),
                    figure(placement.speed().bound()),
                    speed(placement.speed()),
                    prompt(placement.speed()),
                    placement
                            .energy()
                            .map(EnergyUse::joulesPerToken)
                            .map(EdgePlanCommand::range)
                            .orElse("unknown"),
                    placement
                            .energy()
                            .flatMap(EnergyUse::kilowattHoursPerDay)
                            .map(EdgePlanCommand::range)
                            .orElse("unknown"),
                    switch (placement.standing()) {
                        case MEETS -> "";
                        case UNDECIDED -> "perhaps";
                        case MISSES -> "no";
                    }));
        }
        each.placements()
                .forEach(placement -> placement
                        .reasons()
                        .forEach(reason -> line("  " + placement.model().label() + ": " + reason)));
        each.placements().stream()
                .map(Placement::speed)
                .map(EdgePlanCommand::basis)
                .flatMap(Optional::stream)
                .findFirst()
                .ifPresent(basis -> line("  speeds: " + basis));
        device.accelerator().map(Accelerator::sentence).ifPresent(sentence -> line("  " + sentence));
        Optional.ofNullable(plan.cost().perClass().get(device.name()))
                .ifPresent(cost -> line("  a month of all of them: " + cost));
        house.out().println();
    }

    private void print(FleetPlan plan) {
        FleetCost cost = plan.cost();
        cost.month()
                .ifPresent(month -> line(String.format(
                        Locale.ROOT,
                        "%s: %,d devices cost %s a month%s",
                        plan.fleet().name(),
                        plan.fleet().count(),
                        month,
                        cost.perRequest()
                                .map(each -> ", " + each + " a request")
                                .orElse(""))));
        cost.serverMonth()
                .ifPresent(server -> line(String.format(
                        Locale.ROOT,
                        "%s: %s a month for the same requests%s",
                        plan.fleet().server().map(ServerTier::name).orElse("the server"),
                        server,
                        cost.ofServer()
                                .map(share -> "; the fleet costs " + percent(share) + " of that")
                                .orElse(""))));
        cost.unknown().forEach(this::line);
        if (cost.month().isPresent()) {
            line("counted: loss of value and energy; not counted: network, repair, people");
        }
        plan.fleet().prices().forEach(price -> line("price used: " + price));
    }

    private void line(String text) {
        house.out().println(text.stripTrailing());
    }

    private static String need(Fit fit) {
        return switch (fit) {
            case Fit.Fits fits -> fits.parts().need() + " of " + fits.room();
            case Fit.TooLarge large -> large.need() + " > " + large.room();
            case Fit.Unknown unknown -> unknown.atLeast() + " + ? of " + unknown.room();
        };
    }

    private static String speed(DecodeSpeed speed) {
        return switch (speed) {
            case DecodeSpeed.Unknown _ -> "unknown";
            case DecodeSpeed.Estimated known ->
                (known.expected().isPresent() ? figure(known.expected()) + " (" : "(") + range(known.tokensPerSecond())
                        + ")";
        };
    }

    private static String prompt(DecodeSpeed speed) {
        return switch (speed) {
            case DecodeSpeed.Unknown _ -> "unknown";
            case DecodeSpeed.Estimated known -> range(known.promptSeconds());
        };
    }

    private static Optional<String> basis(DecodeSpeed speed) {
        return switch (speed) {
            case DecodeSpeed.Unknown _ -> Optional.empty();
            case DecodeSpeed.Estimated known -> Optional.of(known.basis());
        };
    }

    private static String figure(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.3g", value.getAsDouble()) : "unknown";
    }

    private static String range(Interval interval) {
        return String.format(Locale.ROOT, "%.3g to %.3g", interval.low(), interval.high());
    }

    private static String percent(Interval share) {
        return String.format(Locale.ROOT, "%.3g to %.3g %%", 100 * share.low(), 100 * share.high());
    }

    private static Map<String, Object> figures(FleetPlan plan) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("fleet", plan.fleet().name());
        figures.put("devices", plan.fleet().count());
        figures.put("standing", word(plan.standing()));
        figures.put(
                "classes",
                plan.classes().stream().map(each -> figures(each, plan)).toList());
        FleetCost cost = plan.cost();
        cost.month().ifPresent(month -> figures.put("perMonth", CostCommand.Amount.of(month)));
        cost.perRequest().ifPresent(request -> figures.put("perRequest", CostCommand.Amount.of(request)));
        cost.serverMonth().ifPresent(server -> figures.put("serverPerMonth", CostCommand.Amount.of(server)));
        cost.ofServer().ifPresent(share -> figures.put("ofServer", share));
        figures.put("unknown", cost.unknown());
        figures.put(
                "prices", plan.fleet().prices().stream().map(Price::toString).toList());
        return figures;
    }

    private static Map<String, Object> figures(FleetPlan.ClassPlan each, FleetPlan plan) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("class", each.device().name());
        figures.put("count", each.device().count());
        figures.put("memoryBytes", each.device().memory().count());
        figures.put("reserveBytes", each.device().reserve().count());
        each.device().bandwidth().ifPresent(rate -> figures.put("bytesPerSecond", rate));
        figures.put("known", each.device().known());
        each.device().accelerator().ifPresent(part -> figures.put("accelerator", part.sentence()));
        figures.put("standing", word(each.standing()));
        each.chosen().ifPresent(chosen -> figures.put("chosen", chosen.model().label()));
        List<Map<String, Object>> placements = new ArrayList<>();
        each.placements().forEach(placement -> placements.add(figures(placement)));
        figures.put("models", placements);
        Optional<CostRange> cost =
                Optional.ofNullable(plan.cost().perClass().get(each.device().name()));
        cost.ifPresent(month -> figures.put("perMonth", CostCommand.Amount.of(month)));
        return figures;
    }

    private static Map<String, Object> figures(Placement placement) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("model", placement.model().name());
        figures.put("quantization", placement.model().quantization());
        figures.put("weightsKnown", placement.model().known());
        figures.put("standing", word(placement.standing()));
        switch (placement.fit()) {
            case Fit.Fits(MemoryParts parts, var room) -> {
                figures.put("fits", "yes");
                figures.put("needBytes", parts.need().count());
                figures.put("roomBytes", room.count());
            }
            case Fit.TooLarge large -> {
                figures.put("fits", "no");
                figures.put("needBytes", large.need().count());
                figures.put("roomBytes", large.room().count());
                large.longestContext().ifPresent(context -> figures.put("longestContext", context));
            }
            case Fit.Unknown unknown -> {
                figures.put("fits", "unknown");
                figures.put("needBytesAtLeast", unknown.atLeast().count());
                figures.put("roomBytes", unknown.room().count());
            }
        }
        placement.speed().bound().ifPresent(bound -> figures.put("tokensPerSecondAtMost", bound));
        switch (placement.speed()) {
            case DecodeSpeed.Unknown unknown -> figures.put("speedUnknown", unknown.reason());
            case DecodeSpeed.Estimated known -> {
                known.expected().ifPresent(speed -> figures.put("tokensPerSecond", speed));
                figures.put("tokensPerSecondInterval", known.tokensPerSecond());
                figures.put("promptSeconds", known.promptSeconds());
                figures.put("bytesPerToken", known.bytesPerToken());
                figures.put("speedBasis", known.basis());
            }
        }
        placement.energy().ifPresent(energy -> {
            figures.put("joulesPerToken", energy.joulesPerToken());
            energy.kilowattHoursPerDay().ifPresent(day -> figures.put("kilowattHoursPerDay", day));
        });
        figures.put("reasons", placement.reasons());
        return figures;
    }

    private static String word(Standing standing) {
        return standing.name().toLowerCase(Locale.ROOT);
    }
}
