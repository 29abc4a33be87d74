package io.stoa.assess.report;

import io.stoa.assess.Assessment;
import io.stoa.license.use.Fact;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.IntendedUse;
import io.stoa.model.Machine;
import io.stoa.model.PairedComparison;
import io.stoa.model.PillarName;
import io.stoa.model.Quantity;
import io.stoa.model.Verdict;
import io.stoa.model.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * An assessment as one HTML page that needs nothing else: no script, no font, no picture from elsewhere, and a content
 * security policy that forbids them, with the hash of its one style sheet. The page is well-formed XML. It reads on a
 * phone, on paper, and in light or dark.
 */
public final class HtmlReport {
    private static final String NOT_SAID = "not said";

    /** The facts of a use that are always shown, in words of their own. */
    private static final Set<Fact> SHOWN = EnumSet.of(
            Fact.COMMERCIAL,
            Fact.DISTRIBUTION,
            Fact.MONTHLY_ACTIVE_USERS,
            Fact.ANNUAL_REVENUE,
            Fact.TERRITORIES,
            Fact.MODIFICATION,
            Fact.OUTPUTS_TRAIN_MODELS);

    private final Assessment assessment;

    /** In the order of the assessment. */
    private final List<Standing> standings;

    /** The nearest to being ready first. */
    private final List<Standing> ranked;

    private HtmlReport(Assessment assessment) {
        this.assessment = assessment;
        this.standings = assessment.results().stream()
                .map(result -> Standing.of(result, assessment.workload()))
                .toList();
        this.ranked = standings.stream()
                .sorted(Comparator.comparingInt(Standing::distance))
                .toList();
    }

    /** The page, to be written as UTF-8. */
    public static String render(Assessment assessment) {
        return new HtmlReport(assessment).page().toString();
    }

    private Markup page() {
        String style = style();
        byte[] hash = sha256(style);
        Markup page = Markup.of(
                """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="generator" content="Stoa {}"/>
                <title>{} · Stoa assessment</title>
                <style>{}</style>
                </head>
                <body>
                <a class="skip" href="#verdicts">Skip to the verdicts</a>
                """,
                Base64.getEncoder().encodeToString(hash),
                assessment.version(),
                assessment.name(),
                Markup.of(style));
        header(page);
        page.add("<main>");
        verdicts(page);
        nextSteps(page);
        scatter(page);
        scores(page);
        comparisons(page);
        evidence(page);
        question(page);
        ledger(page);
        return page.add("""
                </main>
                <footer><p>{}</p>
                <p>Made by Stoa {} on {}. This page loads nothing and runs no script.</p></footer>
                </body>
                </html>
                """, Wording.NO_ADVICE, assessment.version(), Wording.time(assessment.started()));
    }

    private void header(Markup page) {
        page.add("""
                <header>
                <p class="eyebrow"><svg class="logo" viewBox="0 0 20 16" aria-hidden="true"><path d="M1 4L10 0L19 4V5H1zM3 6h2v8H3zM7 6h2v8H7zM11 6h2v8h-2zM15 6h2v8h-2zM1 15h18v1H1z"/></svg> Stoa assessment</p>
                <p class="subject">{}</p>
                <h1>{}</h1>
                <p class="lead">{}</p>
                """, assessment.name(), Wording.headline(assessment), Wording.counts(assessment));
        page.add("<ul class=\"tally\">");
        for (Standing standing : ranked) {
            page.add(
                    "<li><a class=\"{}\" href=\"#c-{}\">{}<span>{}</span><span class=\"unseen\">, {}</span></a></li>",
                    kind(standing),
                    standing.id(),
                    glyph(standing.result().verdict()),
                    standing.id(),
                    standing.result().verdict().label());
        }
        page.add(
                """
                </ul>
                <p class="meta">{} · {} · {} of measuring</p>
                </header>
                """,
                Wording.time(assessment.started()),
                assessment.machine().name(),
                Wording.duration(assessment.took()));
    }

    private void verdicts(Markup page) {
        page.add("<section id=\"verdicts\"><h2>Verdicts</h2><div class=\"cards\">");
        for (Standing standing : ranked) {
            page.add(
                    """
                    <article class="card {}">
                    <div class="who"><h3><a href="#c-{}">{}</a></h3><p class="verdict">{} {}</p></div>
                    <dl class="figures">{}{}{}{}</dl>
                    <div class="why">{}</div>
                    </article>
                    """,
                    kind(standing),
                    standing.id(),
                    standing.id(),
                    glyph(standing.result().verdict()),
                    standing.result().verdict().label(),
                    figure("Quality", standing.quality().map(q -> Wording.percent(q.value()))),
                    figure("Memory", standing.quantity(Quantity.MEMORY).map(Wording::value)),
                    figure("Speed", standing.quantity(Quantity.GENERATION).map(Wording::value)),
                    figure("Licence", standing.heaviest(PillarName.LICENSE).map(w -> Wording.license(Optional.of(w)))),
                    reasons(standing));
        }
        page.add("</div></section>");
    }

