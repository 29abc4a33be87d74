package io.stoa.benchmark.judge;

import io.stoa.benchmark.stats.Agreement;
import io.stoa.benchmark.stats.JudgedShare;
import io.stoa.benchmark.stats.PredictionPowered;
import io.stoa.benchmark.stats.Proportions;
import io.stoa.model.Interval;
import io.stoa.model.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a judge's verdicts are worth, from items that people labelled too. The labelled items must be drawn at random from
 * items like those that are judged: a calibration on easy items says nothing about hard ones.
 */
public final class Calibration {
    private static final double YES = 1;

    private final Judgements judgements;
    private final Map<String, PredictionPowered.Pair> labelled;
    private final int unreadable;

    private Calibration(Judgements judgements, Map<String, PredictionPowered.Pair> labelled, int unreadable) {
        this.judgements = judgements;
        this.labelled = labelled;
        this.unreadable = unreadable;
    }

    /**
     * Joins labels to judgements.
     *
     * @param judgements of at least the labelled items
     * @param labels what people said, from 0 to 1 as {@link Scale#score} gives it, by the items' ids
     * @throws IllegalArgumentException naming a labelled item that was not judged, or fewer than two verdicts on labelled
     *     items
     */
    public static Calibration of(Judgements judgements, Map<String, Double> labels) {
        Map<String, Judgement> byId = new LinkedHashMap<>();
        judgements.judgements().forEach(judgement -> byId.put(judgement.id(), judgement));
        for (String id : labels.keySet()) {
            if (!byId.containsKey(id)) {
                throw new IllegalArgumentException("item " + id + " has a label and was not judged; judge it too");
            }
        }
        Map<String, PredictionPowered.Pair> pairs = new LinkedHashMap<>();
        for (Judgement judgement : judgements.judgements()) {
            if (judgement instanceof Judgement.Verdict verdict && labels.containsKey(verdict.id())) {
                String id = verdict.id();
                double label = labels.getOrDefault(id, Double.NaN);
                requireLabel(judgements.prompt().scale(), id, label);
                pairs.put(id, new PredictionPowered.Pair(label, verdict.score()));
            }
        }
        if (pairs.size() < 2) {
            throw new IllegalArgumentException("of " + labels.size() + " labelled items " + pairs.size()
                    + " have a verdict; a calibration needs at least two, and is worth something from about 50");
        }
        return new Calibration(judgements, pairs, labels.size() - pairs.size());
    }

    private static void requireLabel(Scale scale, String id, double label) {
        boolean fits = switch (scale) {
            case Scale.YesNo() -> label == 0 || label == 1;
            case Scale.Grades _ -> label >= 0 && label <= 1;
        };
        if (!fits) {
            throw new IllegalArgumentException("item " + id + " has a label off the scale: " + label);
        }
    }

    /** Labelled items with a verdict. */
    public int n() {
        return labelled.size();
    }

    /** Labelled items whose judgement could not be read. */
    public int unreadable() {
        return unreadable;
    }

    /** Cohen's κ of judge and people; for grades with quadratic weights. */
    public Agreement agreement() {
        List<Double> human =
                labelled.values().stream().map(PredictionPowered.Pair::human).toList();
        List<Double> judge =
                labelled.values().stream().map(PredictionPowered.Pair::judge).toList();
        return switch (judgements.prompt().scale()) {
            case Scale.YesNo() -> Agreement.of(human, judge);
            case Scale.Grades _ -> Agreement.ofGrades(human, judge);
        };
    }

    /**
     * A share with its exact interval (Clopper-Pearson).
     *
     * @param n items behind it
     */
    public record Rate(double share, Interval interval, int n) {}

    /** How often the judge says yes where people do; nothing where they never do, or the scale has grades. */
    public Optional<Rate> sensitivity(double confidence) {
        return rate(YES, confidence);
    }

    /** How often the judge says no where people do; nothing where they never do, or the scale has grades. */
    public Optional<Rate> specificity(double confidence) {
        return rate(0, confidence);
    }

