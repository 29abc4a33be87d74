package io.stoa.cli;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.Preflight;
import io.stoa.hardware.speed.Calibration;
import io.stoa.hardware.speed.SpeedModel;
import io.stoa.hardware.speed.SpeedModel.Answer;
import io.stoa.model.Interval;
import io.stoa.model.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "speed",
        description = {
            "Predict from the header how fast GGUF files decode here, with intervals; `stoa fit calibrate` first.",
            "Models with experts, recurrent layers, latent attention or an encoder are not modelled, and that is said."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa fit speed model.gguf --threads 2 --prompt 512 --depth 1024",
            "  stoa fit speed examples/quickstart/models/*.gguf --threads 1,2 --measure     beside the measured times"
        })
final class FitSpeedCommand implements Runnable {
    private static final int ROUNDS = 5;

    private final House house;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "GGUF files.")
    private List<Path> files = List.of();

    @Option(
            names = "--threads",
            split = ",",
            paramLabel = "N",
            description = "Native threads. Default: all cores but one")
    private List<Integer> threads = List.of();

    @Option(names = "--prompt", defaultValue = "128", description = "Tokens of a prompt. Default: ${DEFAULT-VALUE}")
    private int prompt = 128;

    @Option(
            names = "--depth",
            defaultValue = "64",
            description = "Tokens that a sequence holds when its next one is made. Default: ${DEFAULT-VALUE}")
    private int depth = 64;

    @Option(names = "--sequences", defaultValue = "1", description = "Answers at once. Default: ${DEFAULT-VALUE}")
    private int sequences = 1;

    @Option(names = "--measure", description = "Measure too, and tell how far off the predictions are.")
    private boolean measure;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    FitSpeedCommand(House house) {
        this.house = house;
    }

    record Row(
            String file,
            int threads,
            double promptSeconds,
            Interval promptInterval,
            double tokenSeconds,
            Interval tokenInterval,
            Optional<Measured> measured) {
        Row with(Calibration.Times times) {
            Measured found = new Measured(times.promptSeconds(), times.stepSeconds());
            return new Row(
                    file, threads, promptSeconds, promptInterval, tokenSeconds, tokenInterval, Optional.of(found));
        }
    }

    /** As the calibration takes it. */
    record Measured(double promptSeconds, double tokenSeconds) {}

    @Override
    public void run() {
        SpeedModel model = house.speedCalibration().read();
        List<Row> rows = new ArrayList<>();
        for (Path file : files) {
            for (int count : threads.isEmpty() ? List.of(House.threads()) : threads) {
                SpeedModel.Question question =
                        Arguments.checked(() -> new SpeedModel.Question(count, prompt, depth, sequences));
                switch (model.predict(Preflight.examine(file), question)) {
                    case Answer.Known known ->
                        rows.add(new Row(
                                file.toString(),
                                count,
                                known.prompt(),
                                known.promptInterval(),
                                known.step(),
                                known.stepInterval(),
                                Optional.empty()));
                    case Answer.Unknown(String reason) ->
                        house.err().println(file + ": its speed with " + count + " threads is not known: " + reason);
                }
            }
        }
        if (measure) {
            rows = measured(rows);
        }
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(rows));
        } else {
            rows.forEach(this::print);
            if (measure && !rows.isEmpty()) {
                summary(rows);
            }
        }
    }

    /** All files in turn, so that the looks at one lie apart. */
    private List<Row> measured(List<Row> rows) {
        Map<Row, List<Calibration.Times>> looks = new HashMap<>();
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        Progress progress = line.start("measuring");
        for (int round = 0; round < ROUNDS; round++) {
            progress.at(round, ROUNDS);
            for (Row row : rows) {
                looks.computeIfAbsent(row, _ -> new ArrayList<>())
                        .add(SpeedCalibration.look(
                                house.llama(), Path.of(row.file()), prompt, depth, sequences, row.threads()));
            }
        }
        line.clear();
        return rows.stream()
                .map(row -> row.with(Calibration.Times.median(requireNonNull(looks.get(row)))))
                .toList();
    }

    private void print(Row row) {
        house.out()
                .printf(
                        Locale.ROOT,
                        "%s, %d thread%s: a prompt of %d takes %s, %.0f tokens/s; each token %s, %.1f tokens/s%s%n",
                        row.file(),
                        row.threads(),
                        row.threads() == 1 ? "" : "s",
                        prompt,
                        span(row.promptSeconds(), row.promptInterval()),
                        prompt / row.promptSeconds(),
                        span(row.tokenSeconds(), row.tokenInterval()),
                        sequences / row.tokenSeconds(),
                        row.measured()
                                .map(measured -> String.format(
                                        Locale.ROOT,
                                        "; measured %.3g and %.3g ms (%+.1f and %+.1f %%)",
                                        1e3 * measured.promptSeconds(),
                                        1e3 * measured.tokenSeconds(),
                                        100 * (row.promptSeconds() / measured.promptSeconds() - 1),
                                        100 * (row.tokenSeconds() / measured.tokenSeconds() - 1)))
                                .orElse(""));
    }

    private static String span(double seconds, Interval interval) {
        return String.format(
                Locale.ROOT, "%.3g ms (%.3g to %.3g)", 1e3 * seconds, 1e3 * interval.low(), 1e3 * interval.high());
    }

    private void summary(List<Row> rows) {
        List<Double> prompts = new ArrayList<>();
        List<Double> tokens = new ArrayList<>();
        int inside = 0;
        for (Row row : rows) {
            Measured measured = row.measured().orElseThrow();
            prompts.add(Math.abs(row.promptSeconds() / measured.promptSeconds() - 1));
            tokens.add(Math.abs(row.tokenSeconds() / measured.tokenSeconds() - 1));
            inside += row.promptInterval().contains(measured.promptSeconds()) ? 1 : 0;
            inside += row.tokenInterval().contains(measured.tokenSeconds()) ? 1 : 0;
        }
        house.out()
                .printf(
                        Locale.ROOT,
                        "off by: prompts %s, tokens %s; %d of %d within their interval of 90 %%%n",
                        errors(prompts),
                        errors(tokens),
                        inside,
                        2 * rows.size());
    }

    private static String errors(List<Double> errors) {
        List<Double> sorted = errors.stream().sorted().toList();
        return String.format(
                Locale.ROOT,
                "%.1f %% median, %.1f %% at worst",
                100 * sorted.get(sorted.size() / 2),
                100 * sorted.getLast());
    }
}
