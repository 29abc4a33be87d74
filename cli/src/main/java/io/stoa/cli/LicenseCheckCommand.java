package io.stoa.cli;

import io.stoa.assess.yaml.AssessmentFile;
import io.stoa.assess.yaml.StoaYaml;
import io.stoa.license.clause.Effect;
import io.stoa.license.clause.Licenses;
import io.stoa.license.use.Answer;
import io.stoa.license.use.Ground;
import io.stoa.license.use.Inverse;
import io.stoa.license.use.InverseExaminer;
import io.stoa.license.use.Part;
import io.stoa.license.use.StackAnswer;
import io.stoa.license.use.StackExaminer;
import io.stoa.model.IntendedUse;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "check",
        description = {
            "Say whether models may be used together as intended: allowed, with which duties, forbidden by which clause, or"
                    + " what must be known first.",
            "Every model must allow its part; what was not said is unknown, and never read as allowed."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "The keys of --use are those under use: in stoa.yaml (`stoa schema` explains them), and multimodal for what no"
                    + " file tells; NAME.KEY holds of one model only, by its role or its id in the file.",
            "Exit codes: 0 allowed, 10 allowed once duties are met, 11 not known, 12 forbidden.",
            "",
            "Examples:",
            "  stoa license check stoa.yaml",
            "  stoa license check stoa.yaml --use monthly-active-users=800000000 --why-not",
            "  stoa license check --model generator=llama3.1 --model embedder=mit --use commercial=true"
                    + " --use distribution=hosted --use modification=none --use outputs-train-models=false"
                    + " --use monthly-active-users=20000 --use domains=[]",
            "  stoa license check --model generator=apache-2.0,gemma --model judge=llama3 --use distribution=product"
                    + " --use judge.distribution=internal --inverse",
            "",
            LicenseCommand.NO_ADVICE
        })
final class LicenseCheckCommand implements Callable<Integer> {
    private final House house;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "A stoa.yaml: its models, as one stack, and its use.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--model",
            paramLabel = "ROLE=LICENSE[,BASE...]|GGUF[,PAPER...]",
            description =
                    "A model of the stack: its licence (an id, a tag, an SPDX expression or a file with the text) and those of"
                            + " the models it was made from, or a GGUF file with its card and licence files. ROLE is generator, embedder,"
                            + " reranker, judge, teacher, guard, adapter, draft or transducer. May be given up to 8 times.")
    private List<String> models = List.of();

    @Option(
            names = "--use",
            paramLabel = "[NAME.]KEY=VALUE",
            description = "A fact about the use; it replaces that of the file. May be given several times.")
    private List<String> facts = List.of();

    @Option(names = "--inverse", description = "Say also which uses are allowed, up to which size.")
    private boolean inverse;

    @Option(names = "--why-not", description = "Say also which facts or models would have to change.")
    private boolean whyNot;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    LicenseCheckCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        Licenses licenses = new Licenses();
        StackArguments arguments = new StackArguments(licenses);
        Optional<AssessmentFile> asked = file.map(StoaYaml::read);
        asked.ifPresent(assessment -> assessment.models().forEach(arguments::add));
        models.forEach(arguments::add);
        UseArguments said = UseArguments.of(facts, arguments);
        List<Part> stack = arguments.stack(said.own());
        IntendedUse use = said.use(asked);
        StackAnswer answer = new StackExaminer(licenses).examine(stack, use);
        Optional<Inverse> turned =
                inverse || whyNot ? Optional.of(new InverseExaminer(licenses).examine(stack, use)) : Optional.empty();
        if (json) {
            house.out()
                    .println(JsonMapper.shared()
                            .writeValueAsString(
                                    new Document(answer, answer.missing(), turned, LicenseCommand.NO_ADVICE)));
        } else {
            print(answer, house.out());
            turned.ifPresent(other -> print(other, inverse, house.out()));
            house.out().println(LicenseCommand.NO_ADVICE);
        }
        return ExitCode.of(answer.outcome()).code();
    }

    /** What {@code --json} prints. */
    private record Document(StackAnswer answer, List<String> missing, Optional<Inverse> inverse, String note) {}

    private static void print(StackAnswer answer, PrintStream out) {
        out.println(words(answer.outcome()));
        for (StackAnswer.PartAnswer part : answer.parts()) {
            String role = part.model().startsWith(part.role().lowerCase())
                    ? ""
                    : " (" + part.role().lowerCase() + ")";
            out.println(part.model() + role + ": " + words(part.answer().outcome()));
            for (Ground ground : part.proof().grounds()) {
                if (ground.effect() != Effect.DUTY) {
                    print(ground, out);
                }
            }
        }
        if (!answer.duties().isEmpty() && answer.parts().stream().noneMatch(LicenseCheckCommand::undecided)) {
            out.println("To do:");
            for (StackAnswer.Duty duty : answer.duties()) {
                out.println("  [ ] " + duty.todo());
                out.println("      for " + String.join(", ", duty.models()) + "; " + String.join("; ", duty.bases()));
            }
        }
        if (!answer.missing().isEmpty()) {
            out.println("To be known first:");
            answer.missing().forEach(missing -> out.println("  - " + missing));
        }
    }

    private static boolean undecided(StackAnswer.PartAnswer part) {
        return ExitCode.of(part.answer().outcome()).compareTo(ExitCode.READY_IF) > 0;
    }

    private static void print(Ground ground, PrintStream out) {
        List<String> because = new ArrayList<>(List.of(ground.basis()));
        because.addAll(ground.facts());
        out.println("  - " + ground.sentence() + " (" + String.join("; ", because) + ")");
        ground.remedy().ifPresent(remedy -> out.println("    " + remedy));
    }

    private static void print(Inverse inverse, boolean all, PrintStream out) {
        if (!inverse.changes().isEmpty()) {
            out.println("It would be allowed with any one of:");
            inverse.changes()
                    .forEach(change -> out.println("  - " + change.sentence() + " -> " + words(change.then())));
        }
        if (!inverse.replace().isEmpty()) {
            out.println("Or with other models in place of: " + String.join(", ", inverse.replace()));
        }
        if (all) {
            matrix(inverse, out);
        }
    }

    private static void matrix(Inverse inverse, PrintStream out) {
        inverse.limits()
                .forEach(limit -> out.printf(
                        Locale.ROOT,
                        "%s up to %,d: %s; from %,d: %s%n",
                        limit.fact().key(),
                        limit.most(),
                        words(limit.upTo()),
                        limit.most() + 1,
                        words(limit.beyond())));
        List<Answer.Outcome> outcomes =
                inverse.matrix().stream().map(Inverse.Cell::outcome).distinct().toList();
        if (outcomes.size() == 1) {
            out.println("Every kind of use (other facts as said): " + words(outcomes.getFirst()));
            return;
        }
        out.println("Kinds of use (other facts as said):");
        out.printf(
                Locale.ROOT,
                "  %-9s %-10s %-8s %-13s %s%n",
                "reach",
                "commercial",
                "modified",
                "outputs train",
                "outcome");
        inverse.matrix()
                .forEach(cell -> out.printf(
                        Locale.ROOT,
                        "  %-9s %-10s %-8s %-13s %s%n",
                        cell.distribution().name().toLowerCase(Locale.ROOT),
                        yes(cell.commercial()),
                        yes(cell.modified()),
                        yes(cell.outputsTrainModels()),
                        words(cell.outcome())));
    }

    private static String yes(boolean value) {
        return value ? "yes" : "no";
    }

    private static String words(Enum<?> outcome) {
        return outcome.name().replace('_', ' ');
    }
}
