package io.stoa.hardware.quant;

import io.stoa.engine.llama.BaseReading;
import io.stoa.engine.llama.PlanOutcome;
import io.stoa.engine.llama.PlannedQuantization;
import io.stoa.engine.llama.QuantizationRecipe;
import io.stoa.model.Bytes;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Finds the smallest quantization of a model that loses no more than the margins allow.
 *
 * <p>Rungs are made one at a time in a work folder and removed again when they have been measured. Without {@code all}
 * the ladder halves what is left with each rung: it takes for granted that a smaller file loses more, which holds but for
 * neighbours, so that of eighteen rungs four or five are made. Each decision errs with at most the margins' chance by
 * itself; nothing is promised for all rungs together.
 */
public final class Ladder {
    /** What the base said is kept up to this size; more windows are read again for each rung. */
    private static final Bytes ROOM = Bytes.mebibytes(256);

    /** Of the notes; another one whenever a note of before would be misread. */
    private static final String FORM = "2";

    private final LadderSource source;
    private final Margins margins;

    public Ladder(LadderSource source, Margins margins) {
        this.source = source;
        this.margins = margins;
    }

    /**
     * What goes beside the reading.
     *
     * @param work where files are made that do not stay; must have room for the largest rung
     * @param keep where measured files are made and stay, under the base's name with the type. What was measured before
     *     is made again, and not measured again
     * @param speed measures each rung that is not inferior
     * @param task asks each rung that is not inferior
     * @param all measure every rung
     */
    public record Options(
            Path work, Optional<Path> keep, Optional<SpeedTrial> speed, Optional<TaskComparison> task, boolean all) {}

    /** What can be made of the base. */
    public record Plan(List<PlannedRung> rungs, List<LadderResult.Untried> untried) {
        public Plan {
            rungs = List.copyOf(rungs);
            untried = List.copyOf(untried);
        }
    }

    /**
     * The sizes of all rungs, from the smallest to the largest, without making any.
     *
     * @param types names of quantizations
     * @param mustFit whether a type that the model's rows do not fit is an error, instead of being left out
     * @throws StoaException of kind {@code USER} when a type is unknown or the base is quantized already
     */
    public Plan plan(List<String> types, boolean mustFit) {
        long baseBytes = source.base().toFile().length();
        List<PlannedRung> rungs = new ArrayList<>();
        List<LadderResult.Untried> untried = new ArrayList<>();
        for (String type : types) {
            switch (source.runtime().planOutcome(source.base(), recipe(type))) {
                case PlanOutcome.Possible(PlannedQuantization plan) -> {
                    if (plan.file().count() < baseBytes) {
                        rungs.add(new PlannedRung(type, plan));
                    } else {
                        untried.add(new LadderResult.Untried(type, plan.file().count(), "not smaller than the base"));
                    }
                }
                case PlanOutcome.Misfit(String sentence) -> {
                    if (mustFit) {
                        throw StoaException.user(sentence);
                    }
                    untried.add(new LadderResult.Untried(type, 0, "its blocks do not fit the model's rows"));
                }
            }
        }
        rungs.sort(Comparator.comparing(rung -> rung.plan().file()));
        return new Plan(rungs, untried);
    }

    private QuantizationRecipe recipe(String type) {
        return new QuantizationRecipe(type, source.importance(), Map.of());
    }

