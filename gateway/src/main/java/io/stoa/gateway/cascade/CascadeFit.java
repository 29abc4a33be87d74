package io.stoa.gateway.cascade;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.cascade.Cascade.LocalAnswer;
import io.stoa.gateway.cascade.RoutingCurve.Difference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Fits a cascade to labelled examples, certifies what it may keep, and measures it on examples that neither has seen. */
public final class CascadeFit {
    /** Fewer examples say too little for three parts. */
    public static final int LEAST_EXAMPLES = 60;

    /** How many thresholds are tested, at equal steps of the share kept in training. */
    private static final int THRESHOLDS = 50;

    private static final int DRAWS = 1_000;
    private static final double CONFIDENCE = 0.95;

    /** Of the prompts that the small model does well, this part may be sent up unheard, to save asking twice. */
    private static final double GOOD_LOST_BEFORE = 0.01;

    private CascadeFit() {}

    /**
     * What is asked for.
     *
     * @param risk what is to be bounded
     * @param alpha the most that it may be
     * @param delta the chance that the bound is wrong
     * @param seed what decides which example falls into which part
     * @param small the identity of the small model
     * @param large the identity of the large model
     * @param template what renders the prompts, where that is known
     * @param train the part of the examples that router and scores are fitted on
     * @param calibrate the part that thresholds are tested on; the rest is held out
     */
    public record Settings(
            Risk risk,
            double alpha,
            double delta,
            long seed,
            String small,
            String large,
            String template,
            double train,
            double calibrate) {
        public Settings {
            requireNonNull(risk, "risk");
            RiskBounds.requireShare(alpha);
            RiskBounds.requireShare(delta);
            RiskBounds.requireShare(train);
            RiskBounds.requireShare(calibrate);
            if (train + calibrate > 1) {
                throw new IllegalArgumentException(
                        "the parts to train and to calibrate are more than everything: " + train + " + " + calibrate);
            }
        }

        /** Four tenths each to train and to calibrate, two to test. */
        public Settings(Risk risk, double alpha, double delta, long seed, String small, String large, String template) {
            this(risk, alpha, delta, seed, small, large, template, 0.4, 0.4);
        }
    }

    /**
     * What was fitted and how it did on held-out examples.
     *
     * @param cascade what serves
     * @param report how it did
     */
    public record Fitted(FittedCascade cascade, CascadeReport report) {}

    /** Disjoint parts: a prompt that occurs several times falls into one of them. */
    public record Parts(List<Labelled> train, List<Labelled> calibrate, List<Labelled> test) {
        public Parts {
            train = List.copyOf(train);
            calibrate = List.copyOf(calibrate);
            test = List.copyOf(test);
        }

        /** Deals examples out by a hash of seed and prompt order. */
        public static Parts of(List<Labelled> examples, Settings settings) {
            Map<String, List<Labelled>> byPrompt = new HashMap<>();
            List<String> order = new ArrayList<>();
            for (Labelled example : examples) {
                byPrompt.computeIfAbsent(example.prompt(), prompt -> {
                            order.add(prompt);
                            return new ArrayList<>();
                        })
                        .add(example);
            }
            Collections.shuffle(order, new Random(settings.seed()));
            List<List<Labelled>> parts = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            long first = Math.round(settings.train() * order.size());
            long second = first + Math.round(settings.calibrate() * order.size());
            for (int i = 0; i < order.size(); i++) {
                int part = i < first ? 0 : i < second ? 1 : 2;
                parts.get(part).addAll(byPrompt.getOrDefault(order.get(i), List.of()));
            }
            return new Parts(parts.get(0), parts.get(1), parts.get(2));
        }
    }

    /**
     * Fits, certifies and measures.
     *
     * @throws IllegalArgumentException when there are fewer than {@value #LEAST_EXAMPLES} examples
     */
    public static Fitted fit(List<Labelled> examples, Settings settings, Instant now) {
        if (examples.size() < LEAST_EXAMPLES) {
            throw new IllegalArgumentException("a route needs at least " + LEAST_EXAMPLES
                    + " labelled examples to train, calibrate and test on; there are " + examples.size());
        }
        Parts parts = Parts.of(examples, settings);
        Routing routing = routing(parts, settings.seed());
        Scorers scorers = scorers(routing.chosen(), parts.train(), settings);
        Certificate certificate = certify(scorers, parts, settings, now);
        FittedCascade cascade = new FittedCascade(certificate, scorers.router(), scorers.least(), scorers.answers());
        CascadeReport report = CascadeReport.of(cascade, routing, parts);
        return new Fitted(cascade, report);
    }

    /** Certifies a router on parts that the caller has drawn, without a report. */
    static FittedCascade certified(
            PromptRouter router, List<Labelled> train, List<Labelled> calibrate, Settings settings, Instant now) {
        Scorers scorers = scorers(router, train, settings);
        Certificate certificate = certify(scorers, new Parts(train, calibrate, List.of()), settings, now);
        return new FittedCascade(certificate, scorers.router(), scorers.least(), scorers.answers());
    }