    private static Markup figure(String name, Optional<String> value) {
        return Markup.of("<div><dt>{}</dt><dd>{}</dd></div>", name, value.orElse("–"));
    }

    private static Markup reasons(Standing standing) {
        List<Finding> reasons = standing.reasons();
        if (reasons.isEmpty()) {
            return Markup.of("<p>Everything that was asked is answered well enough.</p>");
        }
        Markup list = Markup.of("<ul>");
        reasons.forEach(reason -> list.add("<li>{}</li>", reason.sentence()));
        return list.add("</ul>");
    }

    private void nextSteps(Markup page) {
        List<NextStep> steps = NextStep.of(standings);
        page.add("<section id=\"next\"><h2>What to do next</h2>");
        if (steps.isEmpty()) {
            page.add("<p>Nothing: no candidate waits for anything.</p></section>");
            return;
        }
        page.add("<ol class=\"steps\">");
        for (NextStep step : steps) {
            page.add(
                    "<li><p>{}</p><p class=\"for\"><span class=\"tag {}\">{}</span> {}</p></li>",
                    step.remedy(),
                    kind(step.weight()),
                    purpose(step.weight()),
                    ids(step.candidates()));
        }
        page.add("</ol></section>");
    }

    private static Markup ids(List<String> candidates) {
        Markup ids = Markup.of("");
        for (int i = 0; i < candidates.size(); i++) {
            String separator = i == 0 ? "" : i < candidates.size() - 1 ? ", " : " and ";
            ids.add("{}<span class=\"id\">{}</span>", separator, candidates.get(i));
        }
        return ids;
    }

    private static String purpose(Finding.Weight weight) {
        return switch (weight) {
            case CONDITION -> "meets a condition of";
            case UNKNOWN -> "helps decide";
            case BLOCKS -> "removes a blocker of";
            case INFO -> "concerns";
        };
    }

    private void scatter(Markup page) {
        page.add("""
                <section id="tradeoffs"><h2>Quality against size and speed</h2>
                <p class="note">Quality is the mean of the task scores, weighted by their shares of the workload; whiskers show
                its interval. The line joins the candidates that no other beats in both directions (the Pareto front).
                Quality is for orientation: the verdicts rest on each task’s own gate.</p>
                <ul class="legend">
                """);
        Map<String, Verdict> seen = new LinkedHashMap<>();
        ranked.forEach(
                s -> seen.putIfAbsent(s.result().verdict().label(), s.result().verdict()));
        seen.forEach((label, verdict) -> page.add("<li>{} {}</li>", glyph(verdict), label));
        page.add("</ul><div class=\"panels\">");
        panel(
                page,
                "Quality against the size of the file",
                "model size",
                Quantity.SIZE,
                Quantity.Unit.BYTES,
                ScatterChart.Dot::x);
        panel(
                page,
                "Quality against speed",
                "tokens per second, one stream",
                Quantity.GENERATION,
                Quantity.Unit.TOKENS_PER_SECOND,
                dot -> -dot.x());
        page.add("</div>");
        List<String> partly = standings.stream()
                .flatMap(s -> s.quality().stream()
                        .filter(q -> !q.missing().isEmpty())
                        .map(q -> s.id() + " has no score for " + Wording.list(q.missing()) + ", so its quality covers "
                                + Wording.percent(q.covered()) + " of the workload"))
                .toList();
        if (!partly.isEmpty()) {
            page.add("<p class=\"note\">{}.</p>", String.join("; ", partly));
        }
        page.add("</section>");
    }

