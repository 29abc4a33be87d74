package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.gate.GateReport;
import io.stoa.benchmark.gate.NewestResults;
import io.stoa.benchmark.gate.RegressionGate;
import io.stoa.benchmark.gate.ResultsFile;
import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Asks models again and again and holds each time's results against a baseline (see {@link RegressionGate}). A round that
 * fails is told and does not end it, except that a user's mistake in the first round does: it would be there in all others.
 */
public final class Watch {
    private final Settings settings;
    private final Clock clock;
    private final Sleeper sleeper;

    /**
     * What is watched.
     *
     * @param baseline a folder of results; one of a model's name in it is that model's
     * @param margin the loss that is still accepted
     * @param every the time from the end of a round to the next, or to the next look for a change
     * @param times rounds at most; without end when absent
     */
    public record Settings(Path baseline, double margin, Duration every, OptionalInt times) {
        public Settings {
            requireNonNull(baseline, "baseline");
            requireNonNull(times, "times");
            if (!every.isPositive()) {
                throw new IllegalArgumentException("the time between rounds must be positive: " + every);
            }
            if (times.isPresent() && times.getAsInt() < 1) {
                throw new IllegalArgumentException("the rounds must be positive: " + times.getAsInt());
            }
            gate(margin, List.of());
        }
    }

    /** Waits. */
    @FunctionalInterface
    public interface Sleeper {
        void sleep(Duration time) throws InterruptedException;
    }

    /**
     * What one model was just asked.
     *
     * @param folder of its results
     * @param tasks that are judged
     */
    public record Asked(Path folder, List<String> tasks) {
        public Asked {
            tasks = List.copyOf(tasks);
        }
    }

    /** What a round came to. */
    public sealed interface Round {
        Instant at();

        /** For people, on one line. */
        String line();

        /**
         * For programs, on one line: {@code at}, {@code verdict} ({@code FAILED} where it could not be done), and the {@code
         * reports} as {@code bench gate --json} prints them, or the {@code error} with its {@code kind}.
         */
        String json();

        /** A report for each model. */
        record Judged(Instant at, List<GateReport> reports) implements Round {
            public Judged {
                reports = List.copyOf(reports);
            }

            /** The worst of all. */
            public GateReport.Verdict verdict() {
                return reports.stream()
                        .map(GateReport::verdict)
                        .min(GateReport.Verdict::compareTo)
                        .orElseThrow(() -> new IllegalStateException("a round without a model"));
            }

            @Override
            public String line() {
                List<String> scores = new ArrayList<>();
                for (GateReport report : reports) {
                    for (GateReport.Claim claim : report.claims()) {
                        scores.add((reports.size() > 1 ? report.current() + " " : "") + claim.task() + " "
                                + score(claim.before()) + " -> " + score(claim.after()));
                    }
                }
                return stamp(at) + "  " + verdict() + "  " + String.join(", ", scores);
            }

            @Override
            public String json() {
                ObjectNode round = begun(at, verdict().name());
                round.set("reports", JsonMapper.shared().valueToTree(reports));
                return round.toString();
            }
        }

        /** It could not be done. */
        record Failed(Instant at, StoaException why) implements Round {
            @Override
            public String line() {
                return stamp(at) + "  FAILED  " + why.sentence();
            }

            @Override
            public String json() {
                return begun(at, "FAILED")
                        .put("error", why.sentence())
                        .put("kind", why.kind().name())
                        .toString();
            }
        }
    }

    public Watch(Settings settings, Clock clock, Sleeper sleeper) {
        this.settings = requireNonNull(settings, "settings");
        this.clock = requireNonNull(clock, "clock");
        this.sleeper = requireNonNull(sleeper, "sleeper");
    }

    /**
     * Watches until all rounds are done or the thread is interrupted.
     *
     * @param state what the models are, as a text; a round begins when it changes. Without it rounds follow the clock
     * @param ask asks the models
     * @param rounds hears each round
     * @param notice is told what makes a comparison doubtful
     * @return the last round
     * @throws StoaException of kind USER for a mistake that the first round shows
     */
    public Optional<Round> run(
            Optional<Supplier<String>> state,
            Supplier<List<Asked>> ask,
            Consumer<Round> rounds,
            Consumer<String> notice) {
        ResultsFile.in(settings.baseline());
        Optional<Round> last = Optional.empty();
        Optional<String> seen = Optional.empty();
        int count = 0;
        while (isOpen(count)) {
            Look look = look(state);
            if (look.state().isEmpty() || !look.state().equals(seen)) {
                Round round = look.failure()
                        .<Round>map(failure -> new Round.Failed(clock.instant(), failure))
                        .orElseGet(() -> round(ask, notice));
                if (last.isEmpty()
                        && round instanceof Round.Failed failed
                        && failed.why().kind() == StoaException.Kind.USER) {
                    throw failed.why();
                }
                rounds.accept(round);
                last = Optional.of(round);
                count++;
                // A failed round is tried again; an endpoint that stays away is told once.
                seen = round instanceof Round.Judged || look.failure().isPresent() ? look.state() : Optional.empty();
            }
            if (isOpen(count) && !slept()) {
                return last;
            }
        }
        return last;
    }

    private record Look(Optional<String> state, Optional<StoaException> failure) {}

    private static Look look(Optional<Supplier<String>> state) {
        try {
            return new Look(state.map(Supplier::get), Optional.empty());
        } catch (StoaException e) {
            return new Look(Optional.of("failed: " + e.sentence()), Optional.of(e));
        }
    }

    private boolean isOpen(int count) {
        return settings.times().isEmpty() || count < settings.times().getAsInt();
    }

    private boolean slept() {
        try {
            sleeper.sleep(settings.every());
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Round round(Supplier<List<Asked>> ask, Consumer<String> notice) {
        Instant at = clock.instant();
        try {
            List<GateReport> reports = new ArrayList<>();
            for (Asked asked : ask.get()) {
                reports.add(judge(asked, notice));
            }
            return new Round.Judged(at, reports);
        } catch (StoaException e) {
            return new Round.Failed(at, e);
        }
    }

    private GateReport judge(Asked asked, Consumer<String> notice) {
        Path own = settings.baseline().resolve(String.valueOf(asked.folder().getFileName()));
        Path baseline = Files.isDirectory(own) ? own : settings.baseline();
        // That older files are passed over goes without saying here: every round leaves one.
        return gate(settings.margin(), asked.tasks())
                .judge(NewestResults.of(baseline, _ -> {}), NewestResults.of(asked.folder(), _ -> {}), notice);
    }

    private static RegressionGate gate(double margin, List<String> tasks) {
        return new RegressionGate(margin, List.of(), tasks, Map.of(), false);
    }

    private static ObjectNode begun(Instant at, String verdict) {
        return JsonMapper.shared().createObjectNode().put("at", stamp(at)).put("verdict", verdict);
    }

    private static String stamp(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String score(OptionalDouble score) {
        return score.isPresent() ? String.format(Locale.ROOT, "%.4f", score.getAsDouble()) : "none";
    }
}