    /**
     * The routers before generation and which of them is worth using.
     *
     * @param words looks at everything
     * @param length looks at the length
     * @param chosen which one the cascade uses
     * @param overLength how much better words routed than length, on prompts that they were not fitted on; absent where
     *     there is no gap to recover
     * @param overRandom how much better the length routed than chance
     */
    record Routing(
            PromptRouter words,
            PromptRouter length,
            PromptRouter chosen,
            Optional<Difference> overLength,
            Optional<Difference> overRandom) {}

    private static Routing routing(Parts parts, long seed) {
        PromptRouter words = PromptRouter.chosen(PromptRouter.Kind.WORDS, parts.train(), seed);
        PromptRouter length = PromptRouter.chosen(PromptRouter.Kind.LENGTH, parts.train(), seed);
        PromptRouter none = PromptRouter.chosen(PromptRouter.Kind.NONE, parts.train(), seed);
        // Nobody was fitted on what he is judged by: folds inside the training part, and the test part.
        List<Labelled> held =
                Stream.concat(parts.train().stream(), parts.test().stream()).toList();
        if (!RoutingCurve.of(held, new double[held.size()]).hasGap()) {
            return new Routing(words, length, none, Optional.empty(), Optional.empty());
        }
        double[] byWords = both(words.outOfFold(parts.train(), seed), words.scores(parts.test()));
        double[] byLength = both(length.outOfFold(parts.train(), seed), length.scores(parts.test()));
        Difference overLength = RoutingCurve.compare(held, byWords, byLength, DRAWS, CONFIDENCE, seed);
        Difference overRandom = RoutingCurve.compare(held, byLength, new double[held.size()], DRAWS, CONFIDENCE, seed);
        PromptRouter chosen = overLength.better() ? words : overRandom.better() ? length : none;
        return new Routing(words, length, chosen, Optional.of(overLength), Optional.of(overRandom));
    }

