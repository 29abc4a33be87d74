package io.stoa.gateway.cascade;

import static java.util.Objects.requireNonNull;

import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Watches a route live and withdraws it when the quality of its local answers has fallen below what was certified.
 *
 * <p>Hypothesis: each local answer's expected quality, given everything before it, is at least {@code level −
 * tolerance}. It is tested by an e-detector of Shiryaev–Roberts type (J. Shin, A. Ramdas, A. Rinaldo, New England J.
 * Stat. Data Sci. 2 (2024) 229–260): bets against the hypothesis begin anew with every observation, because nobody knows
 * when a model will break, and the sum R of their fortunes is compared with a limit. Each bet multiplies its fortune by
 * 1 + λ (level − tolerance − quality), which no strategy of nature can make grow on average under the hypothesis. So R −
 * t is a supermartingale, and the chance of a withdrawal within N observations is at most N / limit, at any time and
 * however the qualities depend on each other. The limit is {@code horizon / falseWithdrawals}: after so many more
 * observations the promise is used up as often again.
 *
 * <p>The sum is kept for three sizes of drop, weighted, so that a mean of e-detectors decides, which is one too.
 *
 * <p>Without labels it also watches the scores of answers ({@link #seen}): see {@link ScoreDrift}. That they drift says
 * that the certificate's traffic is not today's, not that answers are bad: by default it is told, not acted on.
 *
 * <p>Safe for several threads; observations are rare and each takes less than a microsecond.
 */
public final class RouteMonitor {
    private static final String FORMAT = "stoa-monitor/1";
    private static final long MOST_BYTES = 1 << 20;

    /** Drops that bets are sized for, below the level, and their weights. */
    private static final double[] DROPS = {0.07, 0.15, 0.30};

    private static final double[] WEIGHTS = {0.15, 0.75, 0.10};

    private final Settings settings;
    private final ScoreDrift drift;
    private final double[] stakes;
    private final double[] fortunes;
    private long observed;
    private double sum;
    private volatile Optional<String> withdrawn = Optional.empty();
    private volatile Optional<String> drifted = Optional.empty();

    /**
     * What is promised.
     *
     * @param certificate the id of the certificate that is watched
     * @param level the certified quality of local answers
     * @param tolerance how far below quality may lie without a withdrawal
     * @param falseWithdrawals the chance of a withdrawal without reason within the horizon
     * @param horizon that many observations
     * @param withdrawOnDrift whether drifting scores withdraw the route too; they share the chance then
     */
    public record Settings(
            String certificate,
            double level,
            double tolerance,
            double falseWithdrawals,
            long horizon,
            boolean withdrawOnDrift) {
        public Settings {
            requireNonNull(certificate, "certificate");
            RiskBounds.requireShare(falseWithdrawals);
            if (!(level - tolerance > 0 && level <= 1 && tolerance >= 0) || horizon < 1) {
                throw new IllegalArgumentException(
                        "not a level, a tolerance and a horizon: " + level + ", " + tolerance + ", " + horizon);
            }
        }

        /**
         * Half a false withdrawal in a hundred runs of 100,000 observations.
         *
         * <p>The level is the quality that calibration has shown, its lower bound: the true one is higher but for δ.
         */
        public static Settings of(Certificate certificate) {
            Certificate.Kept kept = certificate
                    .kept()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "certificate " + certificate.id() + " keeps nothing local: there is nothing to watch"));
            return of(certificate.id(), kept.qualityAtLeast(), 0);
        }

        /** The same for any level. */
        public static Settings of(String certificate, double level, double tolerance) {
            return new Settings(certificate, level, tolerance, 0.005, 100_000, false);
        }

        double floor() {
            return level - tolerance;
        }

        double limit() {
            return horizon / (falseWithdrawals / (withdrawOnDrift ? 2 : 1));
        }
    }

    public RouteMonitor(Settings settings) {
        this(settings, new ScoreDrift(settings.limit()), new double[DROPS.length]);
    }

    private RouteMonitor(Settings settings, ScoreDrift drift, double[] fortunes) {
        this.settings = requireNonNull(settings, "settings");
        this.drift = drift;
        this.fortunes = fortunes;
        this.stakes = new double[DROPS.length];
        double floor = settings.floor();
        // A level of 1 forbids any error: the bets are then on a little less, or one error would end everything.
        double null0 = Math.min(floor, 0.999);
        for (int i = 0; i < stakes.length; i++) {
            double to = Math.max(null0 - DROPS[i], null0 / 10);
            stakes[i] = (null0 - to) / (null0 * (1 - null0));
        }
    }

    String certificate() {
        return settings.certificate();
    }

    public Settings settings() {
        return settings;
    }

    /** Why the route was withdrawn, once it was. Cheap: asked for every request. */
    public Optional<String> withdrawn() {
        return withdrawn;
    }

    /** That the scores of answers are not those of before, once that was seen. */
    public Optional<String> drifted() {
        return drifted;
    }

    /** A local answer was found right (as good as the large model's, where the certificate speaks of that) or not. */
    public void observe(boolean right) {
        observe(right ? 1 : 0);
    }

    /**
     * The same with a graded quality.
     *
     * @param quality in [0, 1]
     */
    public synchronized void observe(double quality) {
        if (!(quality >= 0 && quality <= 1)) {
            throw new IllegalArgumentException("a quality lies in [0, 1]: " + quality);
        }
        observed++;
        sum += quality;
        double floor = Math.min(settings.floor(), 0.999);
        double evidence = 0;
        for (int i = 0; i < fortunes.length; i++) {
            fortunes[i] = (1 + fortunes[i]) * (1 + stakes[i] * (floor - quality));
            evidence += WEIGHTS[i] * fortunes[i];
        }
        if (evidence >= settings.limit() && withdrawn.isEmpty()) {
            withdrawn = Optional.of(String.format(
                    Locale.ROOT,
                    "withdrawn: the quality of local answers fell below the certified %.1f %% (evidence %.2g against a"
                            + " limit of %.2g after %d checked answers, %.1f %% of them good over all); fit the route"
                            + " again",
                    100 * settings.floor(),
                    evidence,
                    settings.limit(),
                    observed,
                    100 * sum / observed));
        }
    }

    /** The score of a local answer, without knowing whether it was good. */
    public synchronized void seen(double score) {
        if (drift.seen(score) && drifted.isEmpty()) {
            String what = "the scores of local answers are no longer those of before, after " + drift.count()
                    + " of them: label some of today's answers and fit the route again";
            drifted = Optional.of(what);
            if (settings.withdrawOnDrift() && withdrawn.isEmpty()) {
                withdrawn = Optional.of("withdrawn: " + what);
            }
        }
    }

    /** How much evidence there is against the route, as a part of what withdraws it, in logarithms: 1 withdraws. */
    public synchronized double evidence() {
        double evidence = 0;
        for (int i = 0; i < fortunes.length; i++) {
            evidence += WEIGHTS[i] * fortunes[i];
        }
        return Math.max(0, Math.log(Math.max(evidence, 1)) / Math.log(settings.limit()));
    }

    /** What must not be forgotten when the process ends. */
    public synchronized State snapshot() {
        List<Double> kept = new ArrayList<>();
        for (double fortune : fortunes) {
            // Beyond this the route is withdrawn anyway, and JSON knows no infinity.
            kept.add(Math.min(fortune, 1e300));
        }
        return new State(FORMAT, settings, kept, observed, sum, drift.snapshot(), withdrawn, drifted);
    }

    /** Goes on from a state. */
    public static RouteMonitor restore(State state) {
        if (!FORMAT.equals(state.format()) || state.fortunes().size() != DROPS.length) {
            throw new IllegalArgumentException("not a state of " + FORMAT + ": " + state.format());
        }
        double[] fortunes =
                state.fortunes().stream().mapToDouble(Double::doubleValue).toArray();
        for (double fortune : fortunes) {
            if (!(fortune >= 0)) {
                throw new IllegalArgumentException("a fortune is not negative: " + fortune);
            }
        }
        RouteMonitor monitor = new RouteMonitor(
                state.settings(),
                ScoreDrift.restore(state.drift(), state.settings().limit()),
                fortunes);
        monitor.observed = state.observed();
        monitor.sum = state.sum();
        monitor.withdrawn = state.withdrawn();
        monitor.drifted = state.drifted();
        return monitor;
    }

    /** Writes the state whole, or leaves what was there. */
    public void write(Path file) {
        FittedCascade.writeWhole(file, JsonMapper.shared().writeValueAsString(snapshot()) + "\n");
    }

    /**
     * Goes on from a file where it is about the same certificate under the same promise, else begins anew.
     *
     * @throws StoaException of kind {@code USER} where the file is broken: what was seen must not be forgotten silently
     */
    public static RouteMonitor read(Path file, Settings settings) {
        if (!Files.exists(file)) {
            return new RouteMonitor(settings);
        }
        try {
            State state = JsonMapper.shared().readValue(FittedCascade.readBounded(file, MOST_BYTES), State.class);
            return state.settings().equals(settings) ? restore(state) : new RouteMonitor(settings);
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            throw StoaException.user(file + ": is not a monitor's state, or was changed; remove it to begin anew, which"
                    + " forgets what it had seen");
        }
    }

    /** A monitor as a file keeps it. */
    public record State(
            String format,
            Settings settings,
            List<Double> fortunes,
            long observed,
            double sum,
            ScoreDrift.State drift,
            Optional<String> withdrawn,
            Optional<String> drifted) {
        public State {
            fortunes = List.copyOf(fortunes);
            requireNonNull(settings, "settings");
            requireNonNull(drift, "drift");
            requireNonNull(withdrawn, "withdrawn");
            requireNonNull(drifted, "drifted");
        }
    }
}
