package io.stoa.gateway.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.gateway.cascade.Cascade.Choice;
import io.stoa.gateway.cascade.Cascade.LocalAnswer;
import io.stoa.gateway.cascade.CascadeFit.Settings;
import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** More resplits by {@code -Dstoa.trial.runs=1000}. */
class CascadeFitTest {
    private static final int RUNS = Integer.getInteger("stoa.trial.runs", 10);
    private static final long SEED = Long.getLong("stoa.trial.seed", 20261126);
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

    /**
     * Prompts of three kinds of difficulty that their words tell of, answered by models whose log-probabilities know
     * something about being right.
     */
    static List<Labelled> population(int size, SplittableRandom random) {
        List<Labelled> all = new ArrayList<>();
        String[] kinds = {"translate the word", "sum up these numbers and explain", "prove that every"};
        double[] right = {0.97, 0.8, 0.45};
        for (int i = 0; i < size; i++) {
            int kind = random.nextInt(3);
            boolean small = random.nextDouble() < right[kind];
            boolean large = random.nextDouble() < 0.5 + right[kind] / 2;
            List<Double> logs = new ArrayList<>();
            List<Double> margins = new ArrayList<>();
            for (int t = 0; t < 6; t++) {
                double sure = random.nextDouble() * (small ? 0.3 : 1.2);
                logs.add(-sure);
                margins.add(3 - 2 * sure);
            }
            all.add(new Labelled(
                    kinds[kind] + " " + Integer.toString(random.nextInt(1 << 20), 36) + " " + i,
                    small ? 1 : 0,
                    large ? 1 : 0,
                    Optional.of(new LocalAnswer("an answer", "stop", logs, margins)),
                    Optional.of(kinds[kind])));
        }
        return all;
    }

    private static Settings settings(Risk risk, double alpha, long seed) {
        return new Settings(risk, alpha, 0.05, seed, "sha256:small", "sha256:large", "");
    }

    private static CertifiedCascade serving(FittedCascade cascade) {
        return new CertifiedCascade(cascade, "sha256:small", "sha256:large", Optional.empty());
    }

    private static boolean keeps(CertifiedCascade cascade, Labelled example) {
        return cascade.before(example.prompt()).local()
                && cascade.after(
                                example.prompt(),
                                example.answer().orElse(new LocalAnswer("", "stop", List.of(), List.of())))
                        .local();
    }

