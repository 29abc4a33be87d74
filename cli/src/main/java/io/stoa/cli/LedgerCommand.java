package io.stoa.cli;

import io.stoa.model.EvidenceRef;
import io.stoa.model.StoaException;
import io.stoa.store.Entry;
import io.stoa.store.SqliteLedger;
import io.stoa.store.Verification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "ledger",
        description = "Look at the evidence and check that nothing of it was changed.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  stoa ledger verify --home examples/quickstart/.stoa",
            "  stoa ledger show --last 5",
            "  stoa ledger show --json | jq .body"
        })
final class LedgerCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine(House house) {
        return new CommandLine(new LedgerCommand())
                .addSubcommand(new VerifyCommand(house))
                .addSubcommand(new ShowCommand(house));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name verify or show");
    }

    private static SqliteLedger open(Path home, House house) {
        Path file = home.resolve("ledger.db");
        if (!Files.isRegularFile(file)) {
            throw StoaException.user(file + ": no ledger there; name its folder with --home, for example the .stoa"
                    + " folder beside your stoa.yaml");
        }
        return SqliteLedger.open(file, house.clock());
    }

    @Command(
            name = "verify",
            description = "Recompute the whole chain. Exit code 20 when it is broken.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {"", "Example:", "  stoa ledger verify --home .stoa"})
    static final class VerifyCommand implements Callable<Integer> {
        private final House house;

        @Option(names = "--home", defaultValue = ".stoa", description = "Stoa's folder; default: .stoa")
        private Path home = Path.of(".stoa");

        @Option(names = "--json", description = "Print the result as JSON.")
        private boolean json;

        VerifyCommand(House house) {
            this.house = house;
        }

        @Override
        public Integer call() {
            try (SqliteLedger ledger = open(home, house)) {
                Verification result = ledger.verify();
                house.out().println(json ? JsonMapper.shared().writeValueAsString(result) : sentence(result));
                return switch (result) {
                    case Verification.Intact _ -> ExitCode.OK.code();
                    case Verification.Broken _ -> ExitCode.BROKEN.code();
                };
            }
        }
    }

    private static String sentence(Verification result) {
        return switch (result) {
            case Verification.Intact(long entries, Optional<EvidenceRef> head) ->
                "The chain is intact: " + entries + " entries"
                        + head.map(last -> ", the last one " + last.digest()).orElse("") + ".";
            case Verification.Broken(long sequence, String what) ->
                "The chain is broken at entry " + sequence + ": " + what;
        };
    }

    @Command(
            name = "show",
            description = "Print entries, oldest first.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {"", "Examples:", "  stoa ledger show --last 10", "  stoa ledger show --after 100 --json"})
    static final class ShowCommand implements Runnable {
        private final House house;

        @Option(names = "--home", defaultValue = ".stoa", description = "Stoa's folder; default: .stoa")
        private Path home = Path.of(".stoa");

        @Option(names = "--after", paramLabel = "N", description = "Only entries after this one.")
        private long after;

        @Option(names = "--last", paramLabel = "N", description = "Only the last N entries.")
        private long last;

        @Option(names = "--entry", paramLabel = "N", description = "Only this entry.")
        private long only;

        @Option(names = "--json", description = "One JSON object a line: the very document that the digest is of.")
        private boolean json;

        ShowCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            try (SqliteLedger ledger = open(home, house)) {
                long from = last > 0
                        ? ledger.head().map(head -> head.sequence() - last).orElse(0L)
                        : after;
                long start = only > 0 ? only - 1 : Math.max(0, from);
                try (Stream<Entry> entries = ledger.entries(start)) {
                    (only > 0 ? entries.limit(1) : entries)
                            .forEach(entry -> house.out().println(json ? entry.document() : line(entry)));
                }
            }
        }

        private static String line(Entry entry) {
            String what = entry.key()
                    .map(key -> key.check() + " of " + abbreviated(key.subject()))
                    .orElse("");
            String body = entry.body().length() > 160 ? entry.body().substring(0, 159) + "…" : entry.body();
            return entry.sequence() + "  " + entry.time() + "  "
                    + entry.digest().abbreviated() + "  " + entry.kind() + "  " + what + "  " + body;
        }

        private static String abbreviated(String subject) {
            return subject.length() > 24 ? subject.substring(0, 19) + "…" : subject;
        }
    }
}
