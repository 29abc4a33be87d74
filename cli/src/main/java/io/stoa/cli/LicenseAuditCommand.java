package io.stoa.cli;

import io.stoa.license.audit.Audit;
import io.stoa.license.audit.AuditPage;
import io.stoa.license.audit.Auditor;
import io.stoa.license.audit.FolderScan;
import io.stoa.license.audit.Issue;
import io.stoa.license.audit.ModelFolder;
import io.stoa.license.audit.Policy;
import io.stoa.license.audit.Sarif;
import io.stoa.license.clause.Licenses;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "audit",
        description = {
            "Say which licences the models in folders are under, where they come from, and what is wrong with that.",
            "Headers and papers are read, never weights. The Hub's cache and Ollama's store are understood."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "A policy is YAML; without one, dropped terms fail and what is not known is unknown:",
            "  allow: [apache-2.0, mit, llama3.1]          only these (leave it out: all that is not denied)",
            "  deny: [cc-by-nc-4.0]",
            "  deny-categories: [non-commercial, unknown]  or copyleft, use-restricted, scale-limited, outputs-restricted",
            "  dropped-terms: note                         or fail, which is the default",
            "  use: {commercial: true, distribution: hosted}   facts, as under use: in stoa.yaml",
            "  exceptions:",
            "    - {model: \"acme/*\", rules: [base-unknown], reason: \"contract of 2026\", expires: 2027-06-30}",
            "Exit codes: 0 nothing stands against the models, 11 something is not known or no model is there, 12 a violation.",
            "",
            "Examples:",
            "  stoa license audit models",
            "  stoa license audit ~/.cache/huggingface/hub ~/.ollama/models --policy policy.yaml",
            "  stoa license audit models --policy policy.yaml --sarif licences.sarif --html licences.html",
            "",
            LicenseCommand.NO_ADVICE
        })
final class LicenseAuditCommand implements Callable<Integer> {
    private final House house;

    @Parameters(arity = "1..*", paramLabel = "DIR", description = "Folders that hold models.")
    private List<Path> folders = List.of();

    @Option(names = "--policy", paramLabel = "FILE", description = "What is let in; see below.")
    private Optional<Path> policy = Optional.empty();

    @Option(names = "--sarif", paramLabel = "FILE", description = "Write a SARIF 2.1.0 log as well.")
    private Optional<Path> sarif = Optional.empty();

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page as well.")
    private Optional<Path> html = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    LicenseAuditCommand(House house) {
        this.house = house;
    }

    /** What {@code --json} prints. */
    private record Document(Audit.Outcome outcome, Audit audit, String note) {}

    @Override
    public Integer call() {
        sarif.ifPresent(file -> WholeFile.refuseIfUnwritable("--sarif", file));
        html.ifPresent(file -> WholeFile.refuseIfUnwritable("--html", file));
        Licenses licenses = new Licenses();
        Audit audit = audit(house, folders, licenses, policy.map(file -> Policy.read(file, licenses)));
        sarif.ifPresent(file -> WholeFile.write("--sarif", file, Sarif.write(audit, House.version())));
        html.ifPresent(file -> WholeFile.write("--html", file, AuditPage.render(audit, House.version())));
        if (json) {
            house.out()
                    .println(JsonMapper.shared()
                            .writeValueAsString(new Document(audit.outcome(), audit, LicenseCommand.NO_ADVICE)));
        } else {
            print(audit, house.out());
            house.out().println(LicenseCommand.NO_ADVICE);
        }
        return ExitCode.of(audit.outcome()).code();
    }

    /** Audits folders, with a bar where somebody watches. */
    static Audit audit(House house, List<Path> folders, Licenses licenses, Optional<Policy> policy) {
        List<ModelFolder> models = FolderScan.of(folders);
        LocalDate today = LocalDate.ofInstant(house.clock().instant(), ZoneOffset.UTC);
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        Audit audit = new Auditor(licenses, policy, today).audit(models, line.start("models"));
        line.clear();
        return audit;
    }

    private static void print(Audit audit, PrintStream out) {
        if (audit.models().isEmpty()) {
            out.println(
                    "UNKNOWN: no models: no folder holds weights, a config.json, a card or a licence file; is it the right one?");
            return;
        }
        int width = audit.models().stream()
                .mapToInt(model -> shown(model.name()).length())
                .max()
                .orElse(0);
        for (Audit.Model model : audit.models()) {
            out.printf(
                    Locale.ROOT,
                    "%-7s  %-" + Math.clamp(width, 1, 60) + "s  %s%n",
                    model.outcome(),
                    shown(model.name()),
                    model.licenses().isEmpty() ? "not known" : shown(String.join(", ", model.licenses())));
            for (Issue issue : model.issues()) {
                out.println("         " + issue.rule().id() + ": " + shown(issue.message())
                        + issue.excepted()
                                .map(reason -> " [excepted: " + shown(reason) + "]")
                                .orElse(""));
            }
        }
        out.printf(
                Locale.ROOT,
                "%s: %d pass, %d unknown, %d fail%n",
                count(audit.models().size()),
                audit.count(Audit.Outcome.PASS),
                audit.count(Audit.Outcome.UNKNOWN),
                audit.count(Audit.Outcome.FAIL));
    }

    static String count(int models) {
        return models == 1 ? "1 model" : models + " models";
    }

    /** What strangers wrote, without what moves a terminal's cursor or turns its text around. */
    static String shown(String text) {
        return text.replaceAll("\\p{Cc}|[\\u202A-\\u202E\\u2066-\\u2069]", "\uFFFD");
    }
}
