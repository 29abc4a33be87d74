package io.stoa.hardware.speed;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.engine.gguf.GgufValue;
import io.stoa.engine.gguf.Preflight;
import io.stoa.hardware.speed.SpeedModel.Answer;
import io.stoa.hardware.speed.SpeedModel.Question;
import io.stoa.model.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a machine whose prices are known, so that it can be told whether they are found. */
final class CalibrationTest {
    private static final long CACHE = 16 << 20;

    private static final Moment ONE = new Moment(1, 0, 1e-4, 1e-3);

    private static final Moment TWO = new Moment(2, 1e-7, 1e-4, 1e-3);

    private static final CalibrationModel UNSEEN = new CalibrationModel(GgmlType.Q8_0, 10, 512, 8, 2, 1536, 4000);

    @TempDir
    private Path folder;

    /** What a part costs here, in seconds. */
    private static double price(String part) {
        return switch (part) {
            case "batch" -> 5e-6;
            case "layers" -> 9e-6;
            // Ninety times that one waits for what another wrote.
            case "layers handed over" -> 90;
            case "rows handed over" -> 0.01;
            case "rows" -> 4e-10;
            case "elements" -> 3e-10;
            case "attention" -> 2e-9;
            case "attention vectors" -> 5e-11;
            case "attention rests" -> 3e-9;
            default -> part.startsWith("cached ") ? 2e-11 : part.startsWith("memory ") ? 9e-11 : 1.5e-11;
        };
    }

    private static DecodeWork work(GgufHeader header) {
        return ((DecodeWork.Reading.Read) DecodeWork.read(header)).work();
    }

    private static double cost(Map<String, Double> work) {
        return work.entrySet().stream()
                .mapToDouble(part -> part.getValue() * price(part.getKey()))
                .sum();
    }

    /** Of a prompt's elements and of rows each thread has its part. */
    private static double shared(Map<String, Double> work, Moment moment) {
        Map<String, Double> parts = new TreeMap<>(work);
        parts.replaceAll((part, times) ->
                part.equals("elements") || part.matches("rows( [A-Z].*)?") ? times / moment.threads() : times);
        return cost(parts);
    }

    private static double promptCost(DecodeWork work, int tokens, Moment moment, int vector) {
        double pace = moment.promptPace(ONE);
        return pace * shared(SpeedModel.promptWork(work, tokens, moment.at(pace), vector), moment);
    }

