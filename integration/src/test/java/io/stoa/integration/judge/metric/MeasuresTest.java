package io.stoa.integration.judge.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.stoa.integration.judge.metric.Abstention.Case;
import io.stoa.integration.judge.metric.Answers.Match;
import io.stoa.integration.judge.metric.ExpectedCall.Call;
import io.stoa.integration.judge.metric.ReliabilityCurve.Chain;
import io.stoa.integration.judge.metric.ReliabilityCurve.Point;
import io.stoa.integration.judge.metric.Sentences.Sentence;
import io.stoa.integration.judge.metric.SupportCalibration.Labelled;
import io.stoa.model.Interval;
import io.stoa.model.Score;
import io.stoa.model.Score.Stop;
import io.stoa.model.measure.Attempts;
import io.stoa.model.measure.RetrievalMeasures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class MeasuresTest {
    private static final List<Double> GRADED = List.of(0.5, 0.25, 1.0, 0.75, 0.0, 1.0, 0.5);

    // ---- Means and differences; expected values by scipy 1.17 ----

    @Test
    void meansOfGradesHaveStudentsInterval() {
        Score score = Scores.mean(GRADED, Stop.EXHAUSTED);
        assertThat(score.estimate()).isCloseTo(0.5714285714285714, within(1e-12));
        assertThat(score.interval().low()).isCloseTo(0.2401179608613941, within(1e-9));
        assertThat(score.interval().high()).isCloseTo(0.870993150249717, within(1e-9));
    }

    @Test
    void meansOfRightAndWrongAreShares() {
        assertThat(Scores.mean(List.of(1.0, 0.0, 1.0), Stop.EXHAUSTED))
                .isEqualTo(Score.wilson(2, 3, 0.95, Stop.EXHAUSTED));
    }

    @Test
    void differencesOfGradesArePaired() {
        PairedDifference difference = PairedDifference.of(GRADED, List.of(0.75, 0.25, 1.0, 1.0, 0.5, 1.0, 0.25), 0.95);
        assertThat(difference.estimate()).isCloseTo(0.10714285714285714, within(1e-12));
        assertThat(difference.interval().low()).isCloseTo(-0.23533960339500848, within(1e-9));
        assertThat(difference.interval().high()).isCloseTo(0.4020062700616751, within(1e-9));
        assertThat(difference.p()).isEqualTo(0.5);
        assertThat(difference.better()).isEqualTo(3);
        assertThat(difference.worse()).isEqualTo(1);
    }

    @Test
    void differencesOfRightAndWrongAreMcNemars() {
        List<Double> first = new ArrayList<>();
        List<Double> second = new ArrayList<>();
        for (int i = 0; i < 21; i++) {
            first.add(i < 8 ? 1.0 : 0.0);
            second.add(i == 0 || i == 8 ? 1.0 : 0.0);
        }
        PairedDifference difference = PairedDifference.of(first, second, 0.95);
        assertThat(difference.p()).isCloseTo(0.0703125, within(1e-12));
        assertThat(difference.worse()).isEqualTo(7);
    }

    @Test
    void noDifferenceIsNotACertaintyOfNone() {
        List<Double> same = List.of(0.5, 0.5, 0.5);
        assertThat(PairedDifference.of(same, same, 0.95).interval().width()).isGreaterThan(0.5);
    }

    // ---- Rankings and tries ----

    @Test
    void rankingsAreMeasuredAsTrecEvalDoes() {
        RetrievalMeasures measures =
                RetrievalMeasures.of(List.of("x", "a", "a", "y", "b", "z"), List.of("a", "b", "c"));
        assertThat(measures.recallAt(2)).isEqualTo(1 / 3.0);
        assertThat(measures.precisionAt(4)).isEqualTo(2 / 4.0);
        assertThat(measures.reciprocalRank()).isEqualTo(0.5);
        assertThat(measures.averagePrecision()).isCloseTo((1 / 2.0 + 2 / 4.0) / 3, within(1e-12));
        double log2 = Math.log(2);
        double gained = log2 / Math.log(3) + log2 / Math.log(5);
        double best = 1 + log2 / Math.log(3) + log2 / Math.log(4);
        assertThat(measures.ndcgAt(4)).isCloseTo(gained / best, within(1e-12));
        assertThat(measures.ndcgAt(1)).isZero();
        assertThat(RetrievalMeasures.of(List.of("a"), List.of("a", "b")).ndcgAt(1))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"4, 4, 4, 1", "4, 3, 4, 0", "4, 3, 2, 0.5", "10, 6, 3, 0.16666666666666666", "5, 2, 1, 0.4"})
    void allOfKTriesAreRight(int n, int right, int k, double chance) {
        assertThat(Attempts.passHatK(n, right, k)).isCloseTo(chance, within(1e-12));
    }

    // ---- Answers, sentences and support ----

    @ParameterizedTest
    @CsvSource({
        "Grey., grey, EXACT, true",
        "'grey [1]', grey, EXACT, true",
        "light grey, grey, EXACT, false",
        "It is light grey., grey, CONTAINS, true",
        "greyish, grey, CONTAINS, false",
        "1000, 100, CONTAINS, false"
    })
    void answersAreHeldAgainstExpectedOnes(String answer, String expected, Match match, boolean right) {
        assertThat(Answers.right(answer, List.of("other", expected), match)).isEqualTo(right);
    }

    @Test
    void citationsBelongToTheirSentence() {
        List<Sentence> sentences = Sentences.of(
                "The lamp is red [2]. It was bought in 2019. [1] [3, p.md#4] Fine [9]!",
                List.of("a", "b", "c", "p.md#4"));
        assertThat(sentences)
                .containsExactly(
                        new Sentence("The lamp is red.", List.of("b")),
                        new Sentence("It was bought in 2019.", List.of("a", "c", "p.md#4")),
                        new Sentence("Fine!", List.of("9")));
    }

    @Test
    void longHostileAnswersAreCutApartQuickly() {
        assertThat(Sentences.of("[".repeat(200_000), List.of())).isEmpty();
        assertThat(Sentences.of("a [1] ".repeat(50_000), List.of("a"))).isNotEmpty();
    }

    @Test
    void wordsSupportWhatTheySay() {
        WordSupport support = new WordSupport();
        List<String> passages = List.of("Zalebel likes the color grey. Zalebel is 29 years old.");
        assertThat(support.of("", "Zalebel likes the color grey.", passages)).isEqualTo(1);
        assertThat(support.of("", "Zalebel is 30 years old.", passages)).isZero();
        assertThat(support.of("What color does Zalebel like?", "grey", passages))
                .isGreaterThan(support.of("What color does Rilavel like?", "blue", passages));
    }

    @Test
    void citationsAreRecalledAndPreciseAsInAlce() {
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put("a", "alpha");
        shown.put("b", "beta");
        shown.put("c", "gamma");
        // "alpha beta" needs both a and b; c adds nothing.
        Grounding.Judge judge = (question, sentence, passages) ->
                sentence.contains("both") ? passages.containsAll(List.of("alpha", "beta")) : passages.contains("alpha");
        Grounding all =
                Grounding.of("", "Needs both [1][2]. Says one [1][3]. Says nothing. Wrong one [3].", shown, judge);
        assertThat(all).isEqualTo(new Grounding(4, 4, 2, 5, 3));
        assertThat(all.citationPrecision()).hasValue(0.6);
        assertThat(all.citationRecall()).hasValue(0.5);
    }

    // ---- Calibration ----

    @Test
    void aThresholdSeparatesAndItsErrorIsStated() {
        List<Labelled> labelled = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            labelled.add(new Labelled(0.6 + i / 100.0, i != 0));
            labelled.add(new Labelled(0.1 + i / 100.0, i == 39));
        }
        SupportCalibration calibration = SupportCalibration.of(labelled);
        assertThat(calibration.threshold()).isBetween(0.48, 0.63);
        assertThat(calibration.informative()).isTrue();
        assertThat(calibration.sensitivity().estimate()).isLessThan(1);
    }

    @Test
    void aJudgeThatTellsNothingIsFoundOut() {
        long seed = 20_261_127;
        Random random = new Random(seed);
        List<Labelled> labelled = IntStream.range(0, 200)
                .mapToObj(i -> new Labelled(random.nextDouble(), i % 2 == 0))
                .toList();
        assertThat(SupportCalibration.of(labelled).informative())
                .as("seed " + seed)
                .isFalse();
    }

    /** By the formulas of Lang and Reiczigel, computed in Python. */
    @Test
    void theJudgesErrorsAreTakenOut() {
        SupportCalibration calibration = new SupportCalibration(
                0.5, Score.wilson(45, 50, 0.95, Stop.EXHAUSTED), Score.wilson(40, 50, 0.95, Stop.EXHAUSTED));
        Score corrected = calibration.corrected(60, 100, Stop.EXHAUSTED);
        assertThat(corrected.estimate()).isCloseTo(0.5714285714, within(1e-9));
        assertThat(corrected.interval().low()).isCloseTo(0.396256956434629, within(1e-6));
        assertThat(corrected.interval().high()).isCloseTo(0.7431664377619001, within(1e-6));
    }

    @Test
    void correctedSharesKeepTheirLevel() {
        long seed = 20_261_127;
        Random random = new Random(seed);
        int held = 0;
        int rounds = 2000;
        for (int round = 0; round < rounds; round++) {
            int hits = binomial(60, 0.85, random);
            int rejections = binomial(60, 0.9, random);
            SupportCalibration calibration = new SupportCalibration(
                    0.5,
                    Score.wilson(hits, 60, 0.95, Stop.EXHAUSTED),
                    Score.wilson(rejections, 60, 0.95, Stop.EXHAUSTED));
            int found = 0;
            for (int i = 0; i < 150; i++) {
                boolean supported = random.nextDouble() < 0.7;
                found += random.nextDouble() < (supported ? 0.85 : 0.1) ? 1 : 0;
            }
            held += calibration.corrected(found, 150, Stop.EXHAUSTED).interval().contains(0.7) ? 1 : 0;
        }
        assertThat((double) held / rounds).as("seed " + seed).isBetween(0.93, 0.98);
    }

    private static int binomial(int n, double p, Random random) {
        return (int) IntStream.range(0, n).filter(_ -> random.nextDouble() < p).count();
    }

    // ---- Abstention ----

    @Test
    void abstentionIsCounted() {
        Abstention abstention = new Abstention(
                List.of(
                        new Case(true, true, true, 0.9),
                        new Case(true, true, false, 0.2),
                        new Case(true, false, false, 0.1),
                        new Case(false, true, false, 0.8),
                        new Case(false, false, true, 0)),
                Stop.EXHAUSTED);
        assertThat(abstention.coverage().estimate()).isEqualTo(0.6);
        assertThat(abstention.risk().orElseThrow().estimate()).isEqualTo(2 / 3.0);
        assertThat(abstention.falseAnswers().orElseThrow().estimate()).isEqualTo(0.5);
        assertThat(abstention.needlesslyDeclined().orElseThrow().estimate()).isEqualTo(1 / 3.0);
        assertThat(abstention.riskAt(0.2).orElseThrow().estimate()).isZero();
        assertThat(abstention.riskAt(0.8)).isEmpty();
        assertThat(abstention.areaUnderRisk().orElseThrow()).isCloseTo((0 + 1 / 2.0 + 2 / 3.0) / 3, within(1e-12));
    }

    @Test
    void aThresholdKeepsTheRiskOutInNineteenOfTwentyTrials() {
        long seed = 20_261_127;
        Random random = new Random(seed);
        int broken = 0;
        int found = 0;
        for (int trial = 0; trial < 300; trial++) {
            List<Case> cases = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                double confidence = random.nextDouble();
                cases.add(new Case(true, true, random.nextDouble() < confidence, confidence));
            }
            var threshold = new Abstention(cases, Stop.EXHAUSTED).threshold(0.2);
            found += threshold.isPresent() ? 1 : 0;
            // Answers surer than t are wrong in (1 - t) / 2 of the cases.
            broken += threshold.filter(one -> (1 - one.confidence()) / 2 > 0.2).isPresent() ? 1 : 0;
        }
        assertThat(found).as("seed " + seed).isGreaterThan(200);
        assertThat(broken).as("seed " + seed).isLessThanOrEqualTo(21);
    }

    // ---- Calls and states ----

    @Test
    void callsAreComparedAsTrees() {
        ExpectedCall add = new ExpectedCall(
                "add",
                Map.of("a", List.of(json("14")), "b", List.of(json("2"), json("2.5")), "note", List.of(json("\"x\""))),
                Set.of("note"));
        assertThat(add.problem(call("add", "{\"b\": 2.0, \"a\": 14}"))).isEmpty();
        assertThat(add.problem(call("add", "{\"a\": 14, \"b\": 3}"))).hasValue("add: b is 3 instead of 2");
        assertThat(add.problem(call("add", "{\"a\": 14}"))).hasValue("add lacks \"b\"");
        assertThat(add.problem(call("add", "{\"a\": 14, \"b\": 2, \"c\": 1}")))
                .hasValueSatisfying(problem -> assertThat(problem).contains("\"c\""));
        assertThat(add.problem(call("sum", "{}")))
                .hasValueSatisfying(problem -> assertThat(problem).contains("sum"));
    }

    @Test
    void callsWithoutAnOrderAreMatchedAsWellAsTheyCanBe() {
        ExpectedCall any = new ExpectedCall("f", Map.of("x", List.of(json("1"), json("2"))), Set.of());
        ExpectedCall one = new ExpectedCall("f", Map.of("x", List.of(json("1"))), Set.of());
        List<Call> made = List.of(call("f", "{\"x\": 1}"), call("f", "{\"x\": 2}"));
        assertThat(ExpectedCall.problem(List.of(any, one), made, false)).isEmpty();
        assertThat(ExpectedCall.problem(List.of(any, one), made, true)).isPresent();
        assertThat(ExpectedCall.problem(List.of(one), made, false)).hasValue("made 2 calls where 1 were expected");
    }

    @Test
    void statesAreComparedByValue() {
        assertThat(JsonValues.difference(
                        json("{\"a\": [1, {\"b\": 2}], \"c\": null}"), json("{\"c\": null, \"a\": [1.0, {\"b\": 2}]}")))
                .isEmpty();
        assertThat(JsonValues.difference(json("{\"a\": [1, 2]}"), json("{\"a\": [1, 3]}")))
                .hasValue("/a/1 is 3 instead of 2");
        assertThat(JsonValues.difference(json("{\"a\": 1}"), json("{}"))).hasValue("/a is nothing instead of 1");
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private static Call call(String name, String arguments) {
        return new Call(name, (ObjectNode) json(arguments));
    }

    // ---- Steps ----

    /** By the product-limit formulas, computed in Python. */
    @Test
    void theCurveIsKaplanAndMeiers() {
        ReliabilityCurve curve = ReliabilityCurve.of(List.of(
                new Chain(3, 3),
                new Chain(3, 1),
                new Chain(2, 2),
                new Chain(3, 0),
                new Chain(3, 2),
                new Chain(1, 1),
                new Chain(3, 3),
                new Chain(2, 0)));
        assertThat(curve.points()).extracting(Point::chains).containsExactly(8, 5, 3);
        assertThat(curve.points()).extracting(Point::failed).containsExactly(2, 1, 1);
        Point third = curve.points().getLast();
        assertThat(third.through()).isCloseTo(0.4, within(1e-12));
        assertThat(third.interval().low()).isCloseTo(0.06602977432753614, within(1e-6));
        assertThat(third.interval().high()).isCloseTo(0.7342253449917826, within(1e-6));
        assertThat(curve.step()).isEqualTo(Score.wilson(12, 16, 0.95, Stop.EXHAUSTED));
        assertThat(third.geometric()).isCloseTo(Math.pow(0.75, 3), within(1e-12));
    }

    @Test
    void stepsThatAreAlikeAndStepsThatAreNotAreToldApart() {
        long seed = 20_261_127;
        Random random = new Random(seed);
        int rejected = 0;
        for (int trial = 0; trial < 400; trial++) {
            List<Chain> chains = new ArrayList<>();
            for (int i = 0; i < 150; i++) {
                chains.add(chain(6, random, _ -> 0.85));
            }
            ReliabilityCurve curve = ReliabilityCurve.of(chains);
            rejected += curve.alike().orElseThrow() < 0.05 ? 1 : 0;
        }
        assertThat(rejected / 400.0).as("seed " + seed).isBetween(0.02, 0.09);
        List<Chain> worse = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            worse.add(chain(6, random, step -> 1 - 0.06 * step));
        }
        assertThat(ReliabilityCurve.of(worse).alike().orElseThrow()).isLessThan(0.01);
    }

    private static Chain chain(int steps, Random random, IntToDoubleFunction chance) {
        int right = 0;
        while (right < steps && random.nextDouble() < chance.applyAsDouble(right + 1)) {
            right++;
        }
        return new Chain(steps, right);
    }

    // ---- Quantiles ----

    @Test
    void quantilesHaveIntervalsOfOrderStatistics() {
        List<Double> values =
                IntStream.rangeClosed(1, 40).mapToObj(i -> (double) i).toList();
        Spread median = Spread.of(values, 0.5);
        assertThat(median.value()).isEqualTo(20);
        assertThat(median.interval()).isEqualTo(new Interval(14, 27));
        assertThat(Spread.of(List.of(3.0), 0.95).value()).isEqualTo(3);
        assertThatIllegalArgumentException().isThrownBy(() -> Spread.of(List.of(), 0.5));
    }
}
