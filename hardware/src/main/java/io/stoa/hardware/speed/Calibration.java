package io.stoa.hardware.speed;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Finds the prices of a {@link SpeedModel} by timing made-up models: F16 in seven sizes, for what layers, rows and
 * attention cost, and each other type in four or five, for what its bytes, rows and products cost.
 */
public final class Calibration {
    private static final int VOCABULARY = 2048;

    private static final int PROMPT_OF_LARGE = 32;
    private static final int PROMPT_OF_MIDDLE = 64;
    private static final int LONG_PROMPT = 256;
    private static final int DEEP = 512;

    /** Of models that are held out, and of the small ones that tell of them, as when a speed is asked for. */
    private static final int ASKED_PROMPT = 128;

    private static final int ASKED_DEPTH = 64;

    /** Models beyond it are looked at twice only, with short prompts. */
    private static final long LARGE = 64_000_000;

    /** A file of {@link SpeedModel}'s share of the cache and more comes from memory altogether. */
    private static final double TIMES_CACHE = 3;

    /** The bytes of the larger of two models that are held out. */
    private static final double HELD_MIDDLE = 20e6;

    private static final double LEAST_LARGE = 90e6;
    private static final double MOST_LARGE = 300e6;

    private static final int NARROWEST = 64;

    private static final List<Integer> CACHE_SHARES = List.of(1, 2, 4, 8, 16, 32);
    private static final List<Integer> VECTORS = List.of(32, 64);

    private final Stopwatch stopwatch;
    private final Path folder;

    /** Times a file. */
    @FunctionalInterface
    public interface Stopwatch {
        /**
         * Times one file.
         *
         * @param promptTokens the length of a prompt, read several times
         * @param depth the tokens in the cache before the steps, one sequence
         */
        Times time(Path gguf, int promptTokens, int depth, int threads);
    }

    /**
     * Seconds of a prompt and of a step, the lower decile of each, and what the machine was like meanwhile. Of several looks
     * some seconds apart the median counts, each over its {@link Moment}'s pace.
     */
    public record Times(double promptSeconds, double stepSeconds, Moment moment) {
        /** How often a file is looked at. */
        public static final int LOOKS = 3;

        /** One look; there is at least one prompt and one step. */
        public static Times of(List<Duration> prompts, List<Duration> steps, Moment moment) {
            return new Times(lowerDecile(prompts), lowerDecile(steps), moment);
        }

        /** Of at least one look that whose prompt took the median time over the yardstick's. */
        public static Times middleByPrompt(List<Times> looks) {
            return middle(looks, look -> look.promptSeconds / look.moment.prompt());
        }

        /** Of at least one look that whose step took the median time over the yardstick's. */
        public static Times middleByStep(List<Times> looks) {
            return middle(looks, look -> look.stepSeconds / look.moment.step());
        }

        /** Of two in the middle the faster, because whatever disturbs only slows. */
        private static Times middle(List<Times> looks, ToDoubleFunction<Times> seconds) {
            return looks.stream()
                    .sorted(Comparator.comparingDouble(seconds))
                    .toList()
                    .get((looks.size() - 1) / 2);
        }
    }

    /** Seconds that nine of ten times, at least one, are above: others slow a machine for a millisecond. */
    public static double lowerDecile(List<Duration> durations) {
        double[] seconds =
                durations.stream().mapToDouble(SpeedRound::seconds).sorted().toArray();
        return seconds[seconds.length / 10];
    }

    /**
     * Prepares one.
     *
     * @param folder for files of up to some 300 MB, which are removed again
     */
    public Calibration(Stopwatch stopwatch, Path folder) {
        this.stopwatch = stopwatch;
        this.folder = folder;
    }