    private void panel(
            Markup page,
            String title,
            String axis,
            String name,
            Quantity.Unit unit,
            ToDoubleFunction<ScatterChart.Dot> cost) {
        List<ScatterChart.Dot> dots = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (Standing standing : standings) {
            Optional<Quantity> x = standing.quantity(name).filter(q -> q.value() > 0);
            if (x.isPresent() && standing.quality().isPresent()) {
                dots.add(new ScatterChart.Dot(
                        standing.id(),
                        x.get().value(),
                        standing.quality().get(),
                        standing.result().verdict()));
            } else {
                missing.add(standing.id());
            }
        }
        page.add("<figure><figcaption>{}</figcaption>", title);
        if (!dots.isEmpty()) {
            page.add(
                    "{}",
                    ScatterChart.of(
                            title,
                            axis,
                            unit,
                            dots,
                            ParetoFront.of(dots, cost, dot -> dot.quality().value())));
        }
        if (!missing.isEmpty()) {
            page.add("<p class=\"note\">Not drawn, since a number is missing: {}.</p>", Wording.list(missing));
        }
        page.add("</figure>");
    }

    private void scores(Markup page) {
        page.add("""
                <section id="scores"><h2>Scores, task by task</h2>
                <p class="note">A dot is the measured score, its whisker the confidence interval. A full dot lies clear of the
                gate; a hollow one cannot be told from it with the items asked.</p>
                <div class="panels small">
                """);
        for (Workload.TaskSpec task : assessment.workload().tasks()) {
            List<IntervalChart.Row> rows = standings.stream()
                    .filter(standing -> standing.scores().containsKey(task.id()))
                    .map(standing -> new IntervalChart.Row(
                            standing.id(), standing.scores().get(task.id())))
                    .toList();
            page.add(
                    "<figure><figcaption>{} <small>{}, {} of the workload</small></figcaption>{}",
                    task.id(),
                    Wording.task(task.kind()),
                    Wording.percent(task.share()),
                    rows.isEmpty()
                            ? Markup.of("<p class=\"note\">No candidate has a score.</p>")
                            : IntervalChart.of("Scores of " + task.id(), rows, task.gate()));
            List<String> missing = standings.stream()
                    .filter(standing -> !standing.scores().containsKey(task.id()))
                    .map(Standing::id)
                    .toList();
            if (!missing.isEmpty() && !rows.isEmpty()) {
                page.add("<p class=\"note\">No score: {}.</p>", Wording.list(missing));
            }
            page.add("</figure>");
        }
        page.add("</div></section>");
    }

    private void comparisons(Markup page) {
        page.add("<section id=\"comparisons\"><h2>Paired comparisons</h2>");
        if (assessment.comparisons().isEmpty()) {
            page.add("<p>No two candidates were compared on the same items.</p></section>");
            return;
        }
        page.add("""
                <p class="note">Two candidates on the very same items: what tells them apart are the items that
                only one of them answered rightly. The test is McNemar’s exact one, or a betting test where one of them was
                asked no further because its gate was decided. p is adjusted by Holm’s method over all {} comparisons.</p>
                """, assessment.comparisons().size());
        Table table = new Table(
                "Task",
                "Candidates",
                "Difference, points",
                "Only first / only second",
                "Items",
                "Test",
                "Adjusted p",
                "Reading");
        for (PairedComparison c : assessment.comparisons()) {
            table.row(
                    c.task(),
                    c.first() + " against " + c.second(),
                    Wording.points(c.difference()) + " ("
                            + Wording.points(c.interval().low()) + " to "
                            + Wording.points(c.interval().high()) + ")",
                    c.onlyFirst() + " / " + c.onlySecond(),
                    c.n(),
                    c.method(),
                    Wording.probability(c.adjusted()),
                    reading(c));
        }
        page.add("{}</section>", table.markup());
    }

    private static Markup reading(PairedComparison c) {
        if (c.adjusted() >= 1 - c.confidence() || c.difference() == 0) {
            return Markup.of("no difference shown");
        }
        return Markup.of("<strong>{}</strong> is better", c.difference() > 0 ? c.first() : c.second());
    }

    private void evidence(Markup page) {
        page.add("""
                <section id="findings"><h2>Findings and their evidence</h2>
                <p class="note">What each pillar found about each candidate, and how every number is known.</p>
                """);
        for (Standing standing : ranked) {
            page.add(
                    """
                    <details class="candidate {}" id="c-{}"><summary><h3>{}</h3><span class="verdict">{} {}</span></summary>
                    <p class="identity">{}</p>
                    """,
                    kind(standing),
                    standing.id(),
                    standing.id(),
                    glyph(standing.result().verdict()),
                    standing.result().verdict().label(),
                    identity(standing.result().candidate()));
            for (PillarName pillar : PillarName.values()) {
                pillar(page, standing, pillar);
            }
            numbers(page, standing);
            page.add("</details>");
        }
        page.add("</section>");
    }