    private static double[] both(double[] one, double[] other) {
        double[] all = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, all, one.length, other.length);
        return all;
    }

    /**
     * What decides, but for the last threshold.
     *
     * @param router before generation
     * @param least prompts below this score of the router are sent up unheard
     * @param answers after generation, where the small model tells how sure it is
     * @param candidates thresholds in the order of testing, found in training
     */
    private record Scorers(PromptRouter router, double least, Optional<AnswerScore> answers, List<Double> candidates) {}

    private static Scorers scorers(PromptRouter router, List<Labelled> train, Settings settings) {
        List<Labelled> told = train.stream()
                .filter(example ->
                        example.answer().filter(AnswerScore::readable).isPresent())
                .toList();
        // Some answers without log-probabilities are what a live model gives too: those are sent up. Without any there
        // is nothing to learn from, and the prompt has to decide.
        if (told.size() * 2 < train.size()) {
            double[] scores = router.outOfFold(train, settings.seed());
            return new Scorers(router, Double.NEGATIVE_INFINITY, Optional.empty(), candidates(train, scores, settings));
        }
        double[] targets = told.stream().mapToDouble(settings.risk()::target).toArray();
        AnswerScore answers = AnswerScore.fit(told, targets, settings.seed());
        double least = leastBefore(router, told, settings.seed());
        double[] before = router.outOfFold(told, settings.seed());
        double[] after = answers.outOfFold(told, targets, settings.seed());
        for (int i = 0; i < after.length; i++) {
            after[i] = before[i] < least ? Double.NEGATIVE_INFINITY : after[i];
        }
        return new Scorers(router, least, Optional.of(answers), candidates(told, after, settings));
    }

    private static double leastBefore(PromptRouter router, List<Labelled> examples, long seed) {
        double[] scores = router.outOfFold(examples, seed);
        double[] good = IntStream.range(0, scores.length)
                .filter(i -> examples.get(i).asGood())
                .mapToDouble(i -> scores[i])
                .sorted()
                .toArray();
        return router.kind() == PromptRouter.Kind.NONE || good.length == 0
                ? Double.NEGATIVE_INFINITY
                : good[(int) (GOOD_LOST_BEFORE * good.length)];
    }

    /** Thresholds from the one that looks safest in training on, ever looser. */
    private static List<Double> candidates(List<Labelled> train, double[] scores, Settings settings) {
        double[] sorted =
                Arrays.stream(scores).filter(Double::isFinite).sorted().toArray();
        List<Double> strictFirst = new ArrayList<>();
        for (int i = 1; i <= THRESHOLDS && sorted.length > 0; i++) {
            double score = sorted[sorted.length - Math.max(1, (int) ((long) sorted.length * i / THRESHOLDS))];
            if (strictFirst.isEmpty() || score < strictFirst.getLast()) {
                strictFirst.add(score);
            }
        }
        int safest = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < strictFirst.size(); i++) {
            double threshold = strictFirst.get(i);
            boolean[] kept = new boolean[scores.length];
            for (int j = 0; j < kept.length; j++) {
                kept[j] = scores[j] >= threshold;
            }
            double bound =
                    settings.risk().estimate(train, kept, settings.delta()).bound();
            if (bound <= least) {
                least = bound;
                safest = i;
            }
        }
        return strictFirst.subList(Math.min(safest, strictFirst.size()), strictFirst.size());
    }

    private static Certificate certify(Scorers scorers, Parts parts, Settings settings, Instant now) {
        List<Labelled> examples = parts.calibrate();
        double[] scores = scores(scorers, examples);
        Risk.Estimate passed = null;
        Risk.Estimate failed = null;
        boolean[] keptAt = new boolean[scores.length];
        double threshold = Double.POSITIVE_INFINITY;
        for (double candidate : scorers.candidates()) {
            boolean[] kept = new boolean[scores.length];
            for (int i = 0; i < kept.length; i++) {
                kept[i] = scores[i] >= candidate;
            }
            Risk.Estimate estimate = settings.risk().estimate(examples, kept, settings.delta());
            if (!(estimate.bound() <= settings.alpha())) {
                failed = estimate;
                break;
            }
            passed = estimate;
            keptAt = kept;
            threshold = candidate;
        }
        Optional<Certificate.Kept> kept =
                passed == null ? Optional.empty() : Optional.of(kept(settings, examples, keptAt, threshold, passed));
        return new Certificate(
                settings.small(),
                settings.large(),
                settings.template(),
                settings.risk(),
                settings.alpha(),
                settings.delta(),
                settings.seed(),
                parts.train().size(),
                examples.size(),
                FittedCascade.digest(scorers.router(), scorers.least(), scorers.answers()),
                LabelledFiles.digest(examples),
                now,
                kept,
                why(settings, kept, Optional.ofNullable(failed)));
    }

    private static double[] scores(Scorers scorers, List<Labelled> examples) {
        return examples.stream()
                .mapToDouble(example -> {
                    double before = scorers.router().score(example.prompt());
                    if (scorers.answers().isEmpty()) {
                        return before;
                    }
                    Optional<LocalAnswer> answer = example.answer().filter(AnswerScore::readable);
                    return before < scorers.least() || answer.isEmpty()
                            ? Double.NEGATIVE_INFINITY
                            : scorers.answers().get().score(example.prompt(), answer.get());
                })
                .toArray();
    }

    private static Certificate.Kept kept(
            Settings settings, List<Labelled> examples, boolean[] kept, double threshold, Risk.Estimate passed) {
        int local = 0;
        for (boolean one : kept) {
            local += one ? 1 : 0;
        }
        // What live feedback can tell is about single answers, so that is what is watched whatever was bounded.
        Risk watched = settings.risk() == Risk.WRONG_AMONG_LOCAL ? Risk.WRONG_AMONG_LOCAL : Risk.HARM_AMONG_LOCAL;
        Risk.Estimate quality = watched.estimate(examples, kept, settings.delta());
        return new Certificate.Kept(
                threshold,
                (double) local / Math.max(1, examples.size()),
                passed.n(),
                passed.losses(),
                passed.bound(),
                passed.method(),
                1 - quality.mean(),
                1 - quality.bound());
    }

    private static String why(Settings settings, Optional<Certificate.Kept> kept, Optional<Risk.Estimate> failed) {
        String asked = settings.risk().words() + " of at most " + Certificate.percent(settings.alpha());
        if (kept.isPresent()) {
            Certificate.Kept found = kept.get();
            return String.format(
                    Locale.ROOT,
                    "%s of the traffic may stay local: %s, shown at most %s (%s losses in %d) with %s confidence",
                    Certificate.percent(found.share()),
                    asked,
                    Certificate.percent(found.bound()),
                    number(found.losses()),
                    found.n(),
                    Certificate.percent(1 - settings.delta()));
        }
        return failed.map(estimate -> String.format(
                        Locale.ROOT,
                        "nothing may stay local: for a %s even the safest threshold showed only %s (%s losses in %d)",
                        asked,
                        Certificate.percent(estimate.bound()),
                        number(estimate.losses()),
                        estimate.n()))
                .orElse("nothing may stay local: no example of the training part has a score");
    }

    private static String number(double losses) {
        return losses == Math.rint(losses) ? Long.toString((long) losses) : String.format(Locale.ROOT, "%.1f", losses);
    }

    /** The worst first. */
    static Comparator<Map.Entry<String, Double>> byWeight() {
        return Comparator.comparingDouble((Map.Entry<String, Double> entry) -> -Math.abs(entry.getValue()))
                .thenComparing(Map.Entry.comparingByKey());
    }
}
