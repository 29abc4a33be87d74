package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.judge.Judged.Try;
import io.stoa.integration.judge.metric.PairedDifference;
import io.stoa.integration.judge.metric.Scores;
import io.stoa.model.Progress;
import io.stoa.model.Score;
import io.stoa.model.Score.Stop;
import io.stoa.model.measure.MultipleTests;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;

/**
 * Which stage a pipeline loses by, found by doing and not by correlation: every item is run again with the outputs of its first
 * stages put right, one stage more each time. What success gains when a stage is put right as well, all before it being right
 * already, is what that stage loses. The gains add up to the whole loss, so nothing is counted twice.
 *
 * <p>What is right comes from the items (gold passages, answers, calls) or from a reference, such as the version before. A stage that
 * neither says anything about cannot be put right; what it loses is then told together with the next one that can.
 *
 * <p>Each gain is paired over the items (McNemar's exact test, Newcombe's interval), and the tests are read together by Holm.
 * Where no stage's loss stands out of chance, the answer is that it is not known. Of two stages of which either alone would spoil an
 * item, the later is blamed for it: putting the earlier right does not help by itself.
 *
 * <p>Fixing what a component gives and watching the outcome is an intervention in the sense of J. Pearl, Causality (2009),
 * chapter 3; along a chain it is causal tracing's (K. Meng et al., NeurIPS 2022) for stages.
 *
 * @param subject the pipeline's name
 * @param by where what is right came from
 * @param success as it is
 * @param losses one for each stage that can be put right, in their order
 * @param rest what is still lost when all of them are right
 * @param verdict which stage
 */
public record Blame(String subject, String by, Score success, List<Loss> losses, double rest, Verdict verdict) {
    private static final double ALPHA = 0.05;

    public Blame {
        requireNonNull(success, "success");
        requireNonNull(verdict, "verdict");
        losses = List.copyOf(losses);
    }

    /**
     * What a stage loses.
     *
     * @param stages the stage, after those before it that cannot be put right by themselves
     * @param gain of success when it is put right, in [-1, 1]
     * @param adjusted the gain's p-value after Holm
     * @param shown whether it stands out of chance
     */
    public record Loss(List<String> stages, PairedDifference gain, double adjusted, boolean shown) {
        public Loss {
            requireNonNull(gain, "gain");
            stages = List.copyOf(stages);
            if (stages.isEmpty()) {
                throw new IllegalArgumentException("a loss is a stage's");
            }
        }

        /** Such as {@code prompt or generate}. */
        public String name() {
            return String.join(" or ", stages);
        }

        /** Such as {@code retrieve loses 12.0 points [7.1, 18.3]}. */
        public String sentence() {
            return String.format(
                    Locale.ROOT,
                    "%s loses %.1f points [%.1f, %.1f]",
                    name(),
                    100 * gain.estimate(),
                    100 * gain.interval().low(),
                    100 * gain.interval().high());
        }
    }

    /** What is said in the end. */
    public sealed interface Verdict {
        /** What a person reads. */
        String sentence();

        /** This stage loses most, and it is not chance. */
        record Culprit(Loss loss, String sentence) implements Verdict {
            public Culprit {
                requireNonNull(loss, "loss");
            }
        }

        /** Nothing is lost. */
        record Nothing(String sentence) implements Verdict {}

        /** Something is lost, and it cannot be told by which stage. */
        record Unknown(String sentence) implements Verdict {}
    }

    /** Losses, the largest first. */
    public List<Loss> ranked() {
        return losses.stream()
                .sorted(Comparator.comparingDouble((Loss loss) -> loss.gain().estimate())
                        .reversed())
                .toList();
    }

    /** What is right by the items themselves. */
    public static Blame byItems(Subject subject, Judging judging, List<TestItem> items, long seed, Progress progress) {
        return of(
                subject,
                "the items' own passages, answers and calls",
                judging,
                items,
                seed,
                progress,
                (item, drawn) -> ideals(subject, item, drawn));
    }

    private static Map<String, JsonNode> ideals(Subject subject, TestItem item, long seed) {
        Trace asItWas = Evaluation.ask(subject, item, Map.of(), seed);
        Map<String, JsonNode> ideals = new LinkedHashMap<>();
        for (Stage stage : subject.stages()) {
            subject.ideal(item, stage.name(), asItWas).ifPresent(output -> ideals.put(stage.name(), output));
        }
        return ideals;
    }

