package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import io.stoa.edge.device.JournalSummary;
import io.stoa.hardware.plan.Standing;
import io.stoa.model.Bytes;
import io.stoa.model.Interval;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a device of a class wrote down, beside what was planned for the class. That the journal is of such a device, running
 * the chosen model, is for who names the class to know; what contradicts that is told.
 *
 * @param device the journal's device
 * @param standing whether the device does as planned
 * @param findings sentences, what speaks against the plan first
 */
public record FieldCheck(String device, Standing standing, List<String> findings) {
    /** Over less time a rate of questions says nothing. */
    private static final Duration SHORTEST = Duration.ofHours(12);

    /** Figures are rounded, and clocks are coarse. */
    private static final double ROUNDING = 1.02;

    public FieldCheck {
        requireNonNull(standing, "standing");
        findings = List.copyOf(findings);
        if (device.isBlank()) {
            throw new IllegalArgumentException("a journal is of some device");
        }
    }

    /** Sets a journal beside a class. */
    public static FieldCheck of(FleetPlan.ClassPlan plan, Workload workload, JournalSummary journal) {
        Notes notes = new Notes();
        plan.chosen()
                .ifPresentOrElse(
                        chosen -> {
                            notes.speed(chosen.speed(), journal);
                            notes.memory(chosen.fit(), journal);
                        },
                        () -> notes.add(Standing.UNDECIDED, "no model was planned for this class"));
        notes.load(workload, journal);
        notes.failures(journal);
        return new FieldCheck(journal.device(), notes.standing, notes.findings);
    }

    private static final class Notes {
        private Standing standing = Standing.MEETS;
        private final List<String> findings = new ArrayList<>();

        void add(Standing worse, String finding) {
            standing = standing.compareTo(worse) >= 0 ? standing : worse;
            findings.add(finding);
        }

        void speed(DecodeSpeed planned, JournalSummary journal) {
            if (journal.tokensPerSecond().isEmpty()) {
                add(Standing.UNDECIDED, "no answer was timed yet");
                return;
            }
            double seen = journal.tokensPerSecond().get();
            OptionalDouble bound = planned.bound();
            if (bound.isPresent() && seen > ROUNDING * bound.getAsDouble()) {
                add(
                        Standing.MISSES,
                        String.format(
                                Locale.ROOT,
                                "%.3g tokens/s are more than the %.3g that the class's memory allows: it is another"
                                        + " device or another model than planned",
                                seen,
                                bound.getAsDouble()));
                return;
            }
            switch (planned) {
                case DecodeSpeed.Unknown _ ->
                    add(
                            Standing.MEETS,
                            String.format(
                                    Locale.ROOT,
                                    "%.3g tokens/s, where nothing was known: put it under measured in the fleet's file",
                                    seen));
                case DecodeSpeed.Estimated known -> speed(known.tokensPerSecond(), seen, journal);
            }
        }

        private void speed(Interval planned, double seen, JournalSummary journal) {
            String figures = String.format(
                    Locale.ROOT,
                    "%.3g tokens/s in the median%s, %.3g to %.3g planned",
                    seen,
                    journal.slowTokensPerSecond()
                            .map(slow -> String.format(Locale.ROOT, " (nine of ten answers reach %.3g)", slow))
                            .orElse(""),
                    planned.low(),
                    planned.high());
            if (seen < planned.low()) {
                add(Standing.MISSES, "slower than planned: " + figures);
            } else if (seen > planned.high()) {
                add(Standing.MEETS, "faster than planned: " + figures);
            } else {
                add(Standing.MEETS, figures);
            }
        }

        void memory(Fit planned, JournalSummary journal) {
            if (journal.memoryBytes().isEmpty() || !(planned instanceof Fit.Fits fits)) {
                return;
            }
            Bytes seen = new Bytes(Math.max(0, journal.memoryBytes().get()));
            Bytes need = fits.parts().need();
            if (seen.compareTo(need) > 0) {
                add(Standing.UNDECIDED, "it took " + seen + " of memory, and " + need + " were planned");
            } else {
                add(Standing.MEETS, "it took " + seen + " of memory, of " + need + " planned");
            }
        }

        void load(Workload workload, JournalSummary journal) {
            OptionalDouble rate = perDay(journal);
            if (rate.isEmpty() || workload.requestsPerDay().isEmpty()) {
                return;
            }
            String figures = String.format(
                    Locale.ROOT,
                    "%.3g questions a day, %.3g planned",
                    rate.getAsDouble(),
                    workload.requestsPerDay().getAsDouble());
            boolean more = rate.getAsDouble() > workload.requestsPerDay().getAsDouble();
            add(more ? Standing.UNDECIDED : Standing.MEETS, (more ? "more work than planned: " : "") + figures);
        }

        /** A device's clock may be wrong: a span that is negative or short gives no rate. */
        private static OptionalDouble perDay(JournalSummary journal) {
            if (journal.from().isEmpty() || journal.until().isEmpty()) {
                return OptionalDouble.empty();
            }
            Duration span =
                    Duration.between(journal.from().get(), journal.until().get());
            return span.compareTo(SHORTEST) < 0
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(journal.questions() * EnergyUse.SECONDS_PER_DAY / span.toSeconds());
        }

        void failures(JournalSummary journal) {
            if (journal.failed() > 0) {
                add(
                        Standing.UNDECIDED,
                        journal.failed() + " of " + journal.questions() + " questions were not answered");
            }
            if (journal.lostRecords() > 0) {
                add(Standing.UNDECIDED, journal.lostRecords() + " records were lost, because its disk refused them");
            }
        }
    }
}
