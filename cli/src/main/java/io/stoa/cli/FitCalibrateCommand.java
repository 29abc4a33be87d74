package io.stoa.cli;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.hardware.machine.ThisMachine;
import io.stoa.hardware.speed.Calibration;
import io.stoa.hardware.speed.SpeedModel;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "calibrate",
        description = {
            "Time small made-up models, to learn how fast this machine is; then `stoa fit speed` predicts for any file.",
            "Takes about a minute (more where caches are large). Let nothing else run meanwhile: what disturbs it makes the predictions slow and wide."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa fit calibrate",
            "  stoa fit calibrate --threads 1,2,4 --types Q8_0,Q4_K,Q6_K,Q5_K"
        })
final class FitCalibrateCommand implements Runnable {
    /** Where the system does not tell the size of the last cache. */
    private static final long USUAL_CACHE = 32L << 20;

    private final House house;

    @Option(
            names = "--threads",
            split = ",",
            paramLabel = "N",
            description = "Numbers of native threads. Default: 1, a quarter and a half of the cores, all but one"
                    + " (what Stoa uses), all. One is always among them")
    private List<Integer> threads = List.of();

    @Option(
            names = "--types",
            split = ",",
            paramLabel = "TYPE",
            defaultValue = "Q8_0,Q4_0,Q4_K,Q6_K",
            description = "The types of tensors to time besides F16. Default: ${DEFAULT-VALUE}")
    private List<GgmlType> types = List.of();

    @Option(names = "--json", description = "Print what was found as JSON.")
    private boolean json;

    FitCalibrateCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        ThisMachine machine = House.thisMachine();
        int cores = machine.read().cores();
        List<Integer> counts = threads.isEmpty() ? usualThreads(cores, House.threads()) : threads;
        if (counts.stream().anyMatch(count -> count < 1 || count > cores)) {
            throw StoaException.user(
                    "--threads " + counts + ": this machine has " + cores + " cores; choose 1 to " + cores);
        }
        types.stream().filter(type -> !type.holdsWeights()).findFirst().ifPresent(type -> {
            throw StoaException.user(
                    "--types " + type + ": no weights have that type; choose from Q8_0, Q4_0, Q4_K, ...");
        });
        SpeedCalibration calibration = house.speedCalibration();
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        try (SpeedLooks looks = new SpeedLooks(house.llama())) {
            SpeedModel model = new Calibration(
                            (gguf, prompt, depth, count) -> looks.look(gguf, prompt, depth, 1, count), looks.folder())
                    .run(
                            calibration.fingerprint(),
                            calibration.engine(),
                            machine.lastCacheBytes().orElse(USUAL_CACHE),
                            counts,
                            types,
                            line.start("timing made-up models"));
            line.clear();
            calibration.write(model);
            tell(model, calibration.file());
        } finally {
            line.clear();
        }
    }

    /** At most five numbers, among them those that other verbs ask for by default. */
    static List<Integer> usualThreads(int cores, int byDefault) {
        return IntStream.of(1, cores / 4, cores / 2, Math.min(byDefault, cores), cores)
                .filter(count -> count > 0)
                .sorted()
                .distinct()
                .boxed()
                .toList();
    }

    private void tell(SpeedModel model, Path file) {
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(model));
            return;
        }
        house.out().println(model.machine() + ", " + model.engine());
        model.threads()
                .forEach((count, prices) -> house.out()
                        .printf(
                                Locale.ROOT,
                                "%d thread%s: a model like the small ones is predicted within about %.0f %% (a token) and %.0f %% (a prompt), 9 of 10; others less closely%n",
                                count,
                                count == 1 ? "" : "s",
                                100 * Math.expm1(prices.step().errorBesideAlike()),
                                100 * Math.expm1(prices.prompt().errorBesideAlike())));
        house.out().println("kept in " + file + "; now: stoa fit speed MODEL.gguf");
    }
}
