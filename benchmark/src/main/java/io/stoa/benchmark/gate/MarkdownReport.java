package io.stoa.benchmark.gate;

import io.stoa.benchmark.gate.GateReport.Change;
import io.stoa.benchmark.gate.GateReport.Claim;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** A gate as a Markdown table, for the summary of a build. */
public final class MarkdownReport {
    private MarkdownReport() {}

    public static String of(GateReport report) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "### Benchmark gate: %s%n%n%s → %s. Each bound holds with %.0f %%; margin %s; + is better.%n%n",
                report.verdict(),
                cell(report.baseline()),
                cell(report.current()),
                100 * report.confidence(),
                report.margin()));
        text.append("| Verdict | Task | Metric | Required | Score | Difference | n | Why, and what to do |\n");
        text.append("|---|---|---|---|---|---|---:|---|\n");
        for (Claim claim : report.claims()) {
            List<String> cells = List.of(
                    claim.verdict().name(),
                    claim.task(),
                    claim.metric(),
                    claim.requirement(),
                    (claim.before().isPresent() ? score(claim.before()) + " → " : "") + score(claim.after()),
                    claim.change().map(MarkdownReport::difference).orElse("unknown"),
                    claim.n().isPresent() ? Integer.toString(claim.n().getAsInt()) : "unknown",
                    claim.reason() + (claim.advice().isEmpty() ? "" : ". **To do:** " + claim.advice()));
            cells.forEach(cell -> text.append("| ").append(cell(cell)).append(' '));
            text.append("|\n");
        }
        return text.toString();
    }

    private static String score(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.4f", value.getAsDouble()) : "none";
    }

    private static String difference(Change change) {
        return String.format(
                Locale.ROOT,
                "%+.4f (%+.4f to %+.4f; %s)",
                change.gain(),
                change.bounds().low(),
                change.bounds().high(),
                change.method());
    }

    /** Names come from files, and must not become markup. */
    private static String cell(String text) {
        return text.replace("\\", "\\\\")
                .replace("|", "\\|")
                .replace("<", "&lt;")
                .replace("`", "\\`")
                .replaceAll("\\R", " ");
    }
}
