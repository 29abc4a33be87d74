package io.stoa.cli;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.engine.llama.DecodeTimes;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.engine.llama.Yardstick;
import io.stoa.hardware.speed.Calibration;
import io.stoa.hardware.speed.CalibrationModel;
import io.stoa.hardware.speed.HandOver;
import io.stoa.hardware.speed.Moment;
import io.stoa.hardware.speed.SpeedModel;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToDoubleFunction;

/** Times files, and what the machine is like meanwhile. */
final class SpeedLooks implements AutoCloseable {
    /** So small that its time does not depend on where in memory it lies. */
    private static final CalibrationModel YARDSTICK = new CalibrationModel(GgmlType.Q8_0, 4, 128, 2, 2, 256, 512);

    /** Of the yardstick, before they count: its weights come into the cache. */
    private static final int FIRST_STEPS = 5;

    private static final Duration WARM_UP = Duration.ofMillis(40);
    private static final int YARDSTICK_STEPS = 25;
    private static final int YARDSTICK_PROMPTS = 7;

    /** A look during which the machine became another is taken once more. */
    private static final int MOST_TRIES = 2;

    /** Of large models; what is fast is timed more often. */
    private static final int READINGS = 1;

    private static final int STEPS = 8;

    private static final int LONGEST_REFERENCE = 512;

    private final LlamaRuntime llama;
    private final Path folder;
    private final List<Yardstick> yardsticks = new ArrayList<>();
    private final Map<GgmlType, List<Small>> small = new EnumMap<>(GgmlType.class);

    /** A small model and what was seen of it. */
    private record Small(Path file, GgufHeader header, List<Calibration.Times> looks) {}

    /** @throws StoaException of kind {@code RESOURCES} when there is no room for temporary files */
    SpeedLooks(LlamaRuntime llama) {
        this.llama = llama;
        try {
            folder = Files.createTempDirectory("stoa-speed");
        } catch (IOException e) {
            throw noRoom(e);
        }
        try {
            YARDSTICK.write(yardstick());
        } catch (IOException e) {
            close();
            throw noRoom(e);
        }
    }

    private static StoaException noRoom(IOException e) {
        return new StoaException(
                StoaException.Kind.RESOURCES,
                "no temporary files can be written (" + e.getMessage() + "); set -Djava.io.tmpdir",
                e);
    }

    private Path yardstick() {
        return folder.resolve("yardstick.gguf");
    }

    /** Where there is room for further files until this is closed. */
    Path folder() {
        return folder;
    }

    /** What the machine is like just now, to so many threads; no more than there are processors. */
    Moment now(int threads) {
        if (yardsticks.size() < threads) {
            while (yardsticks.size() < threads) {
                yardsticks.add(llama.yardstick(yardstick()));
            }
            warmUp(threads);
        }
        double handOver = HandOver.seconds(threads);
        List<Paced> paced = paced(threads);
        return new Moment(threads, handOver, mean(paced, Paced::step), mean(paced, Paced::prompt));
    }

    /** Until Java has compiled the way to llama.cpp and from thread to thread. */
    private void warmUp(int threads) {
        long end = System.nanoTime() + WARM_UP.toNanos();
        do {
            HandOver.seconds(threads);
            pace(yardsticks.getLast(), new CountDownLatch(0));
        } while (System.nanoTime() < end);
    }

    private List<Paced> paced(int threads) {
        List<Paced> paced = new ArrayList<>();
        CountDownLatch together = new CountDownLatch(threads);
        try (ExecutorService others = Executors.newCachedThreadPool()) {
            try {
                List<CompletableFuture<Paced>> running = yardsticks.subList(1, threads).stream()
                        .map(each -> CompletableFuture.supplyAsync(() -> pace(each, together), others))
                        .toList();
                // On the very thread that looks at files, because the next processor may be slower.
                paced.add(pace(yardsticks.getFirst(), together));
                running.forEach(each -> paced.add(each.join()));
            } finally {
                // Where a thread could not be started, the others do not wait for it for ever.
                while (together.getCount() > 0) {
                    together.countDown();
                }
            }
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoaException known ? known : e;
        }
        return paced;
    }

    private record Paced(double step, double prompt) {}

    private static Paced pace(Yardstick yardstick, CountDownLatch together) {
        together.countDown();
        while (together.getCount() > 0) {
            Thread.onSpinWait();
        }
        yardstick.steps(FIRST_STEPS);
        double step = Calibration.lowerDecile(yardstick.steps(YARDSTICK_STEPS));
        return new Paced(step, Calibration.lowerDecile(yardstick.prompts(YARDSTICK_PROMPTS)));
    }

    private static double mean(List<Paced> paced, ToDoubleFunction<Paced> value) {
        return paced.stream().mapToDouble(value).average().orElseThrow();
    }

    /**
     * Times the small models of a type once more, with the prompts and the depth that something is to be told of, up to {@value
     * #LONGEST_REFERENCE} tokens; it takes about a second for two numbers of threads.
     */
    void lookAtSmall(GgmlType type, int promptTokens, int depth, Set<Integer> threads) {
        int prompt = cut(promptTokens);
        int before = cut(depth);
        for (Small one : small.computeIfAbsent(type, this::written)) {
            threads.forEach(count -> one.looks().add(look(one.file(), prompt, before, 1, count)));
        }
    }

    /** All that {@link #lookAtSmall} saw. */
    List<SpeedModel.Reference> references(int promptTokens, int depth) {
        return small.values().stream()
                .flatMap(List::stream)
                .map(one -> new SpeedModel.Reference(one.header(), cut(promptTokens), cut(depth), one.looks()))
                .toList();
    }

    private static int cut(int tokens) {
        return Math.min(tokens, LONGEST_REFERENCE);
    }

    private List<Small> written(GgmlType type) {
        List<Small> written = new ArrayList<>();
        for (CalibrationModel model : Calibration.small(type)) {
            Path file = folder.resolve(type + "-" + written.size() + ".gguf");
            try {
                model.write(file);
            } catch (IOException e) {
                file.toFile().delete();
                written.forEach(each -> each.file().toFile().delete());
                throw noRoom(e);
            }
            written.add(new Small(file, Preflight.examine(file), new ArrayList<>()));
        }
        return written;
    }

    /** Times a file once, with meaningless tokens. */
    Calibration.Times look(Path gguf, int promptTokens, int depth, int sequences, int threads) {
        DecodeTimes.Plan plan = new DecodeTimes.Plan(promptTokens, READINGS, depth, sequences, STEPS, threads);
        Moment before = now(threads);
        for (int number = 1; true; number++) {
            DecodeTimes times = llama.decodeTimes(gguf, plan);
            Moment after = now(threads);
            if (before.isLike(after) || number == MOST_TRIES) {
                return Calibration.Times.of(times.prompts(), times.steps(), before.with(after));
            }
            before = after;
        }
    }

    @Override
    public void close() {
        yardsticks.forEach(Yardstick::close);
        small.values()
                .forEach(models -> models.forEach(one -> one.file().toFile().delete()));
        yardstick().toFile().delete();
        folder.toFile().delete();
    }
}
