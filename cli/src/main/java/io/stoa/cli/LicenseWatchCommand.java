package io.stoa.cli;

import io.stoa.license.audit.Audit;
import io.stoa.license.audit.Watch;
import io.stoa.license.audit.Watch.Change;
import io.stoa.license.audit.Watch.State;
import io.stoa.license.clause.Licenses;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "watch",
        description = {
            "Say which claims about licences changed since they were accepted: texts, tags, bases, files that are gone.",
            "The first time, everything is accepted. Later, changes are said again until --accept."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Terms that a licensor may update (Gemma, Falcon, NVIDIA, ...) are said to be stale when Stoa's reading of them is"
                    + " older than --stale-after days.",
            "Exit codes: 0 nothing changed, 11 a reading is stale, 12 a claim changed.",
            "",
            "Examples:",
            "  stoa license watch models --state licences.json",
            "  stoa license watch models --state licences.json --stale-after 90",
            "  stoa license watch models --state licences.json --accept",
            "",
            LicenseCommand.NO_ADVICE
        })
final class LicenseWatchCommand implements Callable<Integer> {
    private final House house;

    @Parameters(arity = "1..*", paramLabel = "DIR", description = "Folders that hold models.")
    private List<Path> folders = List.of();

    @Option(names = "--state", required = true, paramLabel = "FILE", description = "Where accepted claims are kept.")
    private Path file = Path.of("");

    @Option(names = "--accept", description = "Take what is claimed now as accepted.")
    private boolean accept;

    @Option(
            names = "--stale-after",
            paramLabel = "DAYS",
            defaultValue = "180",
            description = "Readings of terms that may be updated are stale when older (default: ${DEFAULT-VALUE}).")
    private int days;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    LicenseWatchCommand(House house) {
        this.house = house;
    }

    /** What {@code --json} prints. */
    private record Document(boolean first, Optional<String> since, List<Change> changes, String note) {}

    @Override
    public Integer call() {
        if (days < 0) {
            throw StoaException.user("--stale-after " + days + ": a number of days is not negative");
        }
        WholeFile.refuseIfUnwritable("--state", file);
        Licenses licenses = new Licenses();
        Optional<State> before = Watch.read(file);
        Audit audit = LicenseAuditCommand.audit(house, folders, licenses, Optional.empty());
        Watch watch = new Watch(licenses);
        State now = watch.state(audit);
        List<Change> changes =
                before.map(accepted -> watch.changes(accepted, now, days)).orElseGet(() -> watch.stale(now, days));
        if (before.isEmpty() || accept) {
            WholeFile.write("--state", file, Watch.written(now));
        }
        if (json) {
            house.out()
                    .println(JsonMapper.shared()
                            .writeValueAsString(new Document(
                                    before.isEmpty(),
                                    before.map(accepted -> accepted.date().toString()),
                                    changes,
                                    LicenseCommand.NO_ADVICE)));
        } else {
            print(before, now, changes);
        }
        return code(changes, accept).code();
    }

    private void print(Optional<State> before, State now, List<Change> changes) {
        for (Change change : changes) {
            house.out()
                    .println("%s: %s %s"
                            .formatted(
                                    change.kind()
                                            .name()
                                            .toLowerCase(Locale.ROOT)
                                            .replace('_', '-'),
                                    LicenseAuditCommand.shown(change.model()),
                                    LicenseAuditCommand.shown(change.sentence())));
        }
        house.out()
                .println(before.map(accepted -> changes.isEmpty()
                                ? "nothing changed since " + accepted.date()
                                : accept
                                        ? "accepted in " + file
                                        : "%d changes since %s; --accept takes them as accepted"
                                                .formatted(changes.size(), accepted.date()))
                        .orElseGet(() -> "the claims of %s are kept in %s"
                                .formatted(
                                        LicenseAuditCommand.count(now.models().size()), file)));
        house.out().println(LicenseCommand.NO_ADVICE);
    }

    /** What was accepted is no change any more; a stale reading stays one. */
    private static ExitCode code(List<Change> changes, boolean accepted) {
        if (!accepted && changes.stream().anyMatch(change -> change.kind().isChange())) {
            return ExitCode.NOT_READY;
        }
        return changes.stream().anyMatch(change -> change.kind() == Watch.Kind.READING_STALE)
                ? ExitCode.UNDECIDED
                : ExitCode.OK;
    }
}