    private static double stepCost(DecodeWork work, int depth, Moment moment, int vector) {
        double pace = moment.stepPace(ONE);
        return pace * shared(SpeedModel.stepWork(work, depth, 1, moment.at(pace), CACHE, vector), moment);
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    private static Calibration.Times times(
            Path gguf, int promptTokens, int depth, Moment moment, int vector, Random random, double noise) {
        DecodeWork work = work(GgufReader.read(gguf));
        double factor = Math.exp(noise * random.nextGaussian());
        return Calibration.Times.of(
                List.of(duration(factor * promptCost(work, promptTokens, moment, vector))),
                List.of(duration(factor * stepCost(work, depth, moment, vector))),
                moment);
    }

    private SpeedModel calibrate(Random random, double noise) {
        return calibrate(32, random, noise);
    }

    private SpeedModel calibrate(int vector, Random random, double noise) {
        return new Calibration(
                        (gguf, prompt, depth, _) -> times(gguf, prompt, depth, ONE, vector, random, noise), folder)
                .run("a machine", "an engine", CACHE, List.of(1), List.of(GgmlType.Q8_0, GgmlType.Q4_K), Progress.NONE);
    }

    private GgufHeader write(CalibrationModel model) throws IOException {
        Path file = folder.resolve("unseen.gguf");
        Files.deleteIfExists(file);
        model.write(file);
        return Preflight.examine(file);
    }

    @Test
    void exactTimesGiveExactPredictions() throws IOException {
        SpeedModel model = calibrate(new Random(1), 0);
        GgufHeader header = write(UNSEEN);
        DecodeWork work = work(header);
        Answer.Known known = (Answer.Known) model.predict(header, new Question(ONE, List.of(), 200, 300, 1));
        assertThat(known.prompt()).isCloseTo(promptCost(work, 200, ONE, 32), within(0.01 * known.prompt()));
        assertThat(known.step()).isCloseTo(stepCost(work, 300, ONE, 32), within(0.01 * known.step()));
        assertThat(folder).isDirectoryNotContaining("glob:**calibration*");
    }

    /** Since it was calibrated all prompts of one type have become slower, those of the other have not. */
    @Test
    void referencesSayWhatPricesLeaveUnsaid() throws IOException {
        List<SpeedModel.Reference> references = new ArrayList<>();
        for (GgmlType type : List.of(GgmlType.Q8_0, GgmlType.Q4_K)) {
            for (CalibrationModel small : Calibration.small(type)) {
                GgufHeader header = write(small);
                double seconds = promptCost(work(header), 128, ONE, 32) * (type == GgmlType.Q8_0 ? 1.3 : 1);
                references.add(reference(header, seconds));
            }
        }
        assertThat(slowedBy(references, new CalibrationModel(GgmlType.Q8_0, 4, 256, 4, 4, 768, 1024)))
                .isBetween(1.25, 1.3);
        assertThat(slowedBy(references, new CalibrationModel(GgmlType.Q4_K, 4, 256, 4, 4, 768, 1024)))
                .isCloseTo(1, within(0.01));
        // Nothing that was timed beside is like a model a hundred times as large.
        assertThat(slowedBy(references, new CalibrationModel(GgmlType.Q8_0, 40, 1024, 16, 8, 3072, 1024)))
                .isBetween(1.0, 1.08);
        // Others' threads say nothing of one's, however close they are.
        List<SpeedModel.Reference> withTwo = references.stream()
                .map(each -> new SpeedModel.Reference(
                        each.header(),
                        128,
                        64,
                        List.of(new Calibration.Times(
                                each.looks().getFirst().promptSeconds(), 1, new Moment(2, 0, 1e-4, 1e-3)))))
                .toList();
        assertThat(slowedBy(withTwo, UNSEEN)).isEqualTo(1);
    }

    /** What is like the small models that are timed beside is known better than what is not, and that better than what has none. */
    @Test
    void intervalsAreNarrowerBesideReferences() throws IOException {
        SpeedModel model = calibrate(new Random(4), 0.05);
        List<SpeedModel.Reference> references = new ArrayList<>();
        for (CalibrationModel small : Calibration.small(GgmlType.Q8_0)) {
            GgufHeader header = write(small);
            references.add(reference(header, promptCost(work(header), 128, ONE, 32)));
        }
        double like = width(model, references, new CalibrationModel(GgmlType.Q8_0, 4, 256, 4, 4, 512, 1024));
        double smaller = width(model, references, new CalibrationModel(GgmlType.Q8_0, 1, 64, 4, 4, 64, 512));
        double large = width(model, references, new CalibrationModel(GgmlType.Q8_0, 20, 768, 12, 4, 2048, 2048));
        double ofAnotherType = width(model, references, new CalibrationModel(GgmlType.Q4_K, 4, 256, 4, 4, 512, 1024));
        assertThat(like).isLessThan(smaller);
        assertThat(like).isLessThan(large / 2);
        assertThat(large).isLessThan(ofAnotherType);
        assertThat(width(model, List.of(), new CalibrationModel(GgmlType.Q8_0, 4, 256, 4, 4, 512, 1024)))
                .isGreaterThan(2 * like);
        DecodeWork bare = work(header("llama", Map.of(), List.of()));
        assertThat(bare.matrices()).isEmpty();
        assertThat(Neighbours.told(bare, 128, new PriceList(Map.of(), 1, Map.of()), List.of()))
                .isEqualTo(new Neighbours.Told(0, 1));
    }

    /** Looked at once. */
    private static SpeedModel.Reference reference(GgufHeader header, double promptSeconds) {
        return new SpeedModel.Reference(
                header,
                128,
                64,
                List.of(Calibration.Times.of(
                        List.of(duration(promptSeconds)),
                        List.of(duration(stepCost(work(header), 64, ONE, 32))),
                        ONE)));
    }

    private double width(SpeedModel model, List<SpeedModel.Reference> references, CalibrationModel asked)
            throws IOException {
        Answer.Known known = (Answer.Known) model.predict(write(asked), new Question(ONE, references, 128, 64, 1));
        return Math.log(known.stepInterval().high() / known.stepInterval().low());
    }

    private double slowedBy(List<SpeedModel.Reference> references, CalibrationModel asked) throws IOException {
        SpeedModel model = calibrate(new Random(1), 0);
        GgufHeader header = write(asked);
        Answer.Known with = (Answer.Known) model.predict(header, new Question(ONE, references, 128, 0, 1));
        Answer.Known without = (Answer.Known) model.predict(header, new Question(ONE, List.of(), 128, 0, 1));
        assertThat(with.step()).isCloseTo(without.step(), within(0.01 * without.step()));
        return with.prompt() / without.prompt();
    }

    /**
     * Each look has noise of 3 %, and what prices leave unsaid is up to 15 %, another for each type and size: the interval of
     * 90 % holds the middle of three about so often, for what is like that which is timed beside as for what is not.
     */
    @Test
    void intervalsHoldWhatTheySay() throws IOException {
        Random random = new Random(20261127);
        List<GgmlType> types =
                List.of(GgmlType.F16, GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.Q5_0, GgmlType.Q4_K, GgmlType.Q6_K);
        int asked = 0;
        int insideOfSmall = 0;
        int insideOfLarge = 0;
        for (int round = 0; round < 12; round++) {
            Map<GgmlType, Double> phases = new EnumMap<>(GgmlType.class);
            types.forEach(type -> phases.put(type, 2 * Math.PI * random.nextDouble()));
            Calibration.Stopwatch stopwatch = (gguf, prompt, depth, _) -> {
                DecodeWork work = work(GgufReader.read(gguf));
                double unsaid = 0.15
                        * Math.sin(Math.log(work.bytes())
                                + requireNonNull(phases.get(work.output().type())));
                Calibration.Times said = times(gguf, prompt, depth, ONE, 32, random, 0.03);
                return new Calibration.Times(
                        Math.exp(unsaid) * said.promptSeconds(), Math.exp(unsaid) * said.stepSeconds(), ONE);
            };
            SpeedModel model = new Calibration(stopwatch, folder)
                    .run("a machine", "an engine", CACHE, List.of(1), types, Progress.NONE);
            for (GgmlType type : types) {
                List<SpeedModel.Reference> references = new ArrayList<>();
                for (CalibrationModel small : Calibration.small(type)) {
                    GgufHeader header = write(small);
                    references.add(new SpeedModel.Reference(header, 128, 64, looks(stopwatch)));
                }
                asked += 2;
                insideOfSmall +=
                        inside(model, references, new CalibrationModel(type, 4, 256, 8, 2, 768, 1024), stopwatch);
                insideOfLarge +=
                        inside(model, references, new CalibrationModel(type, 9, 512, 16, 4, 1536, 1024), stopwatch);
            }
        }
        assertThat(insideOfSmall / (double) asked).isBetween(0.8, 0.98);
        assertThat(insideOfLarge / (double) asked).isBetween(0.8, 0.98);
    }

    private List<Calibration.Times> looks(Calibration.Stopwatch stopwatch) {
        return Stream.generate(() -> stopwatch.time(folder.resolve("unseen.gguf"), 128, 64, 1))
                .limit(Calibration.Times.LOOKS)
                .toList();
    }

    /** Of its prompt and its step. */
    private int inside(
            SpeedModel model,
            List<SpeedModel.Reference> references,
            CalibrationModel asked,
            Calibration.Stopwatch stopwatch)
            throws IOException {
        Answer.Known known = (Answer.Known) model.predict(write(asked), new Question(ONE, references, 128, 64, 1));
        List<Calibration.Times> seen = looks(stopwatch);
        double reading = Calibration.Times.middleByPrompt(seen).promptSeconds();
        double next = Calibration.Times.middleByStep(seen).stepSeconds();
        return (known.promptInterval().contains(reading) ? 1 : 0)
                + (known.stepInterval().contains(next) ? 1 : 0);
    }

    @Test
    void smallModelsAreWholeBlocksOfEachType() throws IOException {
        for (GgmlType type : GgmlType.values()) {
            if (type.holdsWeights()) {
                for (CalibrationModel small : Calibration.small(type)) {
                    assertThat(write(small).tensors()).isNotEmpty();
                }
            }
        }
    }

    @Test
    void manyAnswersReadTheWeightsOnce() throws IOException {
        SpeedModel model = calibrate(new Random(1), 0);
        GgufHeader header = write(UNSEEN);
        double one = ((Answer.Known) model.predict(header, new Question(ONE, List.of(), 100, 0, 1))).step();
        double four = ((Answer.Known) model.predict(header, new Question(ONE, List.of(), 100, 0, 4))).step();
        assertThat(four).isGreaterThanOrEqualTo(one).isLessThan(4 * one);
    }

    @Test
    void whatWasNotTimedIsUnknown() throws IOException {
        SpeedModel model = calibrate(new Random(1), 0);
        GgufHeader header = write(new CalibrationModel(GgmlType.Q6_K, 2, 512, 8, 2, 1536, 4000));
        assertThat(model.predict(header, new Question(ONE, List.of(), 10, 0, 1)))
                .isInstanceOfSatisfying(
                        Answer.Unknown.class,
                        unknown -> assertThat(unknown.reason()).contains("not calibrated", "Q6_K"));
        assertThat(model.predict(header, new Question(TWO, List.of(), 10, 0, 1)))
                .isInstanceOfSatisfying(
                        Answer.Unknown.class,
                        unknown -> assertThat(unknown.reason()).contains("[1] threads, not 2"));
    }

    /** Alone its working set lies in the cache; with many sequences it does not, and that has no price here. */
    @Test
    void whatWasNotTimedForSoManySequencesIsUnknown() throws IOException {
        SpeedModel whole = calibrate(new Random(1), 0);
        SpeedModel.Prices all = whole.threads().values().iterator().next();
        Map<String, Double> cachedOnly = new TreeMap<>(all.step().prices());
        cachedOnly.keySet().removeIf(part -> part.startsWith("memory "));
        SpeedModel model = new SpeedModel(
                "a machine",
                "an engine",
                CACHE,
                32,
                Map.of(1, new SpeedModel.Prices(new PriceList(cachedOnly, 0.1, Map.of()), all.prompt(), ONE)));
        GgufHeader header = write(new CalibrationModel(GgmlType.Q8_0, 6, 256, 4, 4, 768, 1024));
        assertThat(model.predict(header, new Question(ONE, List.of(), 10, 100, 1)))
                .isInstanceOf(Answer.Known.class);
        assertThat(model.predict(header, new Question(ONE, List.of(), 10, 100, 64)))
                .isInstanceOfSatisfying(
                        Answer.Unknown.class,
                        unknown -> assertThat(unknown.reason()).contains("not calibrated: memory Q8_0"));
    }

    @Test
    void largeModelsAreBeyondTheCacheWhateverItIs() throws IOException {
        for (long cache : new long[] {4 << 20, 32 << 20, 96 << 20}) {
            for (GgmlType type : List.of(GgmlType.F16, GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.Q2_K)) {
                GgufHeader header = write(
                        new CalibrationModel(type, Calibration.layersBeyond(type, cache), 1024, 16, 8, 3072, 2048));
                assertThat(header.tensorBytes()).as("%s %d", type, cache).isBetween(3 * cache, 350_000_000L);
                assertThat(SpeedModel.stepWork(work(header), 0, 1, Threads.ONE, cache, 32)
                                .keySet())
                        .contains("memory " + type)
                        .doesNotContain("cached " + type);
            }
        }
        assertThat(Calibration.layersBeyond(GgmlType.F16, 1L << 30)).isLessThanOrEqualTo(12);
    }

    private static GgufHeader header(String architecture, Map<String, GgufValue> own, List<GgufTensor> tensors) {
        Map<String, GgufValue> metadata = new TreeMap<>();
        metadata.put("general.architecture", new GgufValue.Text(architecture));
        Map.of("block_count", 12, "embedding_length", 512, "attention.head_count", 8, "attention.head_count_kv", 4)
                .forEach((key, value) -> metadata.put(architecture + "." + key, new GgufValue.Whole(value)));
        own.forEach((key, value) -> metadata.put(architecture + "." + key, value));
        List<GgufTensor> all = new ArrayList<>(tensors);
        all.add(new GgufTensor("token_embd.weight", List.of(512L, 1000L), GgmlType.F16, 0));
        return new GgufHeader(3, metadata, all, 32, 4096, 1 << 20);
    }

    private static String refusal(GgufHeader header) {
        return ((Answer.Unknown) new SpeedModel("m", "e", CACHE, 32, Map.of())
                        .predict(header, new Question(ONE, List.of(), 1, 0, 1)))
                .reason();
    }

    /** With AVX-512 a head 32 wide is multiplied number by number, with AVX2 at once. */
    @Test
    void howManyNumbersAreMultipliedAtATimeIsFound() throws IOException {
        GgufHeader header = write(new CalibrationModel(GgmlType.F16, 8, 256, 8, 4, 768, 1024));
        for (int vector : List.of(32, 64)) {
            SpeedModel model = calibrate(vector, new Random(2), 0.02);
            assertThat(model.vector()).isEqualTo(vector);
            double step = ((Answer.Known) model.predict(header, new Question(ONE, List.of(), 100, 1000, 1))).step();
            assertThat(step).isCloseTo(stepCost(work(header), 1000, ONE, vector), within(0.1 * step));
        }
    }

    /** 80 is two and a half times the 32 numbers that are multiplied at a time. */
    @Test
    void whatAHeadsWidthLeavesOverIsApart() {
        GgufValue width = new GgufValue.Whole(80);
        DecodeWork odd = work(
                header("llama", Map.of("attention.key_length", width, "attention.value_length", width), List.of()));

        assertThat(odd.lookBack(10, 1, 1, 32))
                .isEqualTo(new DecodeWork.LookBack(12 * 8 * 10, 12 * 8 * 64 * 10, 12 * 8 * 16 * 10));
    }

    @Test
    void ofALookTheLowerDecileCountsAndOfSeveralTheMedian() {
        List<Duration> steps = durations(5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6);
        assertThat(Calibration.Times.of(durations(3, 9, 9), steps, TWO)).isEqualTo(new Calibration.Times(3, 6, TWO));

        List<Calibration.Times> looks = List.of(
                new Calibration.Times(3, 9, TWO), new Calibration.Times(8, 7, TWO), new Calibration.Times(4, 8, TWO));
        assertThat(Calibration.Times.middleByPrompt(looks)).isEqualTo(looks.get(2));
        assertThat(Calibration.Times.middleByStep(looks.subList(0, 2))).isEqualTo(looks.get(1));
    }

    /** Calibrated in one state of the machine, asked in another: threads far apart or close, processors slowed or not. */
    @Test
    void whatTheMachineIsLikeIsAMatterOfTheMoment() throws IOException {
        DecodeWork work = work(write(UNSEEN));
        List<Moment> moments = List.of(
                new Moment(2, 220e-9, 1e-4, 1e-3),
                new Moment(2, 40e-9, 1e-4, 1e-3),
                new Moment(2, 220e-9, 1.5e-4, 1.3e-3));
        for (Moment then : moments) {
            SpeedModel model = new Calibration(
                            (gguf, prompt, depth, threads) ->
                                    times(gguf, prompt, depth, threads == 1 ? ONE : then, 32, new Random(1), 0),
                            folder)
                    .run("a machine", "an engine", CACHE, List.of(2), List.of(GgmlType.Q8_0), Progress.NONE);
            assertThat(requireNonNull(model.threads().get(2)).usual()).isEqualTo(then);
            for (Moment now : moments) {
                Answer.Known known =
                        (Answer.Known) model.predict(write(UNSEEN), new Question(now, List.of(), 200, 300, 1));
                double prompt = promptCost(work, 200, now, 32);
                double step = stepCost(work, 300, now, 32);
                assertThat(known.prompt()).as("from %s to %s", then, now).isCloseTo(prompt, within(0.02 * prompt));
                assertThat(known.step()).as("from %s to %s", then, now).isCloseTo(step, within(0.02 * step));
            }
        }
    }

    /** Others slowed the first two of three looks, and the yardstick with them: nothing of it is left in the prices. */
    @Test
    void looksAreHeldAgainstTheYardstickOfTheirMoment() throws IOException {
        AtomicInteger number = new AtomicInteger();
        SpeedModel model = new Calibration(
                        (gguf, prompt, depth, _) -> times(
                                gguf,
                                prompt,
                                depth,
                                number.incrementAndGet() % 3 == 0 ? ONE : new Moment(1, 0, 1.6e-4, 1.4e-3),
                                32,
                                new Random(1),
                                0),
                        folder)
                .run("a machine", "an engine", CACHE, List.of(1), List.of(GgmlType.Q8_0), Progress.NONE);
        Answer.Known known = (Answer.Known) model.predict(write(UNSEEN), new Question(ONE, List.of(), 200, 300, 1));
        double step = stepCost(work(write(UNSEEN)), 300, ONE, 32);
        assertThat(known.step()).isCloseTo(step, within(0.01 * step));
    }

    @Test
    void momentsAreAlikeOrNot() {
        Moment slowed = new Moment(1, 0, 1.2e-4, 1e-3);
        assertThat(ONE.isLike(new Moment(1, 0, 1.05e-4, 0.95e-3))).isTrue();
        assertThat(ONE.isLike(slowed)).isFalse();
        assertThat(slowed.isLike(ONE)).isFalse();
        assertThat(ONE.isLike(new Moment(1, 0, 1e-4, 1.2e-3))).isFalse();
        assertThat(TWO.isLike(new Moment(2, 2e-7, 1e-4, 1e-3))).isFalse();
        assertThat(new Moment(2, 3e-8, 4e-4, 1e-3).with(new Moment(2, 2e-7, 1e-4, 9e-3)))
                .isEqualTo(new Moment(2, 3e-8, 2e-4, 3e-3));
        assertThatIllegalArgumentException().isThrownBy(() -> new Moment(0, 0, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Moment(2, Double.NaN, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Moment(2, 0, 0, 1));
    }

    @Test
    void howFarApartThreadsAreIsMeasured() {
        assertThat(HandOver.seconds(1)).isZero();
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
        assertThat(HandOver.seconds(2)).isBetween(5e-9, 1.0);
    }

    /** A table of positions, say: too small for its type's price to matter, and no reason to know nothing. */
    @Test
    void matricesOfF32AreNotPriced() throws IOException {
        GgufTensor weights = new GgufTensor("blk.0.attn_q.weight", List.of(512L, 512L), GgmlType.F16, 1_024_000);
        GgufTensor table = new GgufTensor("blk.0.table.weight", List.of(64L, 8L), GgmlType.F32, 1_548_288);
        GgufHeader header = header("llama", Map.of(), List.of(weights, table));

        assertThat(calibrate(new Random(1), 0).predict(header, new Question(ONE, List.of(), 100, 100, 1)))
                .isInstanceOf(Answer.Known.class);
    }

    /** Two threads share the heads, but where the cache has 512 cells its first half is one thread's alone. */
    @Test
    void theBusiestThreadCounts() {
        DecodeWork work = work(header("llama", Map.of(), List.of()));

        assertThat(work.lookBack(200, 1, 2, 32).products()).isEqualTo(12 * 4 * 200);
        assertThat(work.lookBack(256, 1, 2, 32).products()).isEqualTo(12 * 8 * 256);
        assertThat(work.lookBack(600, 1, 2, 32).products()).isEqualTo(12 * 8 * 384);
        assertThat(work.lookBack(600, 4, 2, 32).products()).isEqualTo(12 * 4 * 600);
    }

    private static List<Duration> durations(int... seconds) {
        return Arrays.stream(seconds).mapToObj(Duration::ofSeconds).toList();
    }

    @Test
    void whatIsNotModelledIsSaid() {
        GgufValue some = new GgufValue.Whole(64);
        assertThat(refusal(header("lfm2", Map.of("shortconv.l_cache", new GgufValue.Whole(3)), List.of())))
                .contains("recurrent");
        assertThat(refusal(header("mamba", Map.of("ssm.state_size", some), List.of())))
                .contains("recurrent");
        assertThat(refusal(header("bert", Map.of(), List.of()))).contains("encoder");
        assertThat(refusal(header("t5", Map.of(), List.of()))).contains("encoder");
        assertThat(refusal(header("deepseek2", Map.of("attention.kv_lora_rank", some), List.of())))
                .contains("latent");
        assertThat(refusal(header("made-up", Map.of(), List.of()))).contains("made-up is not modelled");
        GgufTensor experts =
                new GgufTensor("blk.0.ffn_up_exps.weight", List.of(512L, 256L, 8L), GgmlType.F16, 1_024_000);
        assertThat(refusal(header("qwen3moe", Map.of(), List.of(experts)))).contains("experts");
    }

    @Test
    void layersLookBackAsFarAsTheirWindowsAndHaveHeadsOfTheirOwn() {
        List<GgufValue> heads = new ArrayList<>(Collections.nCopies(12, (GgufValue) new GgufValue.Whole(4)));
        heads.set(3, new GgufValue.Whole(2));
        DecodeWork uneven =
                work(header("llama", Map.of("attention.head_count_kv", new GgufValue.Array(heads)), List.of()));
        // 11 layers of 4 heads and one of 2, each 64 wide, keys and values, in two bytes.
        assertThat(uneven.cachedBytes(100)).isEqualTo(100.0 * (11 * 4 + 2) * 64 * 2 * 2);
        assertThat(uneven.lookBackOfPrompt(100, 32).products()).isEqualTo(12 * 8 * 100 * 100 / 2.0);
        assertThat(uneven.lookBack(100, 1, 1, 32)).isEqualTo(new DecodeWork.LookBack(12 * 8 * 100, 12 * 512 * 100, 0));

        DecodeWork windowed =
                work(header("gemma3", Map.of("attention.sliding_window", new GgufValue.Whole(1000)), List.of()));
        double layer = 4 * 64 * 2 * 2;
        assertThat(windowed.cachedBytes(500)).isEqualTo(12 * 500 * layer);
        // Of six layers five have the window.
        assertThat(windowed.cachedBytes(9000)).isEqualTo((10 * 1000 + 2 * 9000) * layer);
        assertThat(windowed.lookBackOfPrompt(3000, 32).vectors())
                .isEqualTo(512 * (10 * (1000 * 1000 / 2.0 + 2000 * 1000) + 2 * 3000.0 * 3000 / 2));
    }
}
