package io.stoa.hardware.speed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.hardware.speed.SpeedModel.Answer;
import io.stoa.hardware.speed.SpeedModel.Question;
import io.stoa.model.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a machine whose prices are known, so that it can be told whether they are found. */
final class CalibrationTest {
    private static final long CACHE = 16 << 20;

    private static final CalibrationModel UNSEEN = new CalibrationModel(GgmlType.Q8_0, 10, 512, 8, 2, 1536, 4000);

    @TempDir
    private Path folder;

    /** What a part costs here, in seconds. */
    private static double price(String part) {
        return switch (part) {
            case "batch" -> 5e-6;
            case "layers" -> 9e-6;
            case "rows" -> 4e-10;
            case "elements" -> 3e-10;
            case "attention" -> 5e-11;
            default -> part.startsWith("cached ") ? 2e-11 : part.startsWith("memory ") ? 9e-11 : 1.5e-11;
        };
    }

    private static double cost(Map<String, Double> work) {
        return work.entrySet().stream()
                .mapToDouble(part -> part.getValue() * price(part.getKey()))
                .sum();
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    private static Calibration.Times times(Path gguf, int promptTokens, int depth, Random random, double noise) {
        DecodeWork work = DecodeWork.of(GgufReader.read(gguf)).orElseThrow();
        double factor = Math.exp(noise * random.nextGaussian());
        return new Calibration.Times(
                List.of(duration(factor * cost(SpeedModel.promptWork(work, promptTokens)))),
                List.of(duration(factor * cost(SpeedModel.stepWork(work, depth, 1, CACHE)))));
    }

    private SpeedModel calibrate(Random random, double noise) {
        return new Calibration((gguf, prompt, depth, threads) -> times(gguf, prompt, depth, random, noise), folder)
                .run("a machine", "an engine", CACHE, List.of(1), List.of(GgmlType.Q8_0, GgmlType.Q4_K), Progress.NONE);
    }

    private GgufHeader write(CalibrationModel model) throws IOException {
        Path file = folder.resolve("unseen.gguf");
        model.write(file);
        return Preflight.examine(file);
    }

    @Test
    void exactTimesGiveExactPredictions() throws IOException {
        SpeedModel model = calibrate(new Random(1), 0);
        GgufHeader header = write(UNSEEN);
        DecodeWork work = DecodeWork.of(header).orElseThrow();
        Answer.Known known = (Answer.Known) model.predict(header, new Question(1, 200, 300, 1));
        assertThat(known.prompt()).isCloseTo(cost(SpeedModel.promptWork(work, 200)), within(0.01 * known.prompt()));
        assertThat(known.step()).isCloseTo(cost(SpeedModel.stepWork(work, 300, 1, CACHE)), within(0.01 * known.step()));
        assertThat(folder).isDirectoryNotContaining("glob:**calibration*");
    }

    /** Noise of 5 % in each time: the interval of 90 % holds the truth at least so often. */
    @Test
    void intervalsHoldWhatTheySay() throws IOException {
        long seed = System.nanoTime();
        System.out.println("calibration: seed " + seed);
        Random random = new Random(seed);
        GgufHeader header = write(UNSEEN);
        DecodeWork work = DecodeWork.of(header).orElseThrow();
        int rounds = 60;
        int inside = 0;
        for (int round = 0; round < rounds; round++) {
            Answer.Known known = (Answer.Known) calibrate(random, 0.05).predict(header, new Question(1, 100, 100, 1));
            double measured = cost(SpeedModel.stepWork(work, 100, 1, CACHE)) * Math.exp(0.05 * random.nextGaussian());
            inside += known.stepInterval().contains(measured) ? 1 : 0;
        }
        // 48 of 60 or fewer happen once in 100 times when each is inside with 90 %.
        assertThat(inside).isGreaterThan(46);
    }

    @Test
    void manyAnswersReadTheWeightsOnce() throws IOException {
        SpeedModel model = calibrate(new Random(1), 0);
        GgufHeader header = write(UNSEEN);
        double one = ((Answer.Known) model.predict(header, new Question(1, 100, 0, 1))).step();
        double four = ((Answer.Known) model.predict(header, new Question(1, 100, 0, 4))).step();
        assertThat(four).isGreaterThanOrEqualTo(one).isLessThan(4 * one);
    }

    @Test
    void whatWasNotTimedIsUnknown() throws IOException {
        SpeedModel model = calibrate(new Random(1), 0);
        GgufHeader header = write(new CalibrationModel(GgmlType.Q6_K, 2, 512, 8, 2, 1536, 4000));
        assertThat(model.predict(header, new Question(1, 10, 0, 1)))
                .isInstanceOfSatisfying(
                        Answer.Unknown.class,
                        unknown -> assertThat(unknown.reason()).contains("not calibrated", "Q6_K"));
        assertThat(model.predict(header, new Question(2, 10, 0, 1)))
                .isInstanceOfSatisfying(
                        Answer.Unknown.class,
                        unknown -> assertThat(unknown.reason()).contains("[1] threads, not 2"));
    }
}
