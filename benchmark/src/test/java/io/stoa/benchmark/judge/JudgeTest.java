package io.stoa.benchmark.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.benchmark.ScriptedEngine;
import io.stoa.model.Progress;
import io.stoa.model.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class JudgeTest {
    private static final JudgePrompt PROMPT =
            new JudgePrompt("{question} | {answer} | right?", new Scale.YesNo(), VerdictRule.LAST_LINE);
    private static final JudgePrompt GRADED =
            new JudgePrompt("{question} | {answer} | 1 to 5?", new Scale.Grades(1, 5), VerdictRule.LAST_LINE);

    private static JudgedAnswer answer(String id, String text) {
        return new JudgedAnswer(id, "What?", text, Optional.empty());
    }

    @Test
    void asksWithTheRubricFilledInOnce() {
        JudgePrompt prompt = new JudgePrompt(
                "Say {\"verdict\": \"yes\"}. {question}/{answer}/{reference}/{other}",
                new Scale.YesNo(),
                VerdictRule.JSON);
        ScriptedEngine engine = new ScriptedEngine().answering(_ -> "{\"verdict\": \"yes\"}");

        Judgements judgements = new Judge(engine, prompt, 100)
                .judge(
                        List.of(new JudgedAnswer("a", "Q {reference}", "$1 {question}\\", Optional.of("R"))),
                        Progress.NONE);

        assertThat(engine.asked())
                .containsExactly("Say {\"verdict\": \"yes\"}. Q {reference}/$1 {question}\\/R/{other}");
        assertThat(judgements.judge()).isEqualTo("scripted (scripted 1)");
        assertThat(judgements.verdicts()).containsExactly(new Judgement.Verdict("a", 1, "{\"verdict\": \"yes\"}"));
    }

    /** Dropped and counted by reason; the share is of the others. */
    @Test
    void whatCannotBeReadIsDropped() {
        ScriptedEngine engine = new ScriptedEngine().reading(60).cutting().answering(message -> {
            if (message.contains("good")) {
                return "verdict: yes";
            }
            return message.contains("bad") ? "verdict: no" : message.contains("odd") ? "verdict: 7" : "I think so";
        });
        List<JudgedAnswer> answers = List.of(
                answer("1", "good"),
                answer("2", "bad"),
                answer("3", "odd"),
                answer("4", "unclear"),
                answer("5", "good " + "word ".repeat(100)),
                answer("6", "good"));

        Judgements judgements = new Judge(engine, PROMPT, 3).judge(answers, Progress.NONE);
        Judgements cut = new Judge(engine, PROMPT, 1).judge(answers.subList(0, 1), Progress.NONE);

        assertThat(judgements.dropped())
                .isEqualTo(Map.of(Unreadable.OFF_SCALE, 1, Unreadable.NO_VERDICT, 1, Unreadable.REFUSED, 1));
        assertThat(cut.dropped()).isEqualTo(Map.of(Unreadable.CUT_OFF, 1));
        JudgesShare share = judgements.share(0.95);
        assertThat(share.share()).isCloseTo(2.0 / 3, within(1e-12));
        assertThat(share.n()).isEqualTo(3);
        assertThat(share.dropped()).isEqualTo(judgements.dropped());
        assertThatThrownBy(() -> cut.share(0.95)).hasMessageContaining("of 1 judgements none could be read");
    }

    /** An engine that refuses every prompt ends the run. */
    @Test
    void aJudgeThatReadsNothingIsAnError() {
        Judge judge = new Judge(new ScriptedEngine().reading(2), PROMPT, 10);

        assertThatThrownBy(() -> judge.judge(List.of(answer("1", "good")), Progress.NONE))
                .hasMessageContaining("does not fit the context of 2");
    }

    @Test
    void refusesPromptsAndItemsThatDoNotFit() {
        assertThatThrownBy(() -> new JudgePrompt("{question}", new Scale.YesNo(), VerdictRule.JSON))
                .hasMessageContaining("has no {answer}");
        JudgePrompt withReference =
                new JudgePrompt("{question}{answer}{reference}", new Scale.YesNo(), VerdictRule.JSON);
        assertThatThrownBy(() -> new Judge(new ScriptedEngine(), withReference, 10)
                        .judge(List.of(answer("x", "y")), Progress.NONE))
                .hasMessageContaining("x: the judge's prompt shows a {reference}");
        assertThatThrownBy(() -> new Judge(new ScriptedEngine(), PROMPT, 10)
                        .judge(List.of(answer("x", "y"), answer("x", "z")), Progress.NONE))
                .hasMessageContaining("item x was judged twice");
    }

    /** A judge that calls 30 % of wrong answers right: its own share is far off, the corrected ones hold the truth. */
    @Test
    void calibrationCorrectsAGenerousJudge() {
        SplittableRandom random = new SplittableRandom(17);
        Map<String, Double> truth = new LinkedHashMap<>();
        List<JudgedAnswer> answers = new ArrayList<>();
        for (int item = 0; item < 1000; item++) {
            boolean right = random.nextDouble() < 0.5;
            boolean called = right ? random.nextDouble() < 0.95 : random.nextDouble() < 0.3;
            truth.put("i" + item, right ? 1.0 : 0.0);
            answers.add(answer("i" + item, called ? "convincing" : "poor"));
        }
        Judge judge = new Judge(
                new ScriptedEngine()
                        .answering(message -> message.contains("convincing") ? "verdict: yes" : "verdict: no"),
                PROMPT,
                10);
        Judgements all = judge.judge(answers, Progress.NONE);
        Judgements first = judge.judge(answers.subList(0, 150), Progress.NONE);
        Judgements rest = judge.judge(answers.subList(150, 1000), Progress.NONE);
        Map<String, Double> labels = new LinkedHashMap<>();
        truth.keySet().stream().limit(150).forEach(id -> labels.put(id, truth.getOrDefault(id, 0.0)));
        double share = truth.values().stream().mapToDouble(x -> x).sum() / 1000;

        Calibration calibration = Calibration.of(first, labels);
        CalibratedScore apart = calibration.correct(rest, 0.95, Score.Stop.EXHAUSTED);
        CalibratedScore among = Calibration.of(all, labels).correct(0.95, Score.Stop.EXHAUSTED);

        assertThat(all.share(0.95).interval().low()).isGreaterThan(share + 0.05);
        assertThat(apart.score().interval().contains(share)).isTrue();
        assertThat(among.score().interval().contains(share)).isTrue();
        assertThat(apart.score().interval().width())
                .isGreaterThan(apart.share().interval().width());
        assertThat(apart.score().method()).isEqualTo("Lang-Reiczigel");
        assertThat(apart.score().n()).isEqualTo(850);
        assertThat(among.score().method()).isEqualTo("prediction-powered");
        assertThat(among.score().n()).isEqualTo(1000);
        assertThat(calibration.sensitivity(0.95).orElseThrow().interval().contains(0.95))
                .isTrue();
        assertThat(calibration.specificity(0.95).orElseThrow().interval().contains(0.7))
                .isTrue();
        assertThat(calibration.agreement().kappa()).isBetween(0.4, 0.85);
        assertThat(calibration.n()).isEqualTo(150);

        assertThatThrownBy(() -> calibration.correct(all, 0.95, Score.Stop.EXHAUSTED))
                .hasMessageContaining("item i0 is judged and labelled");
        assertThatThrownBy(() -> calibration.correct(0.95, Score.Stop.EXHAUSTED))
                .hasMessageContaining("labelled all items but 0");
        assertThatThrownBy(() -> calibration.correct(
                        new Judgements("another", PROMPT, rest.judgements()), 0.95, Score.Stop.EXHAUSTED))
                .hasMessageContaining("these judgements are of another");
    }

    /** A judge that is one grade too generous on every second item. */
    @Test
    void gradesAreCorrectedToo() {
        List<Judgement> judgements = new ArrayList<>();
        Map<String, Double> labels = new LinkedHashMap<>();
        double sum = 0;
        for (int item = 0; item < 400; item++) {
            int human = 1 + item % 4;
            int judge = human + item / 4 % 2;
            sum += (human - 1) / 4.0;
            judgements.add(new Judgement.Verdict("i" + item, (judge - 1) / 4.0, ""));
            if (item % 5 == 0) {
                labels.put("i" + item, (human - 1) / 4.0);
            }
        }
        Judgements all = new Judgements("judge", GRADED, judgements);

        CalibratedScore corrected = Calibration.of(all, labels).correct(0.95, Score.Stop.EXHAUSTED);

        assertThat(corrected.share().share()).isCloseTo(sum / 400 + 0.125, within(1e-12));
        assertThat(corrected.score().estimate()).isCloseTo(sum / 400, within(0.02));
        assertThat(corrected.score().interval().contains(sum / 400)).isTrue();
        assertThat(Calibration.of(all, labels).sensitivity(0.95)).isEmpty();
        assertThatThrownBy(() -> Calibration.of(all, labels).correct(all, 0.95, Score.Stop.EXHAUSTED))
                .hasMessageContaining("grades are corrected by labels on the judged items");
    }

    @Test
    void calibrationsThatSayNothingAreRefused() {
        Judgements two = new Judgements(
                "judge",
                PROMPT,
                List.of(
                        new Judgement.Verdict("a", 1, ""),
                        new Judgement.Verdict("b", 0, ""),
                        new Judgement.Dropped("c", Unreadable.NO_VERDICT, "")));

        assertThatThrownBy(() -> Calibration.of(two, Map.of("z", 1.0))).hasMessageContaining("z has a label");
        assertThatThrownBy(() -> Calibration.of(two, Map.of("a", 0.5, "b", 1.0)))
                .hasMessageContaining("item a has a label off the scale: 0.5");
        assertThatThrownBy(() -> Calibration.of(two, Map.of("a", 1.0, "c", 1.0)))
                .hasMessageContaining("of 2 labelled items 1 have a verdict");
        Calibration onlyYes = Calibration.of(two, Map.of("a", 1.0, "b", 1.0, "c", 0.0));
        assertThat(onlyYes.unreadable()).isEqualTo(1);
        assertThat(onlyYes.specificity(0.95)).isEmpty();
        Judgements others = new Judgements("judge", PROMPT, List.of(new Judgement.Verdict("d", 1, "")));
        assertThatThrownBy(() -> onlyYes.correct(others, 0.95, Score.Stop.EXHAUSTED))
                .hasMessageContaining("people said yes to all 2 labelled items");
    }
}