    /**
     * Measures.
     *
     * @param measured hears each rung when it is known
     * @throws StoaException of kind {@code RESOURCES} when disk or memory are too small
     */
    public LadderResult climb(
            Plan plan, Options options, RungNotes notes, Progress progress, Consumer<MeasuredRung> measured) {
        try (Measuring measuring = new Measuring(options, notes, measured)) {
            List<PlannedRung> rungs = plan.rungs();
            Map<Integer, MeasuredRung> known = new HashMap<>();
            int low = 0;
            int high = rungs.size();
            if (options.all()) {
                for (int at = 0; at < rungs.size(); at++) {
                    known.put(at, measuring.rung(rungs.get(at), stepped(progress, at, rungs.size())));
                }
            }
            int steps = 32 - Integer.numberOfLeadingZeros(rungs.size());
            for (int step = 0; !options.all() && low < high; step++) {
                int middle = (low + high) / 2;
                MeasuredRung rung = measuring.rung(rungs.get(middle), stepped(progress, step, steps));
                known.put(middle, rung);
                if (rung.decision() == Decision.NOT_INFERIOR) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return result(plan, known, measuring);
        }
    }

    private static Progress stepped(Progress progress, int step, int steps) {
        return (done, total) -> progress.at(step * total + done, steps * total);
    }

    private LadderResult result(Plan plan, Map<Integer, MeasuredRung> known, Measuring measuring) {
        List<MeasuredRung> rungs = new ArrayList<>();
        List<LadderResult.Untried> untried = new ArrayList<>(plan.untried());
        Optional<String> cheapest = Optional.empty();
        for (int at = 0; at < plan.rungs().size(); at++) {
            PlannedRung planned = plan.rungs().get(at);
            Optional<MeasuredRung> rung = Optional.ofNullable(known.get(at));
            if (rung.isEmpty()) {
                String reason = cheapest.isPresent()
                        ? "larger than the cheapest that is not inferior"
                        : "smaller than one that is not good enough";
                untried.add(new LadderResult.Untried(
                        planned.type(), planned.plan().file().count(), reason));
                continue;
            }
            rungs.add(rung.get());
            if (cheapest.isEmpty() && rung.get().decision() == Decision.NOT_INFERIOR) {
                cheapest = Optional.of(planned.type());
            }
        }
        return new LadderResult(
                source.base().toString(),
                source.base().toFile().length(),
                source.window(),
                measuring.windows,
                source.seed(),
                margins,
                rungs,
                untried,
                cheapest);
    }

    /** The base, opened when the first rung is really measured. */
    private final class Measuring implements AutoCloseable {
        private final Options options;
        private final RungNotes notes;
        private final Consumer<MeasuredRung> measured;
        private Optional<BaseReading> base = Optional.empty();
        private Optional<RungProbe> probe = Optional.empty();
        private int windows;

        Measuring(Options options, RungNotes notes, Consumer<MeasuredRung> measured) {
            this.options = options;
            this.notes = notes;
            this.measured = measured;
        }

        private RungProbe probe() {
            RungProbe opened = probe.orElseGet(() -> {
                BaseReading reading = source.runtime()
                        .baseReading(source.base(), source.text(), source.window(), source.threads(), ROOM);
                base = Optional.of(reading);
                return new RungProbe(reading, source.seed(), margins);
            });
            probe = Optional.of(opened);
            return opened;
        }

        MeasuredRung rung(PlannedRung planned, Progress progress) {
            List<String> what = what(planned);
            Optional<MeasuredRung> known = notes.find(what);
            if (known.isEmpty()) {
                // A text that is too short is refused before anything is made.
                probe();
            }
            MeasuredRung rung = known.isPresent() && options.keep().isEmpty()
                    ? known.get()
                    : made(planned, file -> known.orElseGet(() -> measure(planned, file, progress)));
            if (known.isEmpty()) {
                notes.keep(what, rung);
            }
            windows = rung.windows();
            measured.accept(rung);
            return rung;
        }

        private List<String> what(PlannedRung planned) {
            return List.of(
                    FORM,
                    planned.type(),
                    source.baseDigest(),
                    Digest.of(source.text()).hex(),
                    source.importanceDigest(),
                    source.runtime().version(),
                    Integer.toString(source.window()),
                    Long.toString(source.seed()),
                    margins.toString(),
                    options.speed().map(SpeedTrial::identity).orElse(""),
                    options.task().map(TaskComparison::identity).orElse(""));
        }

        /** Makes a rung, in the folder where it may stay, so that it gets its name in one step. */
        private MeasuredRung made(PlannedRung planned, Function<Path, MeasuredRung> measure) {
            String name =
                    String.valueOf(source.base().getFileName()).replaceFirst("\\.gguf$", "") + "-" + planned.type();
            Path folder = options.keep().orElse(options.work());
            Path file = folder.resolve(name + "." + ProcessHandle.current().pid() + ".gguf");
            try {
                Files.createDirectories(folder);
                // Ctrl-C runs no finally.
                file.toFile().deleteOnExit();
                try {
                    source.runtime().quantize(source.base(), file, recipe(planned.type()), source.threads());
                    MeasuredRung rung = measure.apply(file);
                    if (options.keep().isPresent()) {
                        Path kept = folder.resolve(name + ".gguf");
                        Files.move(file, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                    }
                    return rung;
                } finally {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                throw new StoaException(
                        StoaException.Kind.RESOURCES,
                        folder + ": cannot be written (" + e.getMessage() + "): choose another folder",
                        e);
            }
        }

        private MeasuredRung measure(PlannedRung planned, Path file, Progress progress) {
            RungTally tally = probe().untilDecided(file, progress);
            int windowsOfText = probe().windows();
            boolean promising = tally.decision() != Decision.INFERIOR;
            if (promising && (options.task().isPresent() || options.speed().isPresent())) {
                // They open models of their own, and the base may be large.
                close();
            }
            Optional<TaskOutcome> task =
                    promising ? options.task().map(asked -> asked.compare(source.base(), file)) : Optional.empty();
            Optional<RungSpeed> speed =
                    promising ? options.speed().map(trial -> RungSpeed.of(trial.measure(file))) : Optional.empty();
            return new MeasuredRung(
                    planned.type(),
                    file.toFile().length(),
                    planned.plan().bitsPerWeight(),
                    combined(tally.decision(), task),
                    tally.windows(),
                    windowsOfText,
                    tally.divergence(),
                    tally.logRatio(),
                    tally.flips(),
                    speed,
                    task);
        }

        @Override
        public void close() {
            base.ifPresent(BaseReading::close);
            base = Optional.empty();
            probe = Optional.empty();
        }
    }

    /** The worse of both: a task that was lost is a loss whatever the text says. */
    static Decision combined(Decision text, Optional<TaskOutcome> task) {
        Decision asked = task.map(TaskOutcome::decision).orElse(Decision.NOT_INFERIOR);
        if (text == Decision.INFERIOR || asked == Decision.INFERIOR) {
            return Decision.INFERIOR;
        }
        return text == Decision.UNDECIDED || asked == Decision.UNDECIDED ? Decision.UNDECIDED : text;
    }
}