    private Optional<Rate> rate(double label, double confidence) {
        int n = count(label);
        if (judgements.prompt().scale() instanceof Scale.Grades || n == 0) {
            return Optional.empty();
        }
        int same = same(label);
        return Optional.of(new Rate((double) same / n, Proportions.clopperPearson(same, n, confidence), n));
    }

    private int count(double label) {
        return (int)
                labelled.values().stream().filter(pair -> pair.human() == label).count();
    }

    private int same(double label) {
        return (int) labelled.values().stream()
                .filter(pair -> pair.human() == label && pair.judge() == label)
                .count();
    }

    /**
     * Corrects the judge's share of yes on other items than those labelled, by how often the judge errs on either kind
     * ({@link JudgedShare}).
     *
     * @param other by the same judge and prompt, on none of the labelled items
     * @throws IllegalArgumentException where judge, prompt or items do not fit, on grades, or where people said only yes or
     *     only no
     */
    public CalibratedScore correct(Judgements other, double confidence, Score.Stop stopped) {
        requireSameJudge(other);
        if (judgements.prompt().scale() instanceof Scale.Grades) {
            throw new IllegalArgumentException(
                    "grades are corrected by labels on the judged items themselves; label some of them");
        }
        for (Judgement judgement : other.judgements()) {
            if (labelled.containsKey(judgement.id())) {
                throw new IllegalArgumentException("item " + judgement.id()
                        + " is judged and labelled; correct by labels on the judged items themselves");
            }
        }
        if (count(YES) == 0 || count(0) == 0) {
            throw new IllegalArgumentException("people said " + (count(0) == 0 ? "yes" : "no") + " to all " + n()
                    + " labelled items; label some of the other kind");
        }
        JudgesShare share = other.share(confidence);
        JudgedShare judged = new JudgedShare(other.yes(), share.n(), same(YES), count(YES), same(0), count(0));
        Score score = new Score(
                judged.estimate(), judged.interval(confidence), confidence, share.n(), "Lang-Reiczigel", stopped);
        return new CalibratedScore(score, share, agreement());
    }

    /**
     * Corrects the judge's mean on the items that this calibration was drawn from, labelled and not ({@link
     * PredictionPowered}).
     *
     * @throws IllegalArgumentException with fewer than two verdicts on items without a label
     */
    public CalibratedScore correct(double confidence, Score.Stop stopped) {
        List<Double> others = new ArrayList<>();
        for (Judgement.Verdict verdict : judgements.verdicts()) {
            if (!labelled.containsKey(verdict.id())) {
                others.add(verdict.score());
            }
        }
        if (others.size() < 2) {
            throw new IllegalArgumentException("people labelled all items but " + others.size()
                    + "; their labels are the score, and no judge is needed");
        }
        List<PredictionPowered.Pair> pairs = List.copyOf(labelled.values());
        PredictionPowered mean = switch (judgements.prompt().scale()) {
            case Scale.YesNo() -> PredictionPowered.ofShares(pairs, others);
            case Scale.Grades(int lowest, int highest) ->
                PredictionPowered.ofGrades(pairs, others, 1.0 / (highest - lowest));
        };
        Interval free = mean.interval(confidence);
        Score score = new Score(
                Math.clamp(mean.estimate(), 0, 1),
                new Interval(Math.clamp(free.low(), 0, 1), Math.clamp(free.high(), 0, 1)),
                confidence,
                n() + others.size(),
                "prediction-powered",
                stopped);
        return new CalibratedScore(score, judgements.share(confidence), agreement());
    }

    private void requireSameJudge(Judgements other) {
        if (!other.judge().equals(judgements.judge()) || !other.prompt().equals(judgements.prompt())) {
            throw new IllegalArgumentException(
                    "the calibration is of " + judgements.judge() + " and these judgements are of " + other.judge()
                            + ", or their prompts differ; calibrate the judge that judges");
        }
    }
}
