package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.judge.metric.PairedDifference;
import io.stoa.integration.judge.metric.Scores;
import io.stoa.model.Score;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Is a new version of a pipeline no worse than the one before, on the same items?
 *
 * <p>Non-inferiority by a paired interval: a measure passes when a loss of more than the margin is ruled out at 95 %, one-sided; it
 * fails when a loss is shown (the whole two-sided 90 % interval below 0) and the margin is not ruled out; between the two it is not
 * decided. All measures must pass (an intersection-union test, which needs no correction: R. L. Berger, Technometrics 24 (1982)
 * 295–300).
 *
 * @param margin the largest loss that does not matter, in [0, 1)
 * @param measures what is held; {@link Judged#SUCCESS} at least
 * @param least scores that the new version must reach, by measure, held against the lower bound
 */
public record PipelineGate(double margin, Set<String> measures, Map<String, Double> least) {
    /** Two-sided, so that each bound keeps 95 %. */
    private static final double CONFIDENCE = 0.90;

    public PipelineGate {
        measures = Set.copyOf(measures);
        least = Map.copyOf(least);
        if (!(margin >= 0 && margin < 1)) {
            throw new IllegalArgumentException("a margin is in [0, 1): " + margin);
        }
        least.forEach((measure, share) -> {
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("the least " + measure + " is in (0, 1]: " + share);
            }
        });
    }

    /** What a gate says. */
    public enum Verdict {
        PASS,
        FAIL,
        UNDECIDED
    }

    /**
     * What it says of one measure.
     *
     * @param sentence what a person reads
     */
    public record Claim(String measure, Verdict verdict, PairedDifference difference, String sentence) {
        public Claim {
            requireNonNull(verdict, "verdict");
            requireNonNull(difference, "difference");
        }
    }

    /**
     * What it says of all.
     *
     * @param sentence what a person reads
     */
    public record Ruling(
            String before, String after, double margin, Verdict verdict, String sentence, List<Claim> claims) {
        public Ruling {
            requireNonNull(verdict, "verdict");
            claims = List.copyOf(claims);
        }
    }

    /**
     * Compares two runs.
     *
     * @throws StoaException of kind {@code USER} where they are not of the same items, or do not have a measure
     */
    public Ruling judge(EvaluationRun before, EvaluationRun after) {
        sameItems(before, after);
        List<Claim> claims = new ArrayList<>();
        for (String measure : measures.stream().sorted().toList()) {
            claims.add(claim(measure, before, after));
        }
        least.keySet().stream().sorted().forEach(measure -> claims.add(reached(measure, before, after)));
        Verdict verdict = claims.stream().anyMatch(claim -> claim.verdict() == Verdict.FAIL)
                ? Verdict.FAIL
                : claims.stream().allMatch(claim -> claim.verdict() == Verdict.PASS) ? Verdict.PASS : Verdict.UNDECIDED;
        String worst = claims.stream()
                .filter(claim -> claim.verdict() == verdict)
                .findFirst()
                .map(Claim::sentence)
                .orElse("");
        String sentence = switch (verdict) {
            case PASS ->
                after.subject() + " is no worse than " + before.subject() + " by more than " + points(margin) + " ("
                        + worst + ")";
            case FAIL -> after.subject() + " does not pass: " + worst;
            case UNDECIDED ->
                "not decided whether " + after.subject() + " is as good as " + before.subject() + ": " + worst;
        };
        return new Ruling(before.subject(), after.subject(), margin, verdict, sentence, claims);
    }

    /** Refuses runs that cannot be compared item by item. */
    static void sameItems(EvaluationRun before, EvaluationRun after) {
        List<String> first = before.results().stream().map(Judged::item).toList();
        List<String> second = after.results().stream().map(Judged::item).toList();
        if (!before.items().equals(after.items()) || !first.equals(second)) {
            String example = second.stream()
                    .filter(item -> !first.contains(item))
                    .findFirst()
                    .map(item -> "; \"" + item + "\" is only in the second")
                    .orElse(first.equals(second) ? "; their texts or expectations differ" : "");
            throw StoaException.user("the two runs are not of the same items (" + first.size() + " and " + second.size()
                    + example + "); evaluate both versions with the same items file and --limit");
        }
        if (before.k() != after.k()) {
            throw StoaException.user("the two runs look at " + before.k() + " and " + after.k()
                    + " passages of a ranking; evaluate both with the same --k");
        }
    }

    private static PairedDifference difference(String measure, EvaluationRun before, EvaluationRun after) {
        Map<String, Double> first = new LinkedHashMap<>();
        before.results().forEach(item -> item.score(measure).ifPresent(score -> first.put(item.item(), score)));
        List<Double> one = new ArrayList<>();
        List<Double> other = new ArrayList<>();
        for (Judged item : after.results()) {
            OptionalDouble score = item.score(measure);
            if (score.isPresent() && first.containsKey(item.item())) {
                one.add(first.getOrDefault(item.item(), 0.0));
                other.add(score.getAsDouble());
            }
        }
        if (one.isEmpty()) {
            throw StoaException.user("no item of both runs has the measure \"" + measure + "\"; they have "
                    + String.join(", ", after.measures()));
        }
        return PairedDifference.of(one, other, CONFIDENCE);
    }

    private Claim claim(String measure, EvaluationRun before, EvaluationRun after) {
        PairedDifference difference = difference(measure, before, after);
        boolean ruledOut = difference.interval().low() >= -margin;
        boolean lost = difference.interval().high() < 0;
        Verdict verdict = ruledOut ? Verdict.PASS : lost ? Verdict.FAIL : Verdict.UNDECIDED;
        String end = switch (verdict) {
            case PASS -> "a loss of more than " + points(margin) + " is ruled out";
            case FAIL -> "a loss is shown, and one of more than " + points(margin) + " is not ruled out";
            case UNDECIDED ->
                "neither is a loss shown nor one of more than " + points(margin) + " ruled out; about "
                        + enough(difference) + " items would tell";
        };
        return new Claim(measure, verdict, difference, words(measure, difference) + ": " + end);
    }

    private Claim reached(String measure, EvaluationRun before, EvaluationRun after) {
        PairedDifference difference = difference(measure, before, after);
        double wanted = least.getOrDefault(measure, 1.0);
        Score score = Scores.mean(after.scores(measure), after.stop());
        Verdict verdict = score.interval().low() >= wanted
                ? Verdict.PASS
                : score.interval().high() < wanted ? Verdict.FAIL : Verdict.UNDECIDED;
        String sentence = measure + ": " + share(score.estimate()) + " ["
                + share(score.interval().low()) + ", "
                + share(score.interval().high()) + "] of " + score.n() + " items, wanted " + share(wanted) + ": "
                + switch (verdict) {
                    case PASS -> "reached";
                    case FAIL -> "missed";
                    case UNDECIDED -> "too few items to tell";
                };
        return new Claim(measure, verdict, difference, sentence);
    }

    /** Should nothing else change: the interval narrows with the square root of the number of items. */
    private int enough(PairedDifference difference) {
        double half = difference.estimate() - difference.interval().low();
        double room = Math.max(Math.abs(difference.estimate() + margin), 0.001);
        return (int) Math.min(1_000_000, Math.ceil(difference.n() * Math.pow(half / room, 2)) + 1);
    }

    static String words(String measure, PairedDifference difference) {
        return measure + " " + share(difference.first()) + " → " + share(difference.second()) + ", "
                + signed(difference.estimate()) + " ["
                + signed(difference.interval().low()) + ", "
                + signed(difference.interval().high()) + "] points over " + difference.n() + " items ("
                + difference.better() + " better, " + difference.worse() + " worse)";
    }

    private static String share(double value) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * value);
    }

    private static String signed(double value) {
        return String.format(Locale.ROOT, "%+.1f", 100 * value);
    }

    private static String points(double value) {
        return String.format(Locale.ROOT, "%.1f points", 100 * value);
    }
}
