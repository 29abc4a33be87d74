package io.stoa.cli;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.hardware.speed.Calibration;
import io.stoa.hardware.speed.Moment;
import io.stoa.hardware.speed.SpeedModel;
import io.stoa.hardware.speed.SpeedModel.Answer;
import io.stoa.model.Interval;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "speed",
        description = {
            "Predict from the header how fast GGUF files decode here just now, with intervals; `stoa fit calibrate` first. What the machine is like just now is measured first, with small models of the files' types, in some seconds.",
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

    /** How often small models are timed. */
    private static final int REFERENCE_ROUNDS = 2;

    /** From here on it is told that others slow the machine. */
    private static final double SLOWED = 1.15;

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

    @Option(
            names = "--measure",
            description =
                    "Measure too, and tell how far off the predictions are, each made for the moment of its measurement.")
    private boolean measure;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    FitSpeedCommand(House house) {
        this.house = house;
    }

    /**
     * What is said of a file.
     *
     * @param pace how many times as long as when it was calibrated this machine takes just now
     */
    record Row(
            String file,
            int threads,
            double pace,
            double promptSeconds,
            Interval promptInterval,
            double tokenSeconds,
            Interval tokenInterval,
            Optional<Measured> measured) {}

    /** As the calibration takes it. */
    record Measured(double promptSeconds, double tokenSeconds) {}

    /** A file whose speed is known with so many threads. */
    private record Subject(Path file, GgufHeader header, Moment now, Answer.Known known) {}

    /** What small models of the files' types are timed for. */
    private record Wanted(Set<GgmlType> types, Set<Integer> threads) {}

    @Override
    public void run() {
        if (prompt < 1 || depth < 0 || sequences < 1) {
            throw StoaException.user("--prompt " + prompt + ", --depth " + depth + ", --sequences " + sequences
                    + ": a prompt has 1 token or more, a depth is not negative, and there is 1 sequence or more");
        }
        SpeedModel model = house.speedCalibration().read();
        Set<Integer> counts = counts(model);
        Map<Path, GgufHeader> headers = new LinkedHashMap<>();
        files.forEach(file -> headers.put(file, Preflight.examine(file)));
        Set<GgmlType> types = EnumSet.noneOf(GgmlType.class);
        headers.values().forEach(header -> types.addAll(model.calibratedTypes(header)));
        Wanted wanted = new Wanted(types, counts);
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        try (SpeedLooks looks = new SpeedLooks(house.llama())) {
            List<Subject> subjects = subjects(model, looks, headers, wanted, line);
            List<Row> rows = measure
                    ? measured(model, looks, subjects, wanted, line.start("measuring"))
                    : subjects.stream()
                            .map(subject -> row(
                                    model, subject, subject.now(), subject.known(), subject.known(), Optional.empty()))
                            .toList();
            line.clear();
            if (json) {
                house.out().println(JsonMapper.shared().writeValueAsString(rows));
                return;
            }
            rows.forEach(this::print);
            if (measure && !rows.isEmpty()) {
                summary(rows);
            }
        } finally {
            line.clear();
        }
    }

    /** Those of the wanted numbers of threads that were calibrated; which were not is told. */
    private Set<Integer> counts(SpeedModel model) {
        Set<Integer> counts = new TreeSet<>();
        for (int count : threads.isEmpty() ? List.of(House.threads()) : threads) {
            if (count < 1) {
                throw StoaException.user("--threads " + count + ": choose 1 or more");
            }
            if (model.threads().containsKey(count)) {
                counts.add(count);
            } else {
                house.err()
                        .println("the speed with " + count + " threads is not known: calibrated were "
                                + model.threads().keySet() + " threads");
            }
        }
        return counts;
    }

    /** What is known; what is not is told. */
    private List<Subject> subjects(
            SpeedModel model, SpeedLooks looks, Map<Path, GgufHeader> headers, Wanted wanted, ProgressLine line) {
        Progress progress = line.start("timing small models");
        for (int round = 0; round < REFERENCE_ROUNDS; round++) {
            progress.at(round, REFERENCE_ROUNDS);
            lookAtSmall(looks, wanted);
        }
        line.clear();
        Map<Integer, Moment> moments = new TreeMap<>();
        wanted.threads().forEach(count -> moments.put(count, looks.now(count)));
        List<Subject> subjects = new ArrayList<>();
        headers.forEach((file, header) -> moments.forEach((count, now) -> {
            switch (model.predict(header, question(now, looks))) {
                case Answer.Known known -> subjects.add(new Subject(file, header, now, known));
                case Answer.Unknown(String reason) ->
                    house.err().println(file + ": its speed with " + count + " threads is not known: " + reason);
            }
        }));
        return subjects;
    }

    private void lookAtSmall(SpeedLooks looks, Wanted wanted) {
        wanted.types().forEach(type -> looks.lookAtSmall(type, prompt, depth, wanted.threads()));
    }

    private SpeedModel.Question question(Moment now, SpeedLooks looks) {
        return new SpeedModel.Question(now, looks.references(prompt, depth), prompt, depth, sequences);
    }

    private static Row row(
            SpeedModel model,
            Subject subject,
            Moment moment,
            Answer.Known prompt,
            Answer.Known token,
            Optional<Measured> measured) {
        return new Row(
                subject.file().toString(),
                moment.threads(),
                moment.stepPace(
                        requireNonNull(model.threads().get(moment.threads())).usual()),
                prompt.prompt(),
                prompt.promptInterval(),
                token.step(),
                token.stepInterval(),
                measured);
    }

    /** All files in turn, so that the looks at one lie apart; of a file's looks the middle one counts. */
    private List<Row> measured(
            SpeedModel model, SpeedLooks looks, List<Subject> subjects, Wanted wanted, Progress progress) {
        Map<Subject, List<Calibration.Times>> times = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            progress.at(round, ROUNDS);
            lookAtSmall(looks, wanted);
            for (Subject subject : subjects) {
                times.computeIfAbsent(subject, _ -> new ArrayList<>())
                        .add(looks.look(
                                subject.file(),
                                prompt,
                                depth,
                                sequences,
                                subject.now().threads()));
            }
        }
        List<Row> rows = new ArrayList<>();
        times.forEach((subject, own) -> {
            Calibration.Times reading = Calibration.Times.middleByPrompt(own);
            Calibration.Times next = Calibration.Times.middleByStep(own);
            // What was to be expected as the machine was then.
            if (model.predict(subject.header(), question(reading.moment(), looks)) instanceof Answer.Known prompts
                    && model.predict(subject.header(), question(next.moment(), looks)) instanceof Answer.Known tokens) {
                Measured measured = new Measured(reading.promptSeconds(), next.stepSeconds());
                rows.add(row(model, subject, next.moment(), prompts, tokens, Optional.of(measured)));
            }
        });
        return rows;
    }

    private void print(Row row) {
        house.out()
                .printf(
                        Locale.ROOT,
                        "%s, %s%s: a prompt of %d takes %s, %.0f tokens/s; each token %s, %.1f tokens/s%s%n",
                        row.file(),
                        row.threads() == 1 ? "1 thread" : row.threads() + " threads",
                        row.pace() < SLOWED
                                ? ""
                                : String.format(Locale.ROOT, ", now %.1f times as slow as calibrated", row.pace()),
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