    /**
     * Runs it.
     *
     * @param machine what identifies the machine
     * @param engine the build of llama.cpp
     * @param cacheBytes the processor's last cache
     * @param types the types to price, besides F16
     * @throws StoaException of kind {@code RESOURCES} when the folder cannot be written
     */
    public SpeedModel run(
            String machine,
            String engine,
            long cacheBytes,
            List<Integer> threads,
            List<GgmlType> types,
            Progress progress) {
        // What one thread takes by itself is known when more of them are looked at.
        Set<Integer> counts = new TreeSet<>(threads);
        counts.add(1);
        List<GgmlType> all = Stream.concat(Stream.of(GgmlType.F16), types.stream())
                .distinct()
                .toList();
        List<CalibrationModel> models = all.stream()
                .flatMap(type -> Stream.concat(small(type).stream(), large(type, cacheBytes).stream()))
                .toList();
        List<CalibrationModel> held =
                all.stream().flatMap(type -> heldOut(type).stream()).toList();
        Map<Plan, List<Times>> times = new LinkedHashMap<>();
        Map<Plan, List<Times>> heldTimes = new LinkedHashMap<>();
        Set<CalibrationModel> large = new HashSet<>();
        long looks = (long) Times.LOOKS * (models.size() + held.size());
        long done = 0;
        for (int look = 0; look < Times.LOOKS; look++) {
            for (CalibrationModel model : models) {
                progress.at(done++, looks);
                if (look > 0 && look < Times.LOOKS - 1 && large.contains(model)) {
                    continue;
                }
                look(
                        model,
                        work -> {
                            if (work.bytes() > LARGE) {
                                large.add(model);
                            }
                            return plans(model, work, counts);
                        },
                        times);
            }
            for (CalibrationModel model : held) {
                progress.at(done++, looks);
                look(model, work -> heldPlans(model, work, counts), heldTimes);
            }
        }
        progress.at(looks, looks);
        List<Run> runs = runs(times);
        List<Run> heldRuns = runs(heldTimes);
        Map<Integer, Moment> usual = usual(runs);
        // Other guests of the machine have their part of the cache, and nobody tells what the processor multiplies at a
        // time: what explains the times of steps best counts.
        Steps best = CACHE_SHARES.stream()
                .flatMap(share -> VECTORS.stream().map(vector -> steps(cacheBytes / share, vector, runs, usual)))
                .min(Comparator.comparing(Steps::incomplete).thenComparingDouble(Steps::error))
                .orElseThrow();
        Function<Run, PriceList.Timed> step = run -> stepOf(run, usual, best.cacheBytes(), best.vector());
        Function<Run, PriceList.Timed> prompt = run -> promptOf(run, usual, best.vector());
        Map<Integer, PriceList.Fitted> prompts = fitted(runs, prompt);
        Map<Integer, SpeedModel.Prices> prices = new TreeMap<>();
        usual.forEach((count, moment) -> prices.put(
                count,
                new SpeedModel.Prices(
                        checked(requireNonNull(best.fitted().get(count)), count, runs, heldRuns, step),
                        checked(requireNonNull(prompts.get(count)), count, runs, heldRuns, prompt),
                        moment)));
        return new SpeedModel(machine, engine, best.cacheBytes(), best.vector(), prices);
    }