    private static double trueRisk(Risk risk, CertifiedCascade cascade, List<Labelled> population) {
        boolean[] kept = new boolean[population.size()];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = keeps(cascade, population.get(i));
        }
        return risk.estimate(population, kept, 0.5).mean();
    }

    /** The true risk is that of many more examples. */
    @ParameterizedTest
    @EnumSource(Risk.class)
    void boundsHoldOnSyntheticTraffic(Risk risk) {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Labelled> truth = population(5_000, random);
        int violated = 0;
        int empty = 0;
        double local = 0;
        for (int run = 0; run < RUNS; run++) {
            FittedCascade cascade = CascadeFit.fit(population(600, random), settings(risk, 0.05, run), NOW)
                    .cascade();
            empty += cascade.certificate().kept().isEmpty() ? 1 : 0;
            local += cascade.certificate().kept().map(Certificate.Kept::share).orElse(0.0) / RUNS;
            violated += trueRisk(risk, serving(cascade), truth) > 0.05 ? 1 : 0;
        }
        System.out.printf(
                "seed %d, %s <= 5 %%: violated in %d of %d fits, %d empty, mean share local %.3f%n",
                SEED, risk, violated, RUNS, empty, local);
        // δ is 5 %: above this many violations the promise is broken beyond chance (binomial, 1 in 1,000).
        assertThat(violated).isLessThanOrEqualTo((int) (0.05 * RUNS + 3.1 * Math.sqrt(0.05 * 0.95 * RUNS)));
        assertThat(local).isBetween(0.05, 0.95);
    }

    /**
     * The population is the answers themselves: calibration draws from them with replacement, so that the true risk is
     * known exactly.
     */
    @Test
    void boundsHoldOnResplitsOfGsm8k() {
        List<Labelled> examples = new ArrayList<>(RouteLlmTest.gsm8k());
        record Asked(Risk risk, double alpha) {}
        List<Asked> asked = List.of(
                new Asked(Risk.HARM, 0.05),
                new Asked(Risk.HARM, 0.1),
                new Asked(Risk.HARM, 0.2),
                new Asked(Risk.HARM_AMONG_LOCAL, 0.25),
                new Asked(Risk.WRONG_AMONG_LOCAL, 0.3),
                new Asked(Risk.LOSS, 0.1));
        int[] violated = new int[asked.size()];
        int[] empty = new int[asked.size()];
        double[] local = new double[asked.size()];
        for (int run = 0; run < RUNS; run++) {
            Collections.shuffle(examples, new Random(SEED + run));
            List<Labelled> train = examples.subList(0, 440);
            List<Labelled> rest = examples.subList(440, examples.size());
            SplittableRandom random = new SplittableRandom(SEED + run);
            List<Labelled> calibrate =
                    random.ints(440, 0, rest.size()).mapToObj(rest::get).toList();
            PromptRouter router = PromptRouter.fit(PromptRouter.Kind.WORDS, train, 0.03);
            for (int i = 0; i < violated.length; i++) {
                Risk risk = asked.get(i).risk();
                FittedCascade cascade = CascadeFit.certified(
                        router, train, calibrate, settings(risk, asked.get(i).alpha(), run), NOW);
                empty[i] += cascade.certificate().kept().isEmpty() ? 1 : 0;
                CertifiedCascade serving = serving(cascade);
                violated[i] += trueRisk(risk, serving, rest) > asked.get(i).alpha() ? 1 : 0;
                local[i] += rest.stream().filter(e -> keeps(serving, e)).count() / (double) rest.size() / RUNS;
            }
        }
        for (int i = 0; i < violated.length; i++) {
            System.out.printf(
                    "seed %d, GSM8K, %s: violated in %d of %d resplits, %d empty, mean share local %.3f%n",
                    SEED, asked.get(i), violated[i], RUNS, empty[i], local[i]);
            assertThat(violated[i]).isLessThanOrEqualTo((int) (0.05 * RUNS + 3.1 * Math.sqrt(0.05 * 0.95 * RUNS)));
        }
    }

    @Test
    void aFittedRouteSaysWhatItIsAndDecidesAlikeAfterAFile(@TempDir Path folder) {
        List<Labelled> examples = population(2_000, new SplittableRandom(SEED));
        CascadeFit.Fitted fitted = CascadeFit.fit(examples, settings(Risk.HARM, 0.05, 1), NOW);
        Certificate certificate = fitted.cascade().certificate();
        assertThat(certificate.kept()).isPresent();
        assertThat(certificate.training() + certificate.calibration()).isEqualTo(1_600);
        assertThat(certificate.why()).contains("may stay local").contains("95.0 % confidence");
        assertThat(fitted.report().verdict()).contains("APGR");
        System.out.println(certificate.why());
        fitted.report().rows().forEach(System.out::println);
        System.out.println(fitted.report().verdict() + "\n" + fitted.report().served());

        Path file = folder.resolve("route.json");
        fitted.cascade().write(file);
        FittedCascade read = FittedCascade.read(file);
        assertThat(read.certificate()).isEqualTo(certificate);
        for (Labelled example : examples.subList(0, 200)) {
            assertThat(serving(read).before(example.prompt()))
                    .isEqualTo(serving(fitted.cascade()).before(example.prompt()));
            LocalAnswer answer = example.answer().orElseThrow();
            assertThat(serving(read).after(example.prompt(), answer))
                    .isEqualTo(serving(fitted.cascade()).after(example.prompt(), answer));
        }
        Labelled example = examples.getFirst();
        assertThat(sum(read.explainPrompt(example.prompt())))
                .isCloseTo(logit(read.promptScore(example.prompt())), within(1e-6));
        assertThat(sum(read.explainAnswer(example.prompt(), example.answer().orElseThrow())))
                .isCloseTo(
                        logit(read.answerScore(
                                        example.prompt(), example.answer().orElseThrow())
                                .orElseThrow()),
                        within(1e-6));
    }

    private static double sum(List<java.util.Map.Entry<String, Double>> parts) {
        return parts.stream().mapToDouble(java.util.Map.Entry::getValue).sum();
    }

    private static double logit(double p) {
        return Math.log(p / (1 - p));
    }

    @Test
    void withoutACertificateNothingIsKept() {
        List<Labelled> bad = population(300, new SplittableRandom(SEED)).stream()
                .map(e -> new Labelled(e.prompt(), 0, 1, e.answer(), e.group()))
                .toList();
        FittedCascade cascade = CascadeFit.fit(bad, settings(Risk.WRONG_AMONG_LOCAL, 0.05, 1), NOW)
                .cascade();
        assertThat(cascade.certificate().kept()).isEmpty();
        Choice choice = serving(cascade).before("translate the word");
        assertThat(choice.local()).isFalse();
        assertThat(choice.reason()).contains("nothing may stay local").contains("wrong among local answers");
        assertThat(serving(cascade)
                        .after("p", bad.getFirst().answer().orElseThrow())
                        .local())
                .isFalse();
    }

    @Test
    void otherModelsMissingSignalsAndAWithdrawalSendEverythingUp() {
        FittedCascade cascade = CascadeFit.fit(
                        population(2_000, new SplittableRandom(SEED)), settings(Risk.HARM, 0.05, 1), NOW)
                .cascade();
        String id = cascade.certificate().id();
        String easy = "translate the word abc 1";
        LocalAnswer sure = new LocalAnswer("a", "stop", Collections.nCopies(6, -0.01), Collections.nCopies(6, 3.0));
        assertThat(serving(cascade).before(easy).local()).isTrue();
        assertThat(serving(cascade).after(easy, sure).local()).isTrue();
        assertThat(serving(cascade).after(easy, sure).reason()).contains(id).contains("at least");

        CertifiedCascade other = new CertifiedCascade(cascade, "sha256:small2", "sha256:large", Optional.empty());
        assertThat(other.before(easy).local()).isFalse();
        assertThat(other.before(easy).reason()).contains("other models");

        LocalAnswer silent = new LocalAnswer("a", "stop", List.of(), List.of());
        assertThat(serving(cascade).after(easy, silent).local()).isFalse();
        assertThat(serving(cascade).after(easy, silent).reason()).contains("log-probabilities");

        RouteMonitor monitor = new RouteMonitor(RouteMonitor.Settings.of(cascade.certificate()));
        CertifiedCascade watched = new CertifiedCascade(cascade, "sha256:small", "sha256:large", Optional.of(monitor));
        assertThat(watched.after(easy, sure).local()).isTrue();
        for (int i = 0; i < 500; i++) {
            monitor.observe(i % 2 == 0);
        }
        assertThat(watched.before(easy).local()).isFalse();
        assertThat(watched.after(easy, sure).reason()).contains("withdrawn").contains("evidence");
        assertThatThrownBy(() -> new CertifiedCascade(
                        cascade,
                        "sha256:small",
                        "sha256:large",
                        Optional.of(new RouteMonitor(RouteMonitor.Settings.of("another", 0.9, 0)))))
                .hasMessageContaining("another");
    }

    @Test
    void changedFilesAreRefused(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("route.json");
        CascadeFit.fit(population(500, new SplittableRandom(SEED)), settings(Risk.HARM, 0.1, 1), NOW)
                .cascade()
                .write(file);
        String whole = Files.readString(file);
        assertThat(whole).contains("\"alpha\" : 0.1");
        List<String> changed = List.of(
                "",
                "null",
                "{}",
                whole.replace("\"alpha\" : 0.1", "\"alpha\" : 0.9"),
                whole.replace("\"small\" : \"sha256:small\"", "\"small\" : \"sha256:evil\""),
                whole.replaceFirst("\"intercept\" : ", "\"intercept\" : 1"),
                whole.replaceFirst("\"threshold\" : 0\\.", "\"threshold\" : 0.0"),
                whole.substring(0, whole.length() / 2));
        for (String text : changed) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> FittedCascade.read(file))
                    .isInstanceOf(StoaException.class)
                    .hasMessageContaining("route.json");
        }
    }

    @Test
    void promptsThatSayNothingGiveNoRouter() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Labelled> examples = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            examples.add(new Labelled(
                    "question " + Integer.toString(random.nextInt(1 << 24), 36),
                    random.nextInt(10) < 6 ? 1 : 0,
                    random.nextInt(10) < 8 ? 1 : 0,
                    Optional.empty(),
                    Optional.empty()));
        }
        CascadeFit.Fitted fitted = CascadeFit.fit(examples, settings(Risk.HARM, 0.05, 3), NOW);
        assertThat(fitted.report().verdict()).contains("not shown to be better than length alone");
        assertThat(fitted.cascade().readsAnswers()).isFalse();
        assertThatThrownBy(() -> CascadeFit.fit(examples.subList(0, 10), settings(Risk.HARM, 0.05, 3), NOW))
                .hasMessageContaining("at least 60");
    }

    @Test
    void decisionsTakeMicroseconds() {
        List<Labelled> examples = population(1_000, new SplittableRandom(SEED));
        CertifiedCascade cascade = serving(
                CascadeFit.fit(examples, settings(Risk.HARM, 0.05, 1), NOW).cascade());
        String prompt = "translate the word and then some more text ".repeat(12);
        LocalAnswer answer = examples.getFirst().answer().orElseThrow();
        long best = Long.MAX_VALUE;
        int local = 0;
        for (int round = 0; round < 20; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < 1_000; i++) {
                local += cascade.before(prompt).local()
                                && cascade.after(prompt, answer).local()
                        ? 1
                        : 0;
            }
            best = Math.min(best, System.nanoTime() - start);
        }
        System.out.printf("before and after on 500 characters: %.1f µs (%d local)%n", best / 1e6, local);
        assertThat(best / 1e6).isLessThan(200);
    }
}
