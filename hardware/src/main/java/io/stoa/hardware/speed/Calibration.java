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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds the prices of a {@link SpeedModel} by timing models of zeros: F16 in four sizes, for what layers, rows and
 * attention cost, and each other type small and large, for what its bytes and products cost.
 */
public final class Calibration {
    private static final int VOCABULARY = 2048;

    private static final int SHORT_PROMPT = 64;
    private static final int LONG_PROMPT = 384;
    private static final int DEEP = 768;

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

    /** Times of prompts and of steps; the least disturbed ones count. */
    public record Times(List<Duration> prompts, List<Duration> steps) {
        public Times {
            prompts = List.copyOf(prompts);
            steps = List.copyOf(steps);
            if (prompts.isEmpty() || steps.isEmpty()) {
                throw new IllegalArgumentException("a prompt and a step are timed at least");
            }
        }
    }

    /**
     * Prepares one.
     *
     * @param folder for files of up to some 200 MB, which are removed again
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
        List<CalibrationModel> models = models(types);
        Map<Integer, List<SpeedModel.Timed>> steps = new TreeMap<>();
        Map<Integer, List<SpeedModel.Timed>> prompts = new TreeMap<>();
        int done = 0;
        for (CalibrationModel model : models) {
            progress.at(done++, models.size());
            Path file = folder.resolve(
                    "calibration-" + model.type() + "-" + model.embedding() + "-" + model.layers() + ".gguf");
            try {
                Files.deleteIfExists(file);
                model.write(file);
                DecodeWork work = DecodeWork.of(GgufReader.read(file)).orElseThrow();
                for (int count : threads) {
                    time(file, work, cacheBytes, count, steps, prompts);
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
        Map<Integer, SpeedModel.Prices> prices = new TreeMap<>();
        for (int count : threads) {
            SpeedModel.Fitted step = SpeedModel.fit(steps.getOrDefault(count, List.of()));
            SpeedModel.Fitted prompt = SpeedModel.fit(prompts.getOrDefault(count, List.of()));
            prices.put(count, new SpeedModel.Prices(step.prices(), step.error(), prompt.prices(), prompt.error()));
        }
        return new SpeedModel(machine, engine, cacheBytes, prices);
    }

    private void time(
            Path file,
            DecodeWork work,
            long cacheBytes,
            int threads,
            Map<Integer, List<SpeedModel.Timed>> steps,
            Map<Integer, List<SpeedModel.Timed>> prompts) {
        String name = String.valueOf(file.getFileName());
        boolean small = work.bytes(1) < cacheBytes;
        for (int[] plan :
                small ? new int[][] {{SHORT_PROMPT, 0}, {LONG_PROMPT, DEEP}} : new int[][] {{SHORT_PROMPT, 0}}) {
            Times times = stopwatch.time(file, plan[0], plan[1], threads);
            int middle = plan[1] + times.steps().size() / 2;
            steps.computeIfAbsent(threads, key -> new ArrayList<>())
                    .add(new SpeedModel.Timed(
                            name, SpeedModel.stepWork(work, middle, 1, cacheBytes), median(times.steps())));
            prompts.computeIfAbsent(threads, key -> new ArrayList<>())
                    .add(new SpeedModel.Timed(name, SpeedModel.promptWork(work, plan[0]), median(times.prompts())));
        }
    }

    private static double median(List<Duration> durations) {
        double[] seconds =
                durations.stream().mapToDouble(SpeedRound::seconds).sorted().toArray();
        return (seconds[(seconds.length - 1) / 2] + seconds[seconds.length / 2]) / 2;
    }

    /** Widths are multiples of 256, so that every type fits, but for the smallest. */
    private static List<CalibrationModel> models(List<GgmlType> types) {
        List<CalibrationModel> models = new ArrayList<>(List.of(
                new CalibrationModel(GgmlType.F16, 3, 64, 4, 2, 192, 1024),
                new CalibrationModel(GgmlType.F16, 8, 64, 4, 4, 128, 512),
                new CalibrationModel(GgmlType.F16, 4, 128, 4, 4, 384, 1024),
                new CalibrationModel(GgmlType.F16, 12, 256, 8, 4, 768, 1024),
                new CalibrationModel(GgmlType.F16, 6, 512, 8, 8, 1280, VOCABULARY),
                new CalibrationModel(GgmlType.F16, 6, 1024, 16, 8, 3072, VOCABULARY)));
        for (GgmlType type :
                types.stream().filter(type -> type != GgmlType.F16).distinct().toList()) {
            models.add(new CalibrationModel(type, 6, 256, 4, 4, 768, 1024));
            models.add(new CalibrationModel(type, 4, 768, 12, 4, 2048, VOCABULARY));
            models.add(new CalibrationModel(type, large(type), 1024, 16, 8, 3072, VOCABULARY));
        }
        return models;
    }

    /** As many layers as make some 90 MB, far beyond a cache. */
    private static int large(GgmlType type) {
        double layer = 1024.0 * (1024 * 3 + 3072 * 3) / type.blockElements() * type.blockBytes();
        return (int) Math.clamp(90e6 / layer, 4, 24);
    }

    /** The types that files of today are made of. */
    public static List<GgmlType> usualTypes() {
        return Arrays.asList(GgmlType.F16, GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.Q4_K, GgmlType.Q6_K);
    }
}
