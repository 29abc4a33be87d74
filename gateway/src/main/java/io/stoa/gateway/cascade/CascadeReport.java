package io.stoa.gateway.cascade;

import io.stoa.gateway.cascade.Cascade.LocalAnswer;
import io.stoa.gateway.cascade.CascadeFit.Parts;
import io.stoa.gateway.cascade.CascadeFit.Routing;
import io.stoa.gateway.cascade.RoutingCurve.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * How a cascade does on examples that it was not fitted on.
 *
 * @param examples how many there were
 * @param small the small model's mean score on them
 * @param large the large model's
 * @param oracle the mean of the better answer of the two
 * @param rows routers and baselines
 * @param verdict whether the router before generation is worth using, in one sentence
 * @param overLength how much better the prompt's words route than its length; absent where that was not asked
 * @param served what the certified cascade does
 */
public record CascadeReport(
        int examples,
        double small,
        double large,
        double oracle,
        List<Row> rows,
        String verdict,
        Optional<Difference> overLength,
        Served served) {
    public CascadeReport {
        rows = List.copyOf(rows);
    }

    /**
     * One router.
     *
     * @param name what it is
     * @param apgrDeciles APGR on RouteLLM's grid of ten pieces
     * @param apgr APGR on a hundred
     * @param cpt50 the share of large calls that recovers half of the gap; absent where none does
     * @param cpt80 the same for four fifths
     * @param recoveredAt20 the part of the gap that a fifth of large calls recovers
     */
    public record Row(
            String name,
            double apgrDeciles,
            double apgr,
            OptionalDouble cpt50,
            OptionalDouble cpt80,
            double recoveredAt20) {
        static Row of(String name, RoutingCurve curve) {
            return new Row(
                    name,
                    curve.averageRecovered(RoutingCurve.DECILES),
                    curve.averageRecovered(RoutingCurve.FINE),
                    curve.shareFor(0.5),
                    curve.shareFor(0.8),
                    curve.recovered(0.2));
        }
    }

    /**
     * What users of the certified cascade get.
     *
     * @param asked the share of prompts that the small model is asked
     * @param local the share whose local answer is used
     * @param quality mean score of what is served
     * @param risk the certified risk on these examples, with its bound at δ
     * @param alpha what the certificate allows
     */
    public record Served(double asked, double local, double quality, Risk.Estimate risk, double alpha) {}

    static CascadeReport of(FittedCascade cascade, Routing routing, Parts parts) {
        List<Labelled> test = parts.test();
        List<Score> scores = new ArrayList<>();
        scores.add(new Score("prompt's words", routing.words().scores(test)));
        scores.add(new Score("prompt's length", routing.length().scores(test)));
        return of(cascade, test, scores, verdict(routing), routing.overLength());
    }

    /** The report of a cascade on other examples than it was fitted with. */
    public static CascadeReport of(FittedCascade cascade, List<Labelled> examples) {
        List<Score> scores = new ArrayList<>();
        PromptRouter router = cascade.router();
        if (router.kind() == PromptRouter.Kind.WORDS) {
            scores.add(new Score("prompt's words", router.scores(examples)));
        }
        double[] length = new double[examples.size()];
        double[] reversed = new double[examples.size()];
        for (int i = 0; i < length.length; i++) {
            length[i] = -examples.get(i).prompt().length();
            reversed[i] = -length[i];
        }
        scores.add(new Score("long prompts up", length));
        scores.add(new Score("short prompts up", reversed));
        Optional<Difference> over = Optional.empty();
        String verdict = "the route uses no router before generation: at fitting none was better than chance";
        if (router.kind() != PromptRouter.Kind.NONE && gap(examples)) {
            double[] own = router.scores(examples);
            double[] best =
                    RoutingCurve.of(examples, length).averageRecovered(RoutingCurve.FINE) >= 0.5 ? length : reversed;
            Difference difference = RoutingCurve.compare(examples, own, best, 1_000, 0.95, 1);
            over = Optional.of(difference);
            verdict = difference.better()
                    ? "the router is better than length alone" + interval(difference)
                    : "the router is not shown to be better than length alone" + interval(difference);
        }
        return of(cascade, examples, scores, verdict, over);
    }

    /** A router's name and its score of each example. */
    private static final class Score {
        private final String name;
        private final double[] of;

        Score(String name, double[] of) {
            this.name = name;
            this.of = of;
        }
    }

    private static boolean gap(List<Labelled> examples) {
        return RoutingCurve.of(examples, new double[examples.size()]).hasGap();
    }

    private static CascadeReport of(
            FittedCascade cascade,
            List<Labelled> test,
            List<Score> routers,
            String verdict,
            Optional<Difference> overLength) {
        if (test.isEmpty()) {
            throw new IllegalArgumentException("no examples to evaluate on");
        }
        List<Score> scores = new ArrayList<>(routers);
        double[] answers = answerScores(cascade, test);
        if (cascade.readsAnswers()) {
            scores.add(new Score("answer's signals (after asking small)", answers));
        }
        SplittableRandom random = new SplittableRandom(1);
        scores.add(new Score("random", random.doubles(test.size()).toArray()));
        scores.add(new Score(
                "oracle",
                test.stream()
                        .mapToDouble(example -> example.small() - example.large())
                        .toArray()));
        List<Row> rows = gap(test)
                ? scores.stream()
                        .map(score -> Row.of(score.name, RoutingCurve.of(test, score.of)))
                        .toList()
                : List.of();
        return new CascadeReport(
                test.size(),
                test.stream().mapToDouble(Labelled::small).average().orElseThrow(),
                test.stream().mapToDouble(Labelled::large).average().orElseThrow(),
                test.stream()
                        .mapToDouble(example -> Math.max(example.small(), example.large()))
                        .average()
                        .orElseThrow(),
                rows,
                verdict,
                overLength,
                served(cascade, test));
    }

    private static double[] answerScores(FittedCascade cascade, List<Labelled> test) {
        return test.stream()
                .mapToDouble(example -> example.answer()
                        .map(answer -> cascade.answerScore(example.prompt(), answer))
                        .orElse(OptionalDouble.empty())
                        .orElse(-1))
                .toArray();
    }

    private static Served served(FittedCascade fitted, List<Labelled> test) {
        Certificate certificate = fitted.certificate();
        CertifiedCascade cascade =
                new CertifiedCascade(fitted, certificate.small(), certificate.large(), Optional.empty());
        boolean[] kept = new boolean[test.size()];
        int asked = 0;
        int local = 0;
        double quality = 0;
        for (int i = 0; i < kept.length; i++) {
            Labelled example = test.get(i);
            boolean tried = cascade.before(example.prompt()).local();
            LocalAnswer answer = example.answer().orElse(new LocalAnswer("", "stop", List.of(), List.of()));
            kept[i] = tried && cascade.after(example.prompt(), answer).local();
            asked += tried ? 1 : 0;
            local += kept[i] ? 1 : 0;
            quality += kept[i] ? example.small() : example.large();
        }
        double n = test.size();
        return new Served(
                asked / n,
                local / n,
                quality / n,
                certificate.risk().estimate(test, kept, certificate.delta()),
                certificate.alpha());
    }

    private static String verdict(Routing routing) {
        if (routing.overLength().isEmpty()) {
            return "the large model is not better than the small one on these examples: no router is worth using, and"
                    + " none is used";
        }
        Difference over = routing.overLength().get();
        return switch (routing.chosen().kind()) {
            case WORDS -> "the router is better than length alone and is used" + interval(over);
            case LENGTH ->
                "the router is not shown to be better than length alone" + interval(over)
                        + ": it is not worth using; the route looks at the length";
            case NONE ->
                "the router is not shown to be better than length alone" + interval(over)
                        + ", nor length than chance: the route uses no router before generation";
        };
    }

    private static String interval(Difference difference) {
        return String.format(
                Locale.ROOT,
                " (APGR %+.3f, 95 %% between %+.3f and %+.3f, paired, on prompts it was not fitted on)",
                difference.value(),
                difference.low(),
                difference.high());
    }
}