    private static Markup identity(Candidate candidate) {
        return switch (candidate) {
            case Candidate.GgufFile file ->
                Markup.of(
                        "<code>{}</code> <code class=\"digest\">{}</code>{}",
                        file.path(),
                        file.digest(),
                        file.quantizedFrom()
                                .map(q -> Markup.of(
                                        " quantized to {} by {} from <code class=\"digest\">{}</code>",
                                        q.type(),
                                        q.by(),
                                        q.base()))
                                .orElse(Markup.of("")));
            case Candidate.RemoteModel remote ->
                Markup.of(
                        "<code>{}</code> at <code>{}</code>, {}",
                        remote.name(),
                        remote.baseUri(),
                        remote.revision().map(r -> "revision " + r).orElse("revision not pinned"));
        };
    }

    private static void pillar(Markup page, Standing standing, PillarName pillar) {
        page.add("<div class=\"pillar\"><h4>{}</h4>", title(pillar));
        List<Finding> findings = standing.findings(pillar);
        if (findings.isEmpty()) {
            page.add("<p class=\"note\">Nothing was asked.</p></div>");
            return;
        }
        page.add("<ul>");
        for (Finding finding : findings) {
            page.add(
                    "<li><span class=\"tag {}\">{}</span> {}",
                    kind(finding.weight()),
                    Wording.weight(finding.weight()),
                    finding.sentence());
            finding.remedy().ifPresent(remedy -> page.add("<p class=\"remedy\">{}</p>", remedy));
            page.add("<p class=\"source\"><code>{}</code>{}</p></li>", finding.check(), entries(finding.evidence()));
        }
        page.add("</ul></div>");
    }

    private static Markup entries(List<EvidenceRef> evidence) {
        Markup entries = Markup.of("");
        evidence.forEach(ref -> entries.add(
                " · <span title=\"{}\">ledger entry {} <code>{}</code></span>",
                ref.digest(),
                ref.sequence(),
                ref.digest().abbreviated()));
        return entries;
    }

    private static void numbers(Markup page, Standing standing) {
        Table table = new Table("Number", "Value", "Interval", "n", "Basis", "By", "From", "Check");
        boolean any = false;
        for (Finding finding : standing.result().findings()) {
            for (Quantity quantity : finding.quantities()) {
                any = true;
                table.row(
                        quantity.name(),
                        Wording.value(quantity),
                        Wording.interval(quantity),
                        quantity.n().isPresent() ? quantity.n().getAsInt() : "",
                        quantity.basis().name().toLowerCase(Locale.ROOT),
                        quantity.by(),
                        quantity.from(),
                        finding.check());
            }
        }
        if (any) {
            page.add(
                    "<details class=\"numbers\"><summary>How each number is known</summary>{}</details>",
                    table.markup());
        }
    }

    private void question(Markup page) {
        Machine machine = assessment.machine();
        Workload workload = assessment.workload();
        IntendedUse use = assessment.use();
        page.add("<section id=\"question\"><h2>The question that was asked</h2><div class=\"panels small\">");
        page.add(
                "<div><h3>Workload</h3><dl class=\"facts\">{}{}{}{}{}{}</dl></div>",
                fact("Prompt", tokens(workload.promptTokens())),
                fact("Answer", tokens(workload.answerTokens())),
                fact("Context", tokens(workload.contextTokens())),
                fact("At once", workload.concurrency() + (workload.concurrency() == 1 ? " request" : " requests")),
                fact(
                        "First token",
                        workload.latency()
                                .timeToFirstToken()
                                .map(HtmlReport::within)
                                .orElse("no target")),
                fact(
                        "Each token",
                        workload.latency()
                                .timePerOutputToken()
                                .map(HtmlReport::within)
                                .orElse("no target")));
        page.add(
                "<div><h3>Machine</h3><dl class=\"facts\">{}{}{}{}{}</dl></div>",
                fact("Name", machine.name()),
                fact(
                        "Memory",
                        machine.memory()
                                + machine.available()
                                        .map(a -> ", " + a + " free")
                                        .orElse("")),
                fact(
                        "Processor",
                        machine.processor() + ", " + machine.cores() + (machine.cores() == 1 ? " core" : " cores")),
                fact("Basis", machine.measured() ? "measured: it is the machine at hand" : "declared"),
                fact("Known by", machine.by()));
        page.add(
                "<div><h3>Intended use</h3><dl class=\"facts\">{}{}{}{}{}{}{}{}{}</dl></div></div></section>",
                fact("Purpose", use.purpose()),
                fact("Commercial", said(use.commercial())),
                fact("Distribution", use.distribution().map(d -> word(d.name())).orElse(NOT_SAID)),
                fact(
                        "Monthly users",
                        use.monthlyActiveUsers().isPresent()
                                ? String.format(
                                        Locale.ROOT,
                                        "%,d",
                                        use.monthlyActiveUsers().getAsLong())
                                : NOT_SAID),
                fact(
                        "Annual revenue",
                        use.annualRevenue().isPresent()
                                ? String.format(
                                        Locale.ROOT,
                                        "US$ %,d",
                                        use.annualRevenue().getAsLong())
                                : NOT_SAID),
                fact(
                        "Territories",
                        use.territories().isEmpty()
                                ? NOT_SAID
                                : use.territories().stream().sorted().collect(Collectors.joining(", "))),
                fact("Weights", use.modification().map(m -> word(m.name())).orElse(NOT_SAID)),
                fact("Outputs train models", said(use.outputsTrainModels())),
                further(use));
    }

