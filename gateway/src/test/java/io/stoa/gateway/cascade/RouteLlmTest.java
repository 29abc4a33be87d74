package io.stoa.gateway.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** On the answers that RouteLLM publishes. */
class RouteLlmTest {
    private static final Path RESULTS = Path.of("../../shared/data/results/routellm");
    private static final long SEED = 20261126;

    static List<Labelled> gsm8k() {
        Path file = RESULTS.resolve("gsm8k_responses.csv");
        assumeTrue(Files.exists(file), "RouteLLM's answers to GSM8K do not lie in " + file.toAbsolutePath());
        return LabelledFiles.readTable(file);
    }

    @Test
    void sharesAreThoseOfTheFile() {
        List<Labelled> examples = gsm8k();
        System.out.println(examples.size() + " prompts");
        assertThat(examples.size()).isBetween(1_307, 1_319);
        assertThat(examples.stream().mapToDouble(Labelled::small).average().orElseThrow())
                .isCloseTo(0.637, within(0.003));
        assertThat(examples.stream().mapToDouble(Labelled::large).average().orElseThrow())
                .isCloseTo(0.858, within(0.003));
        assertThat(examples.stream().filter(e -> e.small() < e.large()).count() / (double) examples.size())
                .isCloseTo(0.292, within(0.003));
    }

    @Test
    void lengthAloneRoutesAsWasPublished() {
        List<Labelled> examples = gsm8k();
        double[] length =
                examples.stream().mapToDouble(e -> -e.prompt().length()).toArray();
        RoutingCurve curve = RoutingCurve.of(examples, length);
        System.out.printf(
                "length: APGR %.4f (100), %.4f (10); recovered at 20 %%: %.3f%n",
                curve.averageRecovered(RoutingCurve.FINE),
                curve.averageRecovered(RoutingCurve.DECILES),
                curve.recovered(0.2));
        assertThat(curve.averageRecovered(RoutingCurve.FINE)).isCloseTo(0.598, within(0.003));
        assertThat(curve.recovered(0.2)).isCloseTo(0.274, within(0.006));
        RoutingCurve oracle = RoutingCurve.of(
                examples,
                examples.stream().mapToDouble(e -> e.small() - e.large()).toArray());
        assertThat(oracle.averageRecovered(RoutingCurve.FINE)).isCloseTo(1.121, within(0.004));
        assertThat(oracle.shareFor(0.5).orElseThrow()).isCloseTo(0.11, within(0.005));
        assertThat(oracle.shareFor(0.8).orElseThrow()).isCloseTo(0.18, within(0.01));
        double[] none = new double[examples.size()];
        assertThat(RoutingCurve.of(examples, none).averageRecovered(RoutingCurve.FINE))
                .isCloseTo(0.5, within(1e-9));
        assertThat(RoutingCurve.of(examples, none).shareFor(0.8).orElseThrow()).isCloseTo(0.8, within(1e-6));
    }

    @Test
    void aFewHundredLabelsRouteAsGoodAsThePublishedBest() {
        List<Labelled> examples = gsm8k();
        for (int labels : new int[] {200, 600}) {
            double words = 0;
            double length = 0;
            double cpt50 = 0;
            double cpt80 = 0;
            int runs = Integer.getInteger("stoa.trial.splits", 5);
            for (int run = 0; run < runs; run++) {
                List<Labelled> all = new ArrayList<>(examples);
                Collections.shuffle(all, new Random(SEED + run));
                List<Labelled> train = all.subList(0, labels);
                List<Labelled> test = all.subList(labels, all.size());
                PromptRouter router = PromptRouter.chosen(PromptRouter.Kind.WORDS, train, SEED + run);
                RoutingCurve curve = RoutingCurve.of(test, router.scores(test));
                words += curve.averageRecovered(RoutingCurve.FINE) / runs;
                cpt50 += curve.shareFor(0.5).orElse(1) / runs;
                cpt80 += curve.shareFor(0.8).orElse(1) / runs;
                double[] short0 =
                        test.stream().mapToDouble(e -> -e.prompt().length()).toArray();
                length += RoutingCurve.of(test, short0).averageRecovered(RoutingCurve.FINE) / runs;
            }
            System.out.printf(
                    "%d labels, %d splits: words APGR %.3f, CPT50 %.3f, CPT80 %.3f; length APGR %.3f%n",
                    labels, runs, words, cpt50, cpt80, length);
            assertThat(words).isBetween(0.585, 0.66);
        }
    }

    @Test
    void mmluTablesAreRead() {
        Path folder = RESULTS.resolve("mmlu");
        assumeTrue(Files.exists(folder), "RouteLLM's answers to MMLU do not lie in " + folder.toAbsolutePath());
        List<Labelled> examples = LabelledFiles.read(folder);
        assertThat(examples.stream().map(e -> e.group().orElseThrow()).distinct())
                .hasSize(19);
        System.out.println(examples.size() + " prompts of MMLU");
    }
}