    /** Writes a model, times what is planned of it, and removes it. */
    private void look(CalibrationModel model, Function<DecodeWork, List<Plan>> plans, Map<Plan, List<Times>> times) {
        Path file = folder.resolve("calibration.gguf");
        try {
            Files.deleteIfExists(file);
            model.write(file);
            plans.apply(work(file))
                    .forEach(plan -> times.computeIfAbsent(plan, _ -> new ArrayList<>())
                            .add(stopwatch.time(file, plan.prompt(), plan.depth(), plan.threads())));
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    folder + ": cannot be written (" + e.getMessage() + "); choose another folder",
                    e);
        } finally {
            file.toFile().delete();
        }
    }

    private static List<Run> runs(Map<Plan, List<Times>> times) {
        return times.entrySet().stream()
                .map(entry -> new Run(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** With the error for what was held out, as if the small models had been timed beside. */
    private static PriceList checked(
            PriceList.Fitted fitted,
            int threads,
            List<Run> runs,
            List<Run> held,
            Function<Run, PriceList.Timed> batch) {
        return fitted.list()
                .checked(
                        held.stream()
                                .filter(run -> run.plan().threads() == threads)
                                .map(batch)
                                .toList(),
                        // Only small models are asked for that.
                        runs.stream()
                                .filter(run -> run.plan().threads() == threads
                                        && run.plan().prompt() == ASKED_PROMPT)
                                .map(batch)
                                .toList());
    }

    /** What is timed of a model. */
    private record Plan(CalibrationModel model, DecodeWork work, int threads, int prompt, int depth) {}

    private record Run(Plan plan, List<Times> looks) {}

    /** By number of threads the median of what the machine was like. */
    private static Map<Integer, Moment> usual(List<Run> runs) {
        Map<Integer, List<Moment>> moments = new TreeMap<>();
        runs.forEach(run -> moments.computeIfAbsent(run.plan().threads(), _ -> new ArrayList<>())
                .addAll(run.looks().stream().map(Times::moment).toList()));
        Map<Integer, Moment> usual = new TreeMap<>();
        moments.forEach((count, own) -> usual.put(
                count,
                new Moment(
                        count, median(own, Moment::handOver), median(own, Moment::step), median(own, Moment::prompt))));
        return usual;
    }

    private static double median(List<Moment> moments, ToDoubleFunction<Moment> value) {
        return moments.stream().mapToDouble(value).sorted().toArray()[moments.size() / 2];
    }

    private static PriceList.Timed stepOf(Run run, Map<Integer, Moment> usual, long cacheBytes, int vector) {
        Plan plan = run.plan();
        return SpeedModel.timedStep(
                plan.model().toString(),
                plan.work(),
                plan.depth(),
                Times.middleByStep(run.looks()),
                requireNonNull(usual.get(plan.threads())),
                cacheBytes,
                vector);
    }

    private static PriceList.Timed promptOf(Run run, Map<Integer, Moment> usual, int vector) {
        Plan plan = run.plan();
        return SpeedModel.timedPrompt(
                plan.model().toString(),
                plan.work(),
                plan.prompt(),
                Times.middleByPrompt(run.looks()),
                requireNonNull(usual.get(plan.threads())),
                vector);
    }

    /** What steps cost by number of threads, if our part of the cache and what is multiplied at a time are these. */
    private record Steps(long cacheBytes, int vector, Map<Integer, PriceList.Fitted> fitted) {
        /** The mean over threads of what models that were left out were off by. */
        double error() {
            return fitted.values().stream()
                    .mapToDouble(PriceList.Fitted::typical)
                    .average()
                    .orElseThrow();
        }

        /** Whether nothing of some type lay in a cache of this size, so that small models of it would be unknown. */
        boolean incomplete() {
            return fitted.values().stream().anyMatch(step -> {
                Set<String> parts = step.list().prices().keySet();
                return parts.stream()
                        .filter(part -> part.startsWith(SpeedModel.MEMORY))
                        .map(part -> SpeedModel.CACHED + part.substring(SpeedModel.MEMORY.length()))
                        .anyMatch(cached -> !parts.contains(cached));
            });
        }
    }

    private static Steps steps(long cacheBytes, int vector, List<Run> runs, Map<Integer, Moment> usual) {
        return new Steps(cacheBytes, vector, fitted(runs, run -> stepOf(run, usual, cacheBytes, vector)));
    }

    /** By number of threads; one first, from which something is known of more. */
    private static Map<Integer, PriceList.Fitted> fitted(List<Run> runs, Function<Run, PriceList.Timed> timed) {
        Map<Integer, List<PriceList.Timed>> byThreads = new TreeMap<>();
        runs.forEach(run -> byThreads
                .computeIfAbsent(run.plan().threads(), _ -> new ArrayList<>())
                .add(timed.apply(run)));
        PriceList.Fitted alone = PriceList.fit(requireNonNull(byThreads.remove(1)), Map.of());
        Map<Integer, PriceList.Fitted> fitted = new TreeMap<>(Map.of(1, alone));
        byThreads.forEach((count, own) -> fitted.put(count, PriceList.fit(own, SpeedModel.known(alone.list(), count))));
        return fitted;
    }

    private static DecodeWork work(Path file) {
        return switch (DecodeWork.read(GgufReader.read(file))) {
            case DecodeWork.Reading.Read(DecodeWork work) -> work;
            case DecodeWork.Reading.Refused(String reason) ->
                throw StoaException.bug("a model that was made to be timed is not modelled: " + reason);
        };
    }

    private static List<Plan> plans(CalibrationModel model, DecodeWork work, Set<Integer> counts) {
        List<CalibrationModel> small = small(model.type());
        // What attention costs does not depend on the type of the weights. But one of each type has a second length,
        // which tells the products of a prompt from what it costs anyway.
        boolean isSeenDeep = model.type() == GgmlType.F16 || model.equals(small.getLast());
        List<Plan> plans = new ArrayList<>();
        for (int threads : counts) {
            if (!small.contains(model)) {
                int prompt = work.bytes() > LARGE ? PROMPT_OF_LARGE : PROMPT_OF_MIDDLE;
                plans.add(new Plan(model, work, threads, prompt, 0));
                continue;
            }
            plans.add(new Plan(model, work, threads, ASKED_PROMPT, ASKED_DEPTH));
            if (isSeenDeep) {
                plans.add(new Plan(model, work, threads, LONG_PROMPT, DEEP));
            }
        }
        return plans;
    }

    private static List<Plan> heldPlans(CalibrationModel model, DecodeWork work, Set<Integer> counts) {
        return counts.stream()
                .map(threads -> new Plan(model, work, threads, ASKED_PROMPT, ASKED_DEPTH))
                .toList();
    }

    /** Models that have no part in the prices, so that it is seen how far off these are. */
    private static List<CalibrationModel> heldOut(GgmlType type) {
        return List.of(
                type == GgmlType.F16
                        ? new CalibrationModel(type, 5, 128, 4, 2, 320, 1024)
                        : new CalibrationModel(type, 3, 256, 8, 2, 512, 1024),
                new CalibrationModel(type, layersOf(HELD_MIDDLE, type, 512, 1280), 512, 8, 2, 1280, 1024));
    }

    /**
     * The small models of a type, which {@code stoa fit speed} times once more when a speed is asked for. All widths are whole
     * blocks of it.
     */
    public static List<CalibrationModel> small(GgmlType type) {
        if (type == GgmlType.F16) {
            return List.of(
                    new CalibrationModel(type, 3, 64, 4, 2, 192, 1024),
                    new CalibrationModel(type, 8, 64, 4, 4, 128, 512),
                    new CalibrationModel(type, 4, 128, 4, 4, 384, 1024),
                    new CalibrationModel(type, 3, 256, 4, 4, 768, 1024));
        }
        // What a row costs is told from what its products cost by rows of other widths.
        return type.blockElements() > NARROWEST
                ? List.of(
                        new CalibrationModel(type, 4, 512, 8, 4, 1024, 1024),
                        new CalibrationModel(type, 6, 256, 4, 4, 768, 1024))
                : List.of(
                        new CalibrationModel(type, 3, NARROWEST, 4, 2, 3 * NARROWEST, 512),
                        new CalibrationModel(type, 4, 128, 4, 2, 384, 1024),
                        new CalibrationModel(type, 6, 256, 4, 4, 768, 1024));
    }

    private static List<CalibrationModel> large(GgmlType type, long cacheBytes) {
        CalibrationModel beyond =
                new CalibrationModel(type, layersBeyond(type, cacheBytes), 1024, 16, 8, 3072, VOCABULARY);
        return type == GgmlType.F16
                ? List.of(
                        new CalibrationModel(type, 12, 256, 8, 4, 768, 1024),
                        new CalibrationModel(type, 6, 512, 8, 8, 1280, VOCABULARY),
                        beyond)
                : List.of(new CalibrationModel(type, 4, 768, 12, 4, 2048, VOCABULARY), beyond);
    }

    /** As many layers as make a file far beyond the cache, within what can be timed in a minute. */
    static int layersBeyond(GgmlType type, long cacheBytes) {
        return Math.max(4, layersOf(Math.clamp(TIMES_CACHE * cacheBytes, LEAST_LARGE, MOST_LARGE), type, 1024, 3072));
    }

    /** As many layers as make a file of about so many bytes, with keys half as wide as queries. */
    private static int layersOf(double bytes, GgmlType type, int embedding, int feedForward) {
        double layer = 3.0 * embedding * (embedding + feedForward) / type.blockElements() * type.blockBytes();
        return (int) Math.ceil(bytes / layer);
    }
}
