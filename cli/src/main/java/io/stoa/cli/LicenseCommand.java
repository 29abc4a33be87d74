package io.stoa.cli;

import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.text.Recognition;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "license",
        description =
                "Say which licence a text is, or what a known licence asks. Without an argument: list the known ones.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Exit codes: 0 the text of one known licence, 11 a changed, truncated, unknown or unreadable text, or several.",
            "",
            "Examples:",
            "  stoa license",
            "  stoa license llama3.1",
            "  stoa license models/LICENSE.txt",
            "  stoa license explain llama3.1 --text models/LICENSE.txt",
            "  stoa license diff llama3 llama3.1",
            "  stoa license check stoa.yaml",
            "  stoa license combine llama3.1 mit --how republish",
            "  stoa license bom models/qwen3-0.6b --output models.cdx.json",
            "  stoa license audit models --policy policy.yaml",
            "  stoa license watch models --state licences.json",
            "  stoa license pack stoa.yaml --text papers --out pack",
            "  stoa license verify-pack pack",
            "",
            LicenseCommand.NO_ADVICE
        })
final class LicenseCommand implements Callable<Integer> {
    /** The last line of everything that a licence verb prints for a person. */
    static final String NO_ADVICE = "Readings in our own words, not legal advice.";

    private final House house;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ID|FILE",
            description = "A licence id, tag or name, or a file.")
    private Optional<String> what = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    LicenseCommand(House house) {
        this.house = house;
    }

    static CommandLine commandLine(House house) {
        return new CommandLine(new LicenseCommand(house))
                .addSubcommand(new LicenseExplainCommand(house))
                .addSubcommand(new LicenseDiffCommand(house))
                .addSubcommand(new LicenseCheckCommand(house))
                .addSubcommand(new LicenseCombineCommand(house))
                .addSubcommand(new LicenseBomCommand(house))
                .addSubcommand(new LicensePackCommand(house))
                .addSubcommand(new LicenseVerifyPackCommand(house))
                .addSubcommand(new LicenseAuditCommand(house))
                .addSubcommand(new LicenseWatchCommand(house));
    }

    @Override
    public Integer call() {
        Licenses licenses = new Licenses();
        if (what.isEmpty()) {
            list(licenses);
            return ExitCode.OK.code();
        }
        Optional<License> named = licenses.find(what.get());
        if (named.isPresent()) {
            LicenseExplainCommand.print(
                    new LicenseArgument(named.get(), Optional.empty(), Optional.empty()), json, house.out());
            return ExitCode.OK.code();
        }
        Path file = LicenseArgument.file(what.get(), licenses);
        Recognition recognition = licenses.recognize(file);
        Optional<License> known = licenses.meant(recognition);
        if (json) {
            house.out()
                    .println(JsonMapper.shared()
                            .writeValueAsString(new Document(
                                    file.toString(),
                                    kind(recognition),
                                    known.map(License::id),
                                    recognition.sentence(),
                                    recognition,
                                    NO_ADVICE)));
        } else {
            print(file, recognition, known, licenses, house.out());
        }
        return (recognition instanceof Recognition.Known ? ExitCode.OK : ExitCode.UNDECIDED).code();
    }

    /**
     * What {@code --json} prints about a file.
     *
     * @param outcome known, modified, several or unrecognized
     * @param license the licence whose terms hold, when the text is one that Stoa has read
     */
    private record Document(
            String file,
            String outcome,
            Optional<String> license,
            String sentence,
            Recognition recognition,
            String note) {}

    /** What {@code --json} prints of each known licence. */
    private record Entry(String id, String name, List<String> aliases) {}

    private void list(Licenses licenses) {
        if (json) {
            house.out()
                    .println(JsonMapper.shared()
                            .writeValueAsString(licenses.all().stream()
                                    .map(license -> new Entry(license.id(), license.name(), license.aliases()))
                                    .toList()));
            return;
        }
        for (License license : licenses.all()) {
            house.out().println(license.id() + "  " + license.name() + alias(license));
        }
        house.out().println("`stoa license ID` says what one of them allows, asks and forbids.");
        house.out().println(NO_ADVICE);
    }

    /** The short name for an id that nobody would type. */
    private static String alias(License license) {
        return license.id().startsWith("LicenseRef-")
                ? license.aliases().stream()
                        .filter(name -> name.indexOf(' ') < 0)
                        .findFirst()
                        .map(name -> "  (" + name + ")")
                        .orElse("")
                : "";
    }

    private static String kind(Recognition recognition) {
        return recognition.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private static void print(
            Path file, Recognition recognition, Optional<License> known, Licenses licenses, PrintStream out) {
        String sentence = LicenseAuditCommand.shown(file + " " + recognition.sentence());
        switch (recognition) {
            case Recognition.Known _ -> {
                out.println(sentence);
                out.println(known.map(license -> "That is the %s; `stoa license explain %s` says what it means."
                                .formatted(license.name(), file))
                        .orElseGet(() -> LicenseArgument.unread(recognition, licenses)));
            }
            case Recognition.Modified modified -> {
                out.println("UNKNOWN: " + sentence);
                modified.differences().stream()
                        .skip(1)
                        .forEach(further -> out.println("  - " + LicenseAuditCommand.shown(further.sentence())));
                out.println(
                        "A changed text is another licence: ask its author what holds, or take the licensor's original.");
            }
            case Recognition.Several _ -> {
                out.println("UNKNOWN: " + sentence);
                out.println("Which of them holds for the model, the file does not say: look in the model's card.");
            }
            case Recognition.Unrecognized _ -> {
                out.println("UNKNOWN: " + sentence);
                out.println(
                        "Find the licence's own text, or have a lawyer read this one. For a model, `stoa license check`"
                                + " and `stoa license audit` read cards and headers as well.");
            }
        }
        out.println(NO_ADVICE);
    }
}
