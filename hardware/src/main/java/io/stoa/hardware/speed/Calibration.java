package io.stoa.hardware.speed;

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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Finds the prices of a {@link SpeedModel} by timing models of zeros: F16 in six sizes, for what layers, rows and
 * attention cost, and each other type small and large, for what its bytes and products cost.
 */
public final class Calibration {
    private static final int VOCABULARY = 2048;

    private static final int SHORT_PROMPT = 64;
    private static final int LONG_PROMPT = 384;
    private static final int DEEP = 768;

    /** Models beyond it are not asked long prompts, which would take seconds on one thread. */
    private static final long SMALL = 64_000_000;

    /** A file of {@link SpeedModel}'s share of the cache and more comes from memory altogether. */
    private static final double TIMES_CACHE = 3;

    private static final double LEAST_LARGE = 90e6;
    private static final double MOST_LARGE = 400e6;

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

    /** Times of prompts and of steps; their lower quartiles count. */
    public record Times(List<Duration> prompts, List<Duration> steps) {
        public Times {
            prompts = List.copyOf(prompts);
            steps = List.copyOf(steps);
            if (prompts.isEmpty() || steps.isEmpty()) {
                throw new IllegalArgumentException("a prompt and a step are timed at least");
            }
        }

        /** The lower quartile of the prompts. */
        public double promptSeconds() {
            return undisturbed(prompts);
        }

        /** The lower quartile of the steps. */
        public double stepSeconds() {
            return undisturbed(steps);
        }

        /** The lower quartile: other guests of a machine only slow, and often half of the time. */
        private static double undisturbed(List<Duration> durations) {
            double[] seconds =
                    durations.stream().mapToDouble(SpeedRound::seconds).sorted().toArray();
            return seconds[seconds.length / 4];
        }
    }

    /**
     * Prepares one.
     *
     * @param folder for files of up to some 400 MB, which are removed again
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
        List<CalibrationModel> models = models(types, cacheBytes);
        List<Run> runs = new ArrayList<>();
        int done = 0;
        for (CalibrationModel model : models) {
            progress.at(done++, models.size());
            Path file = folder.resolve(
                    "calibration-" + model.type() + "-" + model.embedding() + "-" + model.layers() + ".gguf");
            try {
                Files.deleteIfExists(file);
                model.write(file);
                DecodeWork work = work(file);
                for (int count : threads) {
                    runs.addAll(time(file, work, cacheBytes, count));
                }
            } catch (IOException e) {
                throw new StoaException(
                        StoaException.Kind.RESOURCES,
                        folder + ": cannot be written (" + e.getMessage() + "); choose another folder",
                        e);
            } finally {
                file.toFile().delete();
            }
        }
        progress.at(models.size(), models.size());
        // Other guests of the machine have their part of the cache: the size that explains the times best is ours.
        return Stream.of(1, 2, 4, 8, 16)
                .map(share -> fit(machine, engine, cacheBytes / share, threads, runs))
                .min(Comparator.comparingDouble(Fit::error))
                .orElseThrow()
                .model();
    }

    /** One timed plan. */
    private record Run(String name, DecodeWork work, int threads, int prompt, int depth, double reading, double step) {}

    /** @param error the mean over threads of what models that were left out were off by */
    private record Fit(SpeedModel model, double error) {}

    private static Fit fit(String machine, String engine, long cacheBytes, List<Integer> threads, List<Run> runs) {
        Map<Integer, SpeedModel.Prices> prices = new TreeMap<>();
        double error = 0;
        for (int count : threads) {
            List<Run> own = runs.stream().filter(run -> run.threads() == count).toList();
            SpeedModel.Fitted step = SpeedModel.fit(own.stream()
                    .map(run -> new SpeedModel.Timed(
                            run.name(), SpeedModel.stepWork(run.work(), run.depth(), 1, cacheBytes), run.step()))
                    .toList());
            SpeedModel.Fitted prompt = SpeedModel.fit(own.stream()
                    .map(run -> new SpeedModel.Timed(
                            run.name(), SpeedModel.promptWork(run.work(), run.prompt()), run.reading()))
                    .toList());
            prices.put(count, new SpeedModel.Prices(step.prices(), step.error(), prompt.prices(), prompt.error()));
            error += step.typical() / threads.size();
        }
        return new Fit(new SpeedModel(machine, engine, cacheBytes, prices), error);
    }

    private static DecodeWork work(Path file) {
        return switch (DecodeWork.read(GgufReader.read(file))) {
            case DecodeWork.Reading.Read(DecodeWork work) -> work;
            case DecodeWork.Reading.Refused(String reason) ->
                throw StoaException.bug("a model that was made to be timed is not modelled: " + reason);
        };
    }

    private List<Run> time(Path file, DecodeWork work, long cacheBytes, int threads) {
        List<Run> runs = new ArrayList<>();
        boolean small = work.bytes() < Math.min(cacheBytes, SMALL);
        for (int[] plan :
                small ? new int[][] {{SHORT_PROMPT, 0}, {LONG_PROMPT, DEEP}} : new int[][] {{SHORT_PROMPT, 0}}) {
            Times times = stopwatch.time(file, plan[0], plan[1], threads);
            runs.add(new Run(
                    String.valueOf(file.getFileName()),
                    work,
                    threads,
                    plan[0],
                    plan[1],
                    times.promptSeconds(),
                    times.stepSeconds()));
        }
        return runs;
    }

    /** Widths are multiples of 256, so that every type fits, but for the smallest. */
    private static List<CalibrationModel> models(List<GgmlType> types, long cacheBytes) {
        List<CalibrationModel> models = new ArrayList<>(List.of(
                new CalibrationModel(GgmlType.F16, 3, 64, 4, 2, 192, 1024),
                new CalibrationModel(GgmlType.F16, 8, 64, 4, 4, 128, 512),
                new CalibrationModel(GgmlType.F16, 4, 128, 4, 4, 384, 1024),
                new CalibrationModel(GgmlType.F16, 3, 256, 4, 4, 768, 1024),
                new CalibrationModel(GgmlType.F16, 12, 256, 8, 4, 768, 1024),
                new CalibrationModel(GgmlType.F16, 6, 512, 8, 8, 1280, VOCABULARY),
                new CalibrationModel(GgmlType.F16, large(GgmlType.F16, cacheBytes), 1024, 16, 8, 3072, VOCABULARY)));
        for (GgmlType type :
                types.stream().filter(type -> type != GgmlType.F16).distinct().toList()) {
            models.add(new CalibrationModel(type, 6, 256, 4, 4, 768, 1024));
            models.add(new CalibrationModel(type, 4, 768, 12, 4, 2048, VOCABULARY));
            models.add(new CalibrationModel(type, large(type, cacheBytes), 1024, 16, 8, 3072, VOCABULARY));
        }
        return models;
    }

    /** As many layers as make a file far beyond the cache, within what can be timed in a minute. */
    static int large(GgmlType type, long cacheBytes) {
        double layer = 1024.0 * (1024 * 3 + 3072 * 3) / type.blockElements() * type.blockBytes();
        return Math.max(4, (int) Math.ceil(Math.clamp(TIMES_CACHE * cacheBytes, LEAST_LARGE, MOST_LARGE) / layer));
    }
}