    /** The facts that only some licences ask for: those that are said, and the names of the others. */
    private static Markup further(IntendedUse use) {
        Markup facts = new Markup();
        List<String> open = new ArrayList<>();
        for (Fact fact : Fact.values()) {
            if (SHOWN.contains(fact)) {
                continue;
            }
            Optional<String> value = fact.said(use);
            value.ifPresent(said -> facts.add("{}", fact(words(fact), value(said))));
            if (value.isEmpty()) {
                open.add(fact.key());
            }
        }
        if (!open.isEmpty()) {
            facts.add("{}", fact("Not said", String.join(", ", open)));
        }
        return facts;
    }

    private static String value(String said) {
        return switch (said) {
            case "[]" -> "none";
            case "true" -> "yes";
            case "false" -> "no";
            default -> said;
        };
    }

    private static String words(Fact fact) {
        String words =
                fact == Fact.DOMAINS ? "restricted fields of use" : fact.key().replace('-', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static String within(Duration target) {
        return "within " + Wording.number(target.toNanos() / 1e9, Quantity.Unit.SECONDS);
    }

    private static String tokens(int count) {
        return count + (count == 1 ? " token" : " tokens");
    }

    private static String said(Optional<Boolean> answer) {
        return answer.map(yes -> yes ? "yes" : "no").orElse(NOT_SAID);
    }

    private static String word(String constant) {
        return constant.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Markup fact(String name, String value) {
        return Markup.of("<div><dt>{}</dt><dd>{}</dd></div>", name, value);
    }

    private void ledger(Markup page) {
        page.add(
                """
                <section id="ledger"><h2>How to check this</h2>
                <p>Every result was written to an append-only ledger before it was used. Each entry holds the digest of the one
                before it, so the last digest stands for all of them. This page rests on everything up to</p>
                <p class="head">entry {}<br/><code class="digest">{}</code></p>
                <p><code>stoa ledger verify</code> recomputes the chain, and <code>stoa ledger show</code> lists the entries that
                the findings name. If the chain holds and this entry has this digest, nothing up to it was changed since. Whoever may
                write the ledger could make another chain, but not one with this digest here: keep this page elsewhere.</p>
                </section>
                """, assessment.ledgerHead().sequence(), assessment.ledgerHead().digest());
    }

    private static String title(PillarName pillar) {
        return switch (pillar) {
            case BENCHMARK -> "Benchmark";
            case HARDWARE -> "Hardware";
            case LICENSE -> "Licence";
            case INTEGRATION -> "Integration";
        };
    }

    private static String kind(Standing standing) {
        return kind(standing.result().verdict());
    }

    private static String kind(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Ready _ -> "ready";
            case Verdict.ReadyIf _ -> "ready-if";
            case Verdict.NotReady _ -> "not-ready";
            case Verdict.Undecided _ -> "undecided";
        };
    }

    private static String kind(Finding.Weight weight) {
        return switch (weight) {
            case BLOCKS -> "not-ready";
            case CONDITION -> "ready-if";
            case INFO -> "noted";
            case UNKNOWN -> "undecided";
        };
    }

    /** The mark of a verdict, as in the scatter. */
    private static Markup glyph(Verdict verdict) {
        return Markup.of(
                "<svg class=\"glyph\" viewBox=\"0 0 16 16\" aria-hidden=\"true\">{}</svg>",
                ScatterChart.mark(verdict, 8, 8));
    }

    private static byte[] sha256(String text) {
        return Digest.sha256().digest(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String style() {
        try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
            if (in == null) {
                throw new IllegalStateException("report.css is not beside " + HtmlReport.class);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
