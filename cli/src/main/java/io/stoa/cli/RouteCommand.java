package io.stoa.cli;

import io.stoa.gateway.cascade.CascadeReport;
import java.io.PrintStream;
import java.util.Locale;
import java.util.OptionalDouble;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "route",
        description = {
            "Decide which requests a small model may answer instead of a large one, with a certificate of what that"
                    + " costs in quality.",
            "Without a certificate nothing stays local."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  stoa route fit --assessment examples/quickstart/stoa.yaml --small micro-Q8_0 --large mini-F16",
            "  stoa route evaluate route.json --examples held-out.jsonl",
            "  stoa route explain route.json \"What is the capital of France?\""
        })
final class RouteCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine(House house) {
        return new CommandLine(new RouteCommand())
                .addSubcommand(new RouteFitCommand(house))
                .addSubcommand(new RouteEvaluateCommand(house))
                .addSubcommand(new RouteExplainCommand(house));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name fit, evaluate or explain");
    }

    /** A report as a table. */
    static void print(CascadeReport report, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%d examples: small %.1f %%, large %.1f %%, the better of the two %.1f %%%n%n",
                report.examples(),
                100 * report.small(),
                100 * report.large(),
                100 * report.oracle());
        if (report.rows().isEmpty()) {
            out.println("The large model is not better here: there is no gap to recover.");
        } else {
            out.printf("%-40s %8s %9s %7s %7s %9s%n", "router", "APGR/10", "APGR/100", "CPT50", "CPT80", "PGR@20 %");
            for (CascadeReport.Row row : report.rows()) {
                out.printf(
                        Locale.ROOT,
                        "%-40s %8.3f %9.3f %7s %7s %9.3f%n",
                        row.name(),
                        row.apgrDeciles(),
                        row.apgr(),
                        share(row.cpt50()),
                        share(row.cpt80()),
                        row.recoveredAt20());
            }
            out.println(
                    "APGR over 10 and 100 pieces; CPT in percent of large calls. Always small has 0, always large 1.");
        }
        out.println();
        out.println("Router before generation: " + report.verdict() + ".");
        CascadeReport.Served served = report.served();
        out.printf(
                Locale.ROOT,
                "Served: small asked for %.1f %%, its answer used for %.1f %%; quality %.1f %% (large alone %.1f %%)%n",
                100 * served.asked(),
                100 * served.local(),
                100 * served.quality(),
                100 * report.large());
        out.printf(
                Locale.ROOT,
                "Certified risk on these examples: %.2f %% (%.1f losses in %d), at most %.2f %%; certified: %.2f %%%n",
                100 * served.risk().mean(),
                served.risk().losses(),
                served.risk().n(),
                100 * served.risk().bound(),
                100 * served.alpha());
    }

    private static String share(OptionalDouble share) {
        return share.isPresent() ? String.format(Locale.ROOT, "%.1f", 100 * share.getAsDouble()) : "never";
    }
}