    /** What is right by another pipeline with stages of the same names, such as the version before. */
    public static Blame byReference(
            Subject subject, Subject reference, Judging judging, List<TestItem> items, long seed, Progress progress) {
        return of(subject, reference.name(), judging, items, seed, progress, (item, drawn) -> {
            Trace trace = Evaluation.ask(reference, item, Map.of(), drawn);
            Map<String, JsonNode> outputs = new LinkedHashMap<>();
            for (Stage stage : subject.stages()) {
                trace.of(stage.name()).ifPresent(run -> outputs.put(stage.name(), run.output()));
            }
            return outputs;
        });
    }

    private static Blame of(
            Subject subject,
            String by,
            Judging judging,
            List<TestItem> items,
            long seed,
            Progress progress,
            BiFunction<TestItem, Long, Map<String, JsonNode>> right) {
        List<String> stages = subject.stages().stream().map(Stage::name).toList();
        List<Map<String, JsonNode>> rights = new ArrayList<>();
        for (TestItem item : items) {
            rights.add(right.apply(item, seed));
        }
        List<List<String>> segments = segments(stages, rights);
        List<List<Double>> scores = new ArrayList<>();
        long total = (long) items.size() * (segments.size() + 1);
        long done = 0;
        for (int put = 0; put <= segments.size(); put++) {
            List<String> fixed =
                    segments.subList(0, put).stream().map(List::getLast).toList();
            List<Double> ofPut = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                Map<String, JsonNode> outputs = new LinkedHashMap<>(rights.get(i));
                outputs.keySet().retainAll(fixed);
                boolean same = put > 0 && !rights.get(i).containsKey(fixed.getLast());
                ofPut.add(same ? scores.get(put - 1).get(i) : success(subject, judging, items.get(i), outputs, seed));
                progress.at(++done, total);
            }
            scores.add(ofPut);
        }
        return conclude(subject.name(), by, segments, scores);
    }

    private static double success(
            Subject subject, Judging judging, TestItem item, Map<String, JsonNode> fixed, long seed) {
        Try one = judging.judge(item, subject.stages(), Evaluation.ask(subject, item, fixed, seed));
        return one.success() ? 1 : 0;
    }

    /** Each stage that some item can put right, after those before it that none can. */
    private static List<List<String>> segments(List<String> stages, List<Map<String, JsonNode>> rights) {
        List<List<String>> segments = new ArrayList<>();
        List<String> open = new ArrayList<>();
        for (String stage : stages) {
            open.add(stage);
            if (rights.stream().anyMatch(outputs -> outputs.containsKey(stage))) {
                segments.add(List.copyOf(open));
                open.clear();
            }
        }
        return segments;
    }

    private static Blame conclude(String subject, String by, List<List<String>> segments, List<List<Double>> scores) {
        List<PairedDifference> gains = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            gains.add(PairedDifference.of(scores.get(i), scores.get(i + 1), Scores.CONFIDENCE));
        }
        List<Double> adjusted =
                MultipleTests.holm(gains.stream().map(PairedDifference::p).toList());
        List<Loss> losses = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            PairedDifference gain = gains.get(i);
            losses.add(
                    new Loss(segments.get(i), gain, adjusted.get(i), adjusted.get(i) <= ALPHA && gain.estimate() > 0));
        }
        Score success = Scores.mean(scores.getFirst(), Stop.EXHAUSTED);
        double rest = 1
                - scores.getLast().stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElseThrow();
        return new Blame(subject, by, success, losses, rest, verdict(by, success, losses, rest));
    }

    private static Verdict verdict(String by, Score success, List<Loss> losses, double rest) {
        if (success.estimate() == 1) {
            return new Verdict.Nothing("nothing is lost: all " + success.n() + " items are right");
        }
        Optional<Loss> most = losses.stream()
                .max(Comparator.comparingDouble(loss -> loss.gain().estimate()));
        if (most.isPresent() && most.get().shown() && most.get().gain().estimate() >= rest) {
            return new Verdict.Culprit(most.get(), most.get().sentence());
        }
        String lost = String.format(
                Locale.ROOT, "%.1f points are lost over %d items", 100 * (1 - success.estimate()), success.n());
        if (most.isEmpty()) {
            return new Verdict.Unknown(lost + ", and no stage can be put right by " + by
                    + ": give items documents, answers or calls, or name a reference");
        }
        if (most.get().gain().estimate() < rest) {
            return new Verdict.Unknown(String.format(
                    Locale.ROOT,
                    "%s, of which %.1f stay when every stage that can be put right by %s is: the loss is in a stage"
                            + " that cannot, or in what the items expect",
                    lost,
                    100 * rest,
                    by));
        }
        return new Verdict.Unknown(lost + ", and no stage's part stands out of chance (the largest: "
                + most.get().sentence()
                + String.format(
                        Locale.ROOT, ", p %.2f after Holm); ", most.get().adjusted())
                + "more items would tell");
    }
}
