package io.stoa.cli;

import io.stoa.license.clause.Clause;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.text.Recognition;
import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
final class LicenseCommand implements Runnable {
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
    public void run() {
        Licenses licenses = new Licenses();
        if (what.isEmpty()) {
            licenses.all().forEach(license -> house.out().println(license.id() + "  " + license.name()));
            return;
        }
        Optional<License> named = licenses.find(what.get());
        if (named.isPresent()) {
            print(named.get());
            return;
        }
        Path file = Path.of(what.get());
        if (!Files.exists(file)) {
            throw StoaException.user(what.get() + ": neither a licence that Stoa knows nor a file"
                    + licenses.hint(what.get()) + "; `stoa license` lists the known ones");
        }
        Recognition recognition = licenses.recognize(file);
        house.out().println(json ? JsonMapper.shared().writeValueAsString(recognition) : recognition.sentence());
        advise();
    }

    private void print(License license) {
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(license));
            return;
        }
        house.out().println(license.name() + " (" + license.id() + ")");
        house.out().println("read " + license.read() + " from " + license.source());
        for (Clause clause : license.clauses()) {
            house.out().println("- " + clause.topic() + ": " + clause.says() + " [section " + clause.section() + "]");
        }
        advise();
    }

    private void advise() {
        if (!json) {
            house.out().println(NO_ADVICE);
        }
    }
}
