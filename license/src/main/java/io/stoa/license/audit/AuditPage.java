package io.stoa.license.audit;

import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.Step;
import io.stoa.license.lineage.Step.Standing;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/**
 * An audit as one HTML page that needs nothing else: no script, no font, no picture from elsewhere, and a content security
 * policy that forbids them. The page is well-formed XML and reads in light, in dark and on paper.
 */
public final class AuditPage {
    private final StringBuilder page = new StringBuilder();
    private final Audit audit;

    private AuditPage(Audit audit) {
        this.audit = audit;
    }

    /** The page, to be written as UTF-8. */
    public static String render(Audit audit, String version) {
        AuditPage made = new AuditPage(audit);
        made.page(version);
        return made.page.toString();
    }

    /** Only the templates in this file are markup: every value is escaped. */
    private void add(String template, Object... values) {
        int from = 0;
        for (Object value : values) {
            int hole = template.indexOf("{}", from);
            page.append(template, from, hole).append(escape(value.toString()));
            from = hole + 2;
        }
        page.append(template, from, template.length());
    }

    private static String escape(String text) {
        return text.replaceAll(
                        "[\\p{Cc}&&[^\\n\\t]]|[\\u202A-\\u202E\\u2066-\\u2069\\uFFFE\\uFFFF]|[\\uD800-\\uDFFF&&[^\\x{10000}-\\x{10FFFF}]]",
                        "\uFFFD")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private void page(String version) {
        String style = style();
        String hash =
                Base64.getEncoder().encodeToString(Digest.sha256().digest(style.getBytes(StandardCharsets.UTF_8)));
        add("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>Licences of {} models · Stoa audit</title>
                """, hash, audit.models().size());
        page.append("<style>").append(style).append("</style>\n</head>\n<body>\n");
        add(
                """
                <a class="skip" href="#models">Skip to the models</a>
                <header>
                <p class="eyebrow">Stoa licence audit</p>
                <h1>{}</h1>
                <p class="lead">{} pass, {} unknown, {} fail.{}</p>
                <p class="meta">{} · knowledge of licences {} · readings in our own words, not legal advice</p>
                </header>
                <main>
                """,
                headline(),
                audit.count(Audit.Outcome.PASS),
                audit.count(Audit.Outcome.UNKNOWN),
                audit.count(Audit.Outcome.FAIL),
                audit.policy()
                        .map(policy -> " Held against the policy " + policy + ".")
                        .orElse(""),
                audit.date(),
                audit.knowledge().hex().substring(0, 12));
        table();
        details();
        add("""
                </main>
                <footer><p>Readings in our own words, not legal advice.</p>
                <p>Made by Stoa {}. This page loads nothing and runs no script.</p></footer>
                </body>
                </html>
                """, version);
    }

    private String headline() {
        if (audit.models().isEmpty()) {
            return "No models were found";
        }
        return switch (audit.outcome()) {
            case PASS -> "Nothing stands against these models";
            case UNKNOWN -> "Some licences are not known";
            case FAIL -> "Some models must not stay as they are";
        };
    }

    private void table() {
        page.append("""
                <section id="models"><h2>Models</h2>
                <table><thead><tr><th scope="col">Model</th><th scope="col">Outcome</th><th scope="col">Licences</th><th scope="col">Findings</th></tr></thead><tbody>
                """);
        int index = 0;
        for (Audit.Model model : audit.models()) {
            index++;
            add(
                    "<tr><th scope=\"row\"><a href=\"#m{}\">{}</a></th><td class=\"{}\">{}</td><td>{}</td><td>{}</td></tr>\n",
                    index,
                    model.name(),
                    model.outcome().name().toLowerCase(Locale.ROOT),
                    model.outcome(),
                    model.licenses().isEmpty() ? "not known" : String.join(", ", model.licenses()),
                    model.issues().size());
        }
        page.append("</tbody></table></section>\n");
    }

    private void details() {
        page.append("<section id=\"findings\"><h2>What was found</h2>\n");
        int index = 0;
        for (Audit.Model model : audit.models()) {
            index++;
            add(
                    "<article id=\"m{}\"><h3>{}</h3><p class=\"meta\"><span class=\"{}\">{}</span> · {}</p>\n",
                    index,
                    model.name(),
                    model.outcome().name().toLowerCase(Locale.ROOT),
                    model.outcome(),
                    model.folder());
            if (!model.issues().isEmpty()) {
                page.append("<ul class=\"issues\">");
                for (Issue issue : model.issues()) {
                    add(
                            "<li><span class=\"tag {}\">{}</span> {}{}<br/><small>{}{} · {}</small></li>\n",
                            issue.excepted().isPresent()
                                    ? "note"
                                    : issue.rule().level().lowerCase(),
                            issue.rule().id(),
                            issue.message(),
                            issue.excepted()
                                    .map(reason -> " Excepted: " + reason + ".")
                                    .orElse(""),
                            issue.file(),
                            issue.line().isPresent() ? ", line " + issue.line().getAsInt() : "",
                            issue.rule().help());
                }
                page.append("</ul>\n");
            }
            page.append("<details><summary>Lineage and claims</summary><ul>");
            for (Step step : model.lineage().steps()) {
                add(
                        "<li>{} <strong>{}</strong>: {}",
                        step.relation().name().toLowerCase(Locale.ROOT),
                        step.name(),
                        words(step));
                if (!step.claims().isEmpty()) {
                    page.append("<ul>");
                    for (Claim claim : step.claims()) {
                        add("<li><small>{}: {}</small></li>", claim.where(), claim.said());
                    }
                    page.append("</ul>");
                }
                page.append("</li>\n");
            }
            page.append("</ul></details></article>\n");
        }
        page.append("</section>\n");
    }

    private static String words(Step step) {
        return switch (step.standing()) {
            case Standing.Settled(String license) -> license;
            case Standing.Compound compound -> compound.expression();
            case Standing.Inherited() -> "under the same licences";
            case Standing.Open _ -> "not known";
        };
    }

    private static String style() {
        try (InputStream in = AuditPage.class.getResourceAsStream("audit.css")) {
            if (in == null) {
                throw StoaException.bug("audit.css is not beside " + AuditPage.class);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.BUG, "audit.css cannot be read", e);
        }
    }
}
