package io.stoa.integration.judge.metric;

import io.stoa.model.Score;
import io.stoa.model.Score.Stop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * How well a pipeline knows when not to answer.
 *
 * <p>Coverage and selective risk: R. El-Yaniv and Y. Wiener, Journal of Machine Learning Research 11 (2010) 1605–1641; the area
 * under the curve of both: Y. Geifman, G. Uziel and R. El-Yaniv, ICLR 2019.
 */
public final class Abstention {
    private final List<Case> cases;
    private final Stop stop;

    /**
     * What became of a question.
     *
     * @param answerable whether there is an answer
     * @param answered whether one was given
     * @param right whether it was the right one; a declined unanswerable question is right as well
     * @param confidence the higher, the surer; only the order counts
     */
    public record Case(boolean answerable, boolean answered, boolean right, double confidence) {
        public Case {
            if (!answerable && answered && right) {
                throw new IllegalArgumentException("an unanswerable question has no right answer");
            }
            if (!Double.isFinite(confidence)) {
                throw new IllegalArgumentException("a confidence is finite: " + confidence);
            }
        }
    }

    /** Of at least one case. */
    public Abstention(List<Case> cases, Stop stop) {
        this.cases = List.copyOf(cases);
        this.stop = stop;
        if (cases.isEmpty()) {
            throw new IllegalArgumentException("abstention needs at least one question");
        }
    }

    /** The share of all questions that were answered. */
    public Score coverage() {
        return share(_ -> true, Case::answered).orElseThrow();
    }

    /** The share of given answers that were wrong, those to unanswerable questions among them; absent without an answer. */
    public Optional<Score> risk() {
        return share(Case::answered, one -> !one.right());
    }

    /** The share of unanswerable questions that were answered; absent without such questions. */
    public Optional<Score> falseAnswers() {
        return share(one -> !one.answerable(), Case::answered);
    }

    /** The share of answerable questions that were declined; absent without such questions. */
    public Optional<Score> needlesslyDeclined() {
        return share(Case::answerable, one -> !one.answered());
    }

    /**
     * The risk that would be left if only the surest were answered, so many that this share of all questions is. Declined
     * questions are the least sure. Of equally sure ones the wrong come first, so that the risk is never flattered; absent where fewer
     * than this share was answered.
     *
     * @param coverage in (0, 1]
     */
    public Optional<Score> riskAt(double coverage) {
        if (!(coverage > 0 && coverage <= 1)) {
            throw new IllegalArgumentException("a coverage is in (0, 1]: " + coverage);
        }
        List<Case> answered = surestFirst();
        int most = (int) Math.ceil(coverage * cases.size() - 1e-9);
        if (most < 1 || most > answered.size()) {
            return Optional.empty();
        }
        long wrong =
                answered.subList(0, most).stream().filter(one -> !one.right()).count();
        return Optional.of(Scores.share((int) wrong, most, stop));
    }

    /** The mean of the risks at every coverage that was reached: 0 is best; absent without an answer. */
    public Optional<Double> areaUnderRisk() {
        List<Case> answered = surestFirst();
        double sum = 0;
        int wrong = 0;
        for (int i = 0; i < answered.size(); i++) {
            wrong += answered.get(i).right() ? 0 : 1;
            sum += (double) wrong / (i + 1);
        }
        return answered.isEmpty() ? Optional.empty() : Optional.of(sum / answered.size());
    }

    /**
     * From which confidence on to answer.
     *
     * @param confidence the least
     * @param coverage the share of all questions that is answered then
     * @param risk the share of wrong ones among them
     */
    public record Threshold(double confidence, double coverage, Score risk) {}

    /**
     * The threshold that answers most while a risk above a limit is ruled out at 95 %: tenths of the answered questions are tried
     * from the surest on, each by the exact binomial test, and the first that does not pass ends it. Trying in a fixed order keeps the
     * level over all of them (A. N. Angelopoulos et al., "Learn then Test", Annals of Applied Statistics 19 (2025), section 2,
     * fixed-sequence testing). Absent where not even the surest tenth passes.
     *
     * @param most the risk, in (0, 1)
     */
    public Optional<Threshold> threshold(double most) {
        if (!(most > 0 && most < 1)) {
            throw new IllegalArgumentException("a risk is in (0, 1): " + most);
        }
        List<Case> answered = surestFirst();
        Optional<Threshold> best = Optional.empty();
        for (int tenths = 1; tenths <= 10 && !answered.isEmpty(); tenths++) {
            double least = answered.get((int) Math.ceil(answered.size() * tenths / 10.0) - 1)
                    .confidence();
            List<Case> some =
                    answered.stream().filter(one -> one.confidence() >= least).toList();
            int wrong = (int) some.stream().filter(one -> !one.right()).count();
            double p = BinomialDistribution.of(some.size(), most).cumulativeProbability(wrong);
            if (p > 1 - Scores.CONFIDENCE) {
                return best;
            }
            best = Optional.of(
                    new Threshold(least, (double) some.size() / cases.size(), Scores.share(wrong, some.size(), stop)));
        }
        return best;
    }

    private List<Case> surestFirst() {
        List<Case> answered =
                new ArrayList<>(cases.stream().filter(Case::answered).toList());
        answered.sort(Comparator.comparingDouble(Case::confidence).reversed().thenComparing(Case::right));
        return answered;
    }

    private Optional<Score> share(Predicate<Case> among, Predicate<Case> counted) {
        List<Case> some = cases.stream().filter(among).toList();
        return some.isEmpty()
                ? Optional.empty()
                : Optional.of(Scores.share((int) some.stream().filter(counted).count(), some.size(), stop));
    }
}
