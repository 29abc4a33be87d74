package io.stoa.assess.report;

import io.stoa.assess.Assessment;
import io.stoa.model.Finding;
import io.stoa.model.PillarName;
import io.stoa.model.Quantity;
import io.stoa.model.Verdict;
import io.stoa.model.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An assessment for the terminal: the answer, a table with a line per candidate, then for each candidate that is not
 * ready the reasons and what to do. No line is longer than the width, as far as the width leaves room for a table.
 */
public final class TerminalReport {
    private static final String GAP = "  ";
    private static final int NARROWEST = 40;

    private final Assessment assessment;
    private final List<Standing> standings;
    private final int width;
    private final boolean color;
    private final StringBuilder text = new StringBuilder();

    private enum Style {
        PLAIN(""),
        BOLD("1"),
        FAINT("2"),
        RED("31"),
        GREEN("32"),
        YELLOW("33"),
        CYAN("36");

        private final String code;

        Style(String code) {
            this.code = code;
        }
    }

    private record Cell(String text, Style style, boolean right) {
        static Cell left(String text) {
            return new Cell(Wording.shown(text), Style.PLAIN, false);
        }

        static Cell right(Optional<String> text) {
            return new Cell(text.orElse("–"), Style.PLAIN, true);
        }
    }

    private TerminalReport(Assessment assessment, int width, boolean color) {
        this.assessment = assessment;
        this.standings = assessment.results().stream()
                .map(result -> Standing.of(result, assessment.workload()))
                .toList();
        this.width = Math.max(NARROWEST, width);
        this.color = color;
    }

    /**
     * The report, ending in a line feed.
     *
     * @param width the columns of the terminal; less than 40 is taken as 40
     * @param color whether escape sequences may be used (the caller looks at {@code NO_COLOR} and at the terminal)
     */
    public static String render(Assessment assessment, int width, boolean color) {
        return new TerminalReport(assessment, width, color).render();
    }

    private String render() {
        paragraph("", "", assessment.name(), Style.FAINT);
        paragraph("", "", Wording.headline(assessment) + " " + Wording.counts(assessment), Style.BOLD);
        text.append('\n');
        table();
        for (Standing standing : standings) {
            reasons(standing);
        }
        text.append('\n');
        paragraph(
                "",
                "",
                "Ledger entry " + assessment.ledgerHead().sequence() + ", "
                        + assessment.ledgerHead().digest()
                        + "; check it with: stoa ledger verify --home <its folder, .stoa beside the stoa.yaml>",
                Style.FAINT);
        paragraph("", "", Wording.NO_ADVICE, Style.FAINT);
        return text.toString();
    }

    private void table() {
        List<String> tasks = assessment.workload().tasks().stream()
                .map(Workload.TaskSpec::id)
                .toList();
        List<List<Cell>> full = rows(tasks);
        List<List<Cell>> rows = total(widths(full)) <= width ? full : rows(List.of());
        int[] widths = widths(rows);
        // where even that is too wide, names give way
        widths[0] = Math.max(8, Math.min(widths[0], widths[0] - (total(widths) - width)));
        for (List<Cell> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                Cell cell = row.get(i);
                String shown = IntervalChart.abbreviated(cell.text(), widths[i]);
                String padding = " ".repeat(widths[i] - shown.length());
                line.append(i == 0 ? "" : GAP);
                line.append(
                        cell.right() ? padding + styled(shown, cell.style()) : styled(shown, cell.style()) + padding);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private List<List<Cell>> rows(List<String> tasks) {
        List<List<Cell>> rows = new ArrayList<>();
        List<Cell> head = new ArrayList<>(
                List.of(heading("candidate", false), heading("verdict", false), heading("quality", true)));
        tasks.forEach(task -> head.add(heading(IntervalChart.abbreviated(Wording.shown(task), 12), true)));
        head.addAll(List.of(heading("memory", true), heading("tokens/s", true), heading("licence", false)));
        rows.add(head);
        for (Standing standing : standings) {
            Verdict verdict = standing.result().verdict();
            List<Cell> row = new ArrayList<>(List.of(
                    Cell.left(standing.id()),
                    new Cell(verdict.label(), style(verdict), false),
                    Cell.right(standing.quality().map(quality -> Wording.percent(quality.value())))));
            for (String task : tasks) {
                row.add(Cell.right(
                        Optional.ofNullable(standing.scores().get(task)).map(Wording::value)));
            }
            row.add(Cell.right(standing.quantity(Quantity.MEMORY).map(Wording::value)));
            row.add(Cell.right(standing.quantity(Quantity.GENERATION)
                    .map(quantity -> Wording.value(quantity).replace(" tokens/s", ""))));
            row.add(Cell.left(Wording.license(standing.heaviest(PillarName.LICENSE))));
            rows.add(row);
        }
        return rows;
    }

    private static Cell heading(String text, boolean right) {
        return new Cell(text, Style.FAINT, right);
    }

    private static int[] widths(List<List<Cell>> rows) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<Cell> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).text().length());
            }
        }
        return widths;
    }

    private static int total(int[] widths) {
        int total = GAP.length() * (widths.length - 1);
        for (int width : widths) {
            total += width;
        }
        return total;
    }

    private void reasons(Standing standing) {
        if (standing.reasons().isEmpty()) {
            return;
        }
        text.append('\n');
        Verdict verdict = standing.result().verdict();
        paragraph("", "  ", standing.id() + ": " + verdict.label(), style(verdict));
        for (Finding reason : standing.reasons()) {
            paragraph("  - ", "    ", reason.sentence(), Style.PLAIN);
            reason.remedy().ifPresent(remedy -> paragraph("    → ", "      ", remedy, Style.FAINT));
        }
    }

    private static Style style(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Ready _ -> Style.GREEN;
            case Verdict.ReadyIf _ -> Style.YELLOW;
            case Verdict.NotReady _ -> Style.RED;
            case Verdict.Undecided _ -> Style.CYAN;
        };
    }

    /** Words wrapped at the width; a word that is longer than a line is cut. */
    private void paragraph(String first, String next, String words, Style style) {
        String indent = first;
        StringBuilder line = new StringBuilder();
        for (String word : Wording.shown(words).strip().split("\\s+", -1)) {
            String rest = word;
            while (!rest.isEmpty()) {
                int room = width - indent.length() - line.length() - (line.isEmpty() ? 0 : 1);
                if (rest.length() <= room) {
                    line.append(line.isEmpty() ? "" : " ").append(rest);
                    rest = "";
                } else if (line.isEmpty()) {
                    text.append(indent)
                            .append(styled(rest.substring(0, room), style))
                            .append('\n');
                    rest = rest.substring(room);
                    indent = next;
                } else {
                    text.append(indent).append(styled(line.toString(), style)).append('\n');
                    line.setLength(0);
                    indent = next;
                }
            }
        }
        if (!line.isEmpty()) {
            text.append(indent).append(styled(line.toString(), style)).append('\n');
        }
    }

    private String styled(String shown, Style style) {
        return color && style != Style.PLAIN ? "\u001b[" + style.code + "m" + shown + "\u001b[0m" : shown;
    }
}
