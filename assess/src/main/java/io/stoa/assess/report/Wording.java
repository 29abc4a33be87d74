package io.stoa.assess.report;

import io.stoa.assess.Assessment;
import io.stoa.model.Bytes;
import io.stoa.model.Finding;
import io.stoa.model.Interval;
import io.stoa.model.Quantity;
import io.stoa.model.TaskKind;
import io.stoa.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** How the reports word numbers, times and answers, the same on page and terminal. */
final class Wording {
    /** What every report says of its licence findings. */
    static final String NO_ADVICE = "What is said of licences are readings in our own words, not legal advice.";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.UK).withZone(ZoneOffset.UTC);

    private Wording() {}

    static String value(Quantity quantity) {
        return number(quantity.value(), quantity.unit());
    }

    static String number(double value, Quantity.Unit unit) {
        return switch (unit) {
            case SHARE -> percent(value);
            case BYTES -> new Bytes(Math.max(0, Math.round(value))).toString();
            case TOKENS_PER_SECOND -> significant(value) + " tokens/s";
            case SECONDS -> Math.abs(value) < 1 ? significant(value * 1000) + " ms" : significant(value) + " s";
            case NATS_PER_TOKEN -> String.format(Locale.ROOT, "%.4f nats/token", value);
            case PROBABILITY -> probability(value);
            case COUNT -> value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : significant(value);
        };
    }

    static String interval(Quantity quantity) {
        return quantity.interval().map(i -> interval(i, quantity.unit())).orElse("");
    }

    private static String interval(Interval interval, Quantity.Unit unit) {
        return number(interval.low(), unit) + " to " + number(interval.high(), unit);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f\u00a0%%", share * 100);
    }

    /** A difference of shares, in percentage points with its sign. */
    static String points(double difference) {
        return String.format(Locale.ROOT, "%+.1f", difference * 100).replace('-', '−');
    }

    static String probability(double p) {
        return p < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", p);
    }

    private static String significant(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    }

    static String time(Instant instant) {
        return TIME.format(instant);
    }

    static String duration(Duration duration) {
        if (duration.compareTo(Duration.ofMinutes(1)) < 0) {
            return significant(duration.toMillis() / 1000.0) + " s";
        }
        return duration.toHours() > 0
                ? duration.toHours() + " h " + duration.toMinutesPart() + " min"
                : duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
    }

    static String task(TaskKind kind) {
        return switch (kind) {
            case TaskKind.MultipleChoice _ -> "multiple choice";
            case TaskKind.ExactMatch _ -> "exact match";
            case TaskKind.ToolCall _ -> "tool call";
            case TaskKind.Grounded _ -> "grounded answers";
            case TaskKind.Harness harness -> harness.task();
        };
    }

    static String weight(Finding.Weight weight) {
        return switch (weight) {
            case BLOCKS -> "blocks";
            case CONDITION -> "condition";
            case INFO -> "noted";
            case UNKNOWN -> "not known";
        };
    }

    /** What the licence pillar comes to, in one or two words. */
    static String license(Optional<Finding.Weight> heaviest) {
        return heaviest.map(weight -> switch (weight) {
                    case INFO -> "no objection";
                    case CONDITION -> "conditions";
                    case UNKNOWN -> "not known";
                    case BLOCKS -> "not allowed";
                })
                .orElse("–");
    }

    /** The answer in one sentence. */
    static String headline(Assessment assessment) {
        List<String> ready = assessment.results().stream()
                .filter(result -> result.verdict() instanceof Verdict.Ready)
                .map(result -> result.candidate().id())
                .toList();
        int all = assessment.results().size();
        if (all == 0) {
            return "There was no candidate to assess.";
        }
        if (ready.isEmpty()) {
            return "No candidate is ready yet.";
        }
        if (ready.size() <= 3) {
            return list(ready) + (ready.size() == 1 ? " is ready." : " are ready.");
        }
        return ready.size() + " of " + all + " candidates are ready.";
    }

    /** How many have which verdict, such as "Of 9 candidates, 2 are ready and 7 are not." */
    static String counts(Assessment assessment) {
        long[] counts = new long[4];
        assessment
                .results()
                .forEach(result -> counts[
                        switch (result.verdict()) {
                            case Verdict.Ready _ -> 0;
                            case Verdict.ReadyIf _ -> 1;
                            case Verdict.NotReady _ -> 2;
                            case Verdict.Undecided _ -> 3;
                        }]++);
        List<String> words = List.of("ready", "ready under conditions", "not ready", "undecided");
        List<String> parts = IntStream.range(0, 4)
                .filter(i -> counts[i] > 0)
                .mapToObj(i -> counts[i] + " " + words.get(i))
                .toList();
        int all = assessment.results().size();
        return "Of " + all + (all == 1 ? " candidate: " : " candidates: ") + list(parts) + ".";
    }

    static String list(List<String> parts) {
        return switch (parts.size()) {
            case 0 -> "none";
            case 1 -> parts.getFirst();
            default -> String.join(", ", parts.subList(0, parts.size() - 1)) + " and " + parts.getLast();
        };
    }

    /**
     * Text from outside, safe to show: control characters and the marks that reorder text (Unicode's bidirectional
     * embeddings, overrides and isolates) are replaced, since they could recolour a terminal or reverse a sentence.
     */
    static String shown(String text) {
        return text.replaceAll("[\\p{Cc}&&[^\\n\\t]]|[\\u202A-\\u202E\\u2066-\\u2069]", "\uFFFD");
    }
}
