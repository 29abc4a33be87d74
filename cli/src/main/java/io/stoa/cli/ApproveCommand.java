package io.stoa.cli;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import io.stoa.store.SqliteLedger;
import io.stoa.store.approval.Acceptance;
import io.stoa.store.approval.Approval;
import io.stoa.store.approval.ApprovalBook;
import io.stoa.store.approval.Revocation;
import io.stoa.store.approval.Ruling;
import io.stoa.store.approval.SignedRecord;
import io.stoa.store.approval.SigningKey;
import io.stoa.store.approval.TrustedKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "approve",
        description = {
            "See what may be served, accept conditions, revoke.",
            "",
            "`stoa assess` signs its verdicts. A READY one may be served at once; one that is READY IF only when"
                    + " somebody says that its conditions are met, which is signed too. A revocation holds for later"
                    + " assessments as well, until an acceptance lifts it; a running gateway sees it within seconds."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  stoa approve list --home examples/quickstart/.stoa",
            "  stoa approve accept micro-Q8_0 --by \"Ada Lovelace\" --reason \"notice is in the about page\"",
            "  stoa approve revoke micro-Q8_0 --by \"Ada Lovelace\" --reason \"wrong answers since Monday\""
        })
final class ApproveCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine(House house) {
        return new CommandLine(new ApproveCommand())
                .addSubcommand(new ListCommand(house))
                .addSubcommand(new AcceptCommand(house))
                .addSubcommand(new RevokeCommand(house));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name list, accept or revoke");
    }

    /** Where ledger and keys lie. */
    static final class Place {
        @Option(
                names = "--home",
                paramLabel = "DIR",
                description = "Stoa's folder, which holds ledger and keys; default: .stoa")
        private Path home = Path.of(".stoa");

        SqliteLedger ledger(House house) {
            Path file = home.resolve("ledger.db");
            if (!Files.isRegularFile(file)) {
                throw StoaException.user(file + ": no ledger there; name its folder with --home, for example the .stoa"
                        + " folder beside your stoa.yaml");
            }
            return SqliteLedger.open(file, house.clock());
        }

        Path key() {
            return home.resolve(AssessCommand.SIGNING_KEY);
        }
    }

    /** Which approval, by whom and why. */
    static final class Word {
        @Parameters(index = "0", paramLabel = "CANDIDATE", description = "Its id, such as micro-Q8_0")
        private String candidate = "";

        @Option(
                names = "--use",
                paramLabel = "NAME",
                description = "Under which use; needed when it was assessed for several.")
        private Optional<String> use = Optional.empty();

        @Option(names = "--by", required = true, paramLabel = "NAME", description = "Who says so.")
        private String by = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
        private String reason = "";

        @Option(
                names = "--key",
                paramLabel = "FILE",
                description = "The key that signs; default: keys/verdicts.pem in Stoa's folder.")
        private Optional<Path> key = Optional.empty();

        SigningKey signing(Place place) {
            if (by.isBlank() || reason.isBlank()) {
                throw StoaException.user("--by and --reason must say something: the record is for people");
            }
            return SigningKey.read(key.orElseGet(place::key));
        }

        /** The newest approval that is meant. */
        ApprovalBook.Newest find(ApprovalBook book) {
            List<ApprovalBook.Newest> found = book.newest().stream()
                    .filter(newest -> newest.approval().candidate().equals(candidate))
                    .filter(newest ->
                            use.isEmpty() || newest.approval().use().name().equals(use.get()))
                    .toList();
            if (found.isEmpty()) {
                throw StoaException.user("no approval of " + candidate
                        + use.map(name -> " for the use " + name).orElse("")
                        + " is in the ledger; see `stoa approve list`");
            }
            // of a use whose content has changed, the one that was assessed last
            ApprovalBook.Newest last = found.getLast();
            if (use.isEmpty()
                    && found.stream()
                                    .map(newest -> newest.approval().use().name())
                                    .distinct()
                                    .count()
                            > 1) {
                throw StoaException.user(candidate + " was assessed for several uses; name one with --use: "
                        + String.join(
                                ", ",
                                found.stream()
                                        .map(newest -> newest.approval().use().name())
                                        .distinct()
                                        .toList()));
            }
            return last;
        }
    }

    @Command(
            name = "list",
            description = "The newest verdict of every candidate and use, and whether it may be served.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {"", "Examples:", "  stoa approve list", "  stoa approve list --json | jq -r .standing"})
    static final class ListCommand implements Callable<Integer> {
        private final House house;

        @Mixin
        private Place place = new Place();

        @Option(
                names = "--trust",
                paramLabel = "FILE",
                description = "Public keys whose signatures count; default: keys/verdicts.pub in Stoa's folder.")
        private List<Path> trust = List.of();

        @Option(names = "--json", description = "One JSON object a line.")
        private boolean json;

        ListCommand(House house) {
            this.house = house;
        }

        @Override
        public Integer call() {
            TrustedKeys keys = TrustedKeys.read(trust.isEmpty() ? List.of(SigningKey.publicFile(place.key())) : trust);
            Instant now = house.clock().instant();
            try (SqliteLedger ledger = place.ledger(house)) {
                ApprovalBook book = ApprovalBook.of(ledger, keys);
                for (ApprovalBook.Newest newest : book.newest()) {
                    Approval approval = newest.approval();
                    Ruling ruling = book.rule(
                            approval.candidate(),
                            approval.use().name(),
                            approval.use().digest(),
                            now);
                    house.out().println(json ? line(book, newest, ruling).toString() : sentence(approval, ruling));
                }
            }
            return ExitCode.OK.code();
        }

        private static String sentence(Approval approval, Ruling ruling) {
            String said = switch (ruling) {
                case Ruling.Stands _ -> "may be served until " + approval.expires();
                case Ruling.Forbidden forbidden -> "FORBIDDEN: " + forbidden.reason();
                case Ruling.Lapsed(String reason) -> "may not be served: " + reason;
            };
            return approval.candidate() + "  " + approval.use().name() + "  "
                    + approval.outcome().label() + "  " + said;
        }

        private static ObjectNode line(ApprovalBook book, ApprovalBook.Newest newest, Ruling ruling) {
            Approval approval = newest.approval();
            ObjectNode line = JsonMapper.shared().createObjectNode();
            line.put("candidate", approval.candidate())
                    .put("identity", approval.identity())
                    .put("use", approval.use().name())
                    .put("useDigest", approval.use().digest().toString())
                    .put("verdict", approval.outcome().label())
                    .put("license", approval.license().expression())
                    .put("issued", approval.issued().toString())
                    .put("expires", approval.expires().toString())
                    .put("entry", newest.entry().sequence())
                    .put("entryDigest", newest.entry().digest().toString());
            book.acceptancesOf(approval).stream()
                    .findFirst()
                    .ifPresent(acceptance -> line.putObject("accepted")
                            .put("by", acceptance.by())
                            .put("reason", acceptance.reason())
                            .put("time", acceptance.time().toString()));
            switch (ruling) {
                case Ruling.Stands _ -> line.put("standing", "live");
                case Ruling.Forbidden forbidden ->
                    line.put("standing", "forbidden").put("reason", forbidden.reason());
                case Ruling.Lapsed(String reason) ->
                    line.put("standing", "lapsed").put("reason", reason);
            }
            return line;
        }
    }

    @Command(
            name = "accept",
            description = "Say that the conditions of a verdict are met, or lift a revocation. Signed and appended.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Example:",
                "  stoa approve accept micro-Q8_0 --by \"Ada Lovelace\" --reason \"notice is in the about page\""
            })
    static final class AcceptCommand implements Callable<Integer> {
        private final House house;

        @Mixin
        private Word word = new Word();

        @Mixin
        private Place place = new Place();

        AcceptCommand(House house) {
            this.house = house;
        }

        @Override
        public Integer call() {
            SigningKey key = word.signing(place);
            try (SqliteLedger ledger = place.ledger(house)) {
                ApprovalBook.Newest found =
                        word.find(ApprovalBook.of(ledger, new TrustedKeys(List.of(key.verifying()))));
                Approval approval = found.approval();
                switch (approval.outcome()) {
                    case READY, READY_IF -> {}
                    case NOT_READY, UNDECIDED ->
                        throw StoaException.user(approval.candidate() + " is "
                                + approval.outcome().label()
                                + ", which nobody can accept; mend what it names and assess again");
                }
                Acceptance acceptance = Acceptance.of(approval, found.entry(), word.by, word.reason, now(house));
                ledger.append(Acceptance.KIND, SignedRecord.of(acceptance, key));
                house.out()
                        .println("Accepted by " + word.by + ": " + approval.candidate() + " for "
                                + approval.use().name() + ", "
                                + counted(approval.conditions().size()));
                approval.conditions().forEach(condition -> house.out().println("  " + condition.sentence()));
            }
            return ExitCode.OK.code();
        }

        private static String counted(int conditions) {
            return conditions == 1 ? "1 condition" : conditions + " conditions";
        }
    }

    @Command(
            name = "revoke",
            description = "Say that a candidate may not serve a use any more. Signed and appended.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Example:",
                "  stoa approve revoke micro-Q8_0 --by \"Ada Lovelace\" --reason \"wrong answers since Monday\""
            })
    static final class RevokeCommand implements Callable<Integer> {
        private final House house;

        @Mixin
        private Word word = new Word();

        @Mixin
        private Place place = new Place();

        RevokeCommand(House house) {
            this.house = house;
        }

        @Override
        public Integer call() {
            SigningKey key = word.signing(place);
            try (SqliteLedger ledger = place.ledger(house)) {
                Approval approval = word.find(ApprovalBook.of(ledger, new TrustedKeys(List.of(key.verifying()))))
                        .approval();
                Digest use = approval.use().digest();
                ledger.append(
                        Revocation.KIND,
                        SignedRecord.of(
                                new Revocation(approval.candidate(), use, word.by, word.reason, now(house)), key));
                house.out()
                        .println("Revoked by " + word.by + ": " + approval.candidate() + " for "
                                + approval.use().name() + "; gateways stop serving it within seconds");
            }
            return ExitCode.OK.code();
        }
    }

    private static Instant now(House house) {
        return house.clock().instant().truncatedTo(ChronoUnit.MICROS);
    }
}
