package io.stoa.cli;

import io.stoa.edge.device.JournalFile;
import io.stoa.gateway.audit.AuditFolder;
import io.stoa.gateway.audit.AuditLog;
import io.stoa.gateway.audit.AuditReader;
import io.stoa.gateway.audit.AuditRecord;
import io.stoa.gateway.audit.AuditSettings;
import io.stoa.gateway.audit.AuditVerifier;
import io.stoa.gateway.audit.Eraser;
import io.stoa.gateway.audit.EvidencePack;
import io.stoa.gateway.audit.Inclusion;
import io.stoa.gateway.audit.Selection;
import io.stoa.gateway.audit.SigningKey;
import io.stoa.gateway.audit.Verification;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import io.stoa.model.StoaException;
import io.stoa.store.Entry;
import io.stoa.store.SqliteLedger;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "audit",
        description = "The gateway's records: verify, export, erase content, pack evidence.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  stoa audit verify .stoa/audit",
            "  stoa audit verify --witness gw-1:120000:9f86d0…",
            "  stoa audit export --from 2026-11-01 --key support-bot --csv > november.csv",
            "  stoa audit erase --key support-bot --by 'A. Ito' --why 'ticket 4711'",
            "  stoa audit pack --from 2026-10-01 --before 2026-11-01 --out october.zip"
        })
final class AuditCommand implements Runnable {
    private static final String FOLDER = ".stoa/audit";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine(House house) {
        return new CommandLine(new AuditCommand())
                .addSubcommand(new VerifyCommand(house))
                .addSubcommand(new ExportCommand(house))
                .addSubcommand(new EraseCommand(house))
                .addSubcommand(new PackCommand(house));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name verify, export, erase or pack");
    }

    private static Optional<Instant> time(String option, Optional<String> text) {
        return text.map(value -> {
            try {
                return value.length() == 10
                        ? LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant()
                        : Instant.parse(value);
            } catch (DateTimeException _) {
                throw StoaException.user(option + " " + value
                        + ": write a day as 2026-11-26 or a moment as 2026-11-26T12:00:00Z, both in UTC");
            }
        });
    }

    @Command(
            name = "verify",
            description = {
                "Recompute every chain. Exit code 20 when one is broken.",
                "What is intact is as it was written, as far as the key and the witnesses reach."
            },
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Examples:",
                "  stoa audit verify",
                "  stoa audit verify /var/lib/stoa/audit --public-key audit-key.pem.pub --json",
                "  stoa audit verify kiosk-17.zip"
            })
    static final class VerifyCommand implements Callable<Integer> {
        private final House house;

        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "FOLDER|FILE",
                defaultValue = FOLDER,
                description = "An audit, or the file of a device's exported journal. Default: ${DEFAULT-VALUE}")
        private Path folder = Path.of(FOLDER);

        @Option(
                names = "--witness",
                paramLabel = "CHAIN:SEQUENCE:DIGEST",
                description = "A head that an earlier verification printed, kept elsewhere since.")
        private List<String> witnesses = List.of();

        @Option(
                names = "--public-key",
                paramLabel = "FILE",
                description = "The key that checkpoints must be signed with.")
        private Optional<Path> publicKey = Optional.empty();

        @Option(names = "--json", description = "Print the result as JSON.")
        private boolean json;

        VerifyCommand(House house) {
            this.house = house;
        }

        @Override
        public Integer call() {
            Map<String, List<EvidenceRef>> heads = new HashMap<>();
            for (String witness : witnesses) {
                String[] parts = witness.split(":", 4);
                heads.computeIfAbsent(parts[0], _ -> new ArrayList<>()).add(head(witness, parts));
            }
            Optional<PublicKey> key = publicKey.map(SigningKey::readPublic);
            if (Files.isRegularFile(folder)) {
                return UnpackedJournal.with(JournalFile.open(folder, key), unpacked -> verify(unpacked, heads, key));
            }
            return verify(folder, heads, key);
        }

        private int verify(Path audit, Map<String, List<EvidenceRef>> heads, Optional<PublicKey> key) {
            AuditVerifier.Witnesses known = new AuditVerifier.Witnesses(heads, key);
            ProgressLine line = new ProgressLine(house.err(), house.terminal());
            List<Verification> results = new AuditVerifier(
                            new AuditFolder(audit), Runtime.getRuntime().availableProcessors())
                    .verify(known, line.start("bytes of records"));
            line.clear();
            for (Verification result : results) {
                if (json) {
                    house.out().println(document(result));
                } else {
                    print(result, house.out());
                }
            }
            boolean broken = results.stream().anyMatch(result -> result instanceof Verification.Broken);
            return (broken ? ExitCode.BROKEN : ExitCode.OK).code();
        }

        private static EvidenceRef head(String witness, String[] parts) {
            try {
                if (parts.length == 3) {
                    return new EvidenceRef(Long.parseLong(parts[1]), new Digest(parts[2]));
                }
            } catch (IllegalArgumentException _) {
                // said below
            }
            throw StoaException.user("--witness " + witness + ": write it as CHAIN:SEQUENCE:DIGEST, as a verification"
                    + " prints its head, with all 64 digits");
        }

        private static String document(Verification result) {
            ObjectNode document = JsonMapper.shared().createObjectNode();
            document.put("chain", result.chain());
            switch (result) {
                case Verification.Intact intact -> {
                    document.put("intact", true)
                            .put("records", intact.records())
                            .put("requests", intact.requests())
                            .put("erased", intact.erased());
                    intact.head().ifPresent(head -> document.put("head", witness(intact.chain(), head)));
                    intact.checkpoint()
                            .ifPresent(checkpoint ->
                                    document.put("checkpoint", witness(intact.chain(), checkpoint.head())));
                    intact.notes().forEach(document.putArray("notes")::add);
                }
                case Verification.Broken broken ->
                    document.put("intact", false)
                            .put("sequence", broken.sequence())
                            .put("what", broken.what());
            }
            return document.toString();
        }

        private static String witness(String chain, EvidenceRef head) {
            return chain + ":" + head.sequence() + ":" + head.digest().hex();
        }

        private static void print(Verification result, PrintStream to) {
            switch (result) {
                case Verification.Intact intact -> {
                    to.println(intact.chain() + " is intact: " + intact.records() + " records, " + intact.requests()
                            + " of them requests, " + intact.erased() + " of those erased on the record.");
                    intact.head().ifPresent(head -> to.println("  head " + witness(intact.chain(), head)));
                    intact.notes().forEach(note -> to.println("  note: " + note));
                }
                case Verification.Broken broken ->
                    to.println(
                            broken.chain() + " is broken at record " + broken.sequence() + ": " + broken.what() + ".");
            }
        }
    }

    @Command(
            name = "export",
            description = {
                "Print requests' records, oldest first: one JSON line each, the very line that the chain holds.",
                "With --proof each comes with a proof that it belongs to the chain; with --csv as a table."
            },
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Examples:",
                "  stoa audit export --from 2026-11-01 --route chat",
                "  stoa audit export --record req-42 --proof"
            })
    static final class ExportCommand implements Callable<Integer> {
        private static final List<String> COLUMNS = List.of(
                "id",
                "key",
                "use",
                "route",
                "tier",
                "candidate",
                "verdict",
                "end",
                "status",
                "reason",
                "attempts",
                "costMicros",
                "firstByteMicros",
                "durationMicros");

        private final House house;

        @Parameters(index = "0", arity = "0..1", paramLabel = "FOLDER", defaultValue = FOLDER)
        private Path folder = Path.of(FOLDER);

        @Option(names = "--from", paramLabel = "TIME", description = "Requests from this day or moment on (UTC).")
        private Optional<String> from = Optional.empty();

        @Option(names = "--before", paramLabel = "TIME", description = "Requests before this day or moment.")
        private Optional<String> before = Optional.empty();

        @Option(names = "--key", paramLabel = "ID", description = "Requests of this key.")
        private Optional<String> key = Optional.empty();

        @Option(names = "--route", paramLabel = "NAME", description = "Requests for this route.")
        private Optional<String> route = Optional.empty();

        @Option(names = "--record", paramLabel = "ID", description = "A request id, or CHAIN:SEQUENCE.")
        private Optional<String> record = Optional.empty();

        @Option(names = "--proof", description = "With an inclusion proof (RFC 9162) to a signed checkpoint.")
        private boolean proof;

        @Option(names = "--csv", description = "As CSV (RFC 4180) with a header.")
        private boolean csv;

        ExportCommand(House house) {
            this.house = house;
        }

        @Override
        public Integer call() {
            if (csv && proof) {
                throw StoaException.user("--csv and --proof: a table holds no proofs; leave one out");
            }
            AuditFolder audit = new AuditFolder(folder);
            Selection selection = new Selection(time("--from", from), time("--before", before), key, route, record);
            Inclusion inclusion = new Inclusion(audit);
            if (csv) {
                house.out()
                        .print("chain,sequence,digest,time," + String.join(",", COLUMNS)
                                + ",promptTokens,completionTokens\r\n");
            }
            ProgressLine line = new ProgressLine(house.err(), house.terminal());
            new AuditReader(audit).read(audit.chains(), line.start("bytes of records"), each -> {
                if (selection.includes(each)) {
                    house.out().print(csv ? row(each) : proof ? proven(each, inclusion) : each.line() + "\n");
                }
            });
            line.clear();
            return ExitCode.OK.code();
        }

        private static String proven(AuditRecord each, Inclusion inclusion) {
            return "{\"record\":" + each.line() + ",\"proof\":"
                    + inclusion
                            .of(each)
                            .map(found -> JsonMapper.shared().writeValueAsString(found))
                            .orElse("null")
                    + "}\n";
        }

        private static String row(AuditRecord each) {
            List<String> cells = new ArrayList<>(List.of(
                    each.chain(),
                    Long.toString(each.sequence()),
                    each.digest().hex(),
                    each.time().toString()));
            COLUMNS.forEach(column -> cells.add(cell(each.text(column))));
            cells.add(each.body().path("usage").path("prompt").asString(""));
            cells.add(each.body().path("usage").path("completion").asString(""));
            return String.join(",", cells) + "\r\n";
        }

        /** Callers choose some of these texts; one that begins like a formula must not be one in a spreadsheet. */
        private static String cell(String text) {
            String safe = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
            return safe.chars().anyMatch(letter -> ",\"\r\n".indexOf(letter) >= 0)
                    ? "\"" + safe.replace("\"", "\"\"") + "\""
                    : safe;
        }
    }

    @Command(
            name = "erase",
            description = {
                "Erase content and salts; the records stay and the chain stays provable.",
                "Who, when and why becomes a record of its own. The gateway may be running."
            },
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Examples:",
                "  stoa audit erase --record req-42 --by 'A. Ito' --why 'ticket 4711'",
                "  stoa audit erase --before 2026-06-01 --by operations --why 'no longer needed'"
            })
    static final class EraseCommand implements Callable<Integer> {
        private final House house;

        @Parameters(index = "0", arity = "0..1", paramLabel = "FOLDER", defaultValue = FOLDER)
        private Path folder = Path.of(FOLDER);

        @Option(names = "--record", paramLabel = "ID", description = "This request: its id, or CHAIN:SEQUENCE.")
        private Optional<String> record = Optional.empty();

        @Option(names = "--key", paramLabel = "ID", description = "All requests of this key.")
        private Optional<String> key = Optional.empty();

        @Option(names = "--before", paramLabel = "TIME", description = "All requests before this day or moment (UTC).")
        private Optional<String> before = Optional.empty();

        @Option(names = "--by", paramLabel = "WHO", required = true, description = "Who says so.")
        private String by = "";

        @Option(names = "--why", paramLabel = "TEXT", required = true, description = "Why.")
        private String why = "";

        @Option(
                names = "--signing-key",
                paramLabel = "FILE",
                description = "The key that signs the erasure's chain; default: audit-key.pem in the folder, made when"
                        + " missing.")
        private Optional<Path> signingKey = Optional.empty();

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        EraseCommand(House house) {
            this.house = house;
        }

        @Override
        public Integer call() {
            if (record.isEmpty() && key.isEmpty() && before.isEmpty()) {
                throw StoaException.user("say what to erase: --record, --key or --before");
            }
            if (by.isBlank() || why.isBlank()) {
                throw StoaException.user("--by and --why: an erasure says by whom and why");
            }
            AuditFolder audit = new AuditFolder(folder);
            List<String> chains = audit.chains();
            Selection selection =
                    new Selection(Optional.empty(), time("--before", before), key, Optional.empty(), record);
            ProgressLine line = new ProgressLine(house.err(), house.terminal());
            Eraser.Erased erased;
            try (AuditLog log = AuditLog.open(
                    AuditSettings.of(audit, AuditFolder.OPERATOR),
                    SigningKey.readOrMake(signingKey.orElse(folder.resolve("audit-key.pem"))),
                    house.clock(),
                    new SecureRandom())) {
                erased = new Eraser(audit)
                        .erase(new Eraser.Order(chains, selection, by, why), log, line.start("bytes of records"));
            }
            line.clear();
            house.out()
                    .println(
                            json
                                    ? JsonMapper.shared().writeValueAsString(erased)
                                    : erased.total() == 0
                                            ? "Nothing to erase: no such request, or it was erased before."
                                            : "Erased content and salt of " + erased.total() + " requests "
                                                    + erased.requests() + "; the chain says so.");
            return ExitCode.OK.code();
        }
    }

    @Command(
            name = "pack",
            description = {
                "Pack the records of a period with heads, signatures, counts, refusals and verdicts into a zip file",
                "that can be verified without Stoa; for record keeping under the EU AI Act. Not legal advice."
            },
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Example:",
                "  stoa audit pack --from 2026-10-01 --before 2026-11-01 --home .stoa --out october.zip"
            })
    static final class PackCommand implements Callable<Integer> {
        private final House house;

        @Parameters(index = "0", arity = "0..1", paramLabel = "FOLDER", defaultValue = FOLDER)
        private Path folder = Path.of(FOLDER);

        @Option(names = "--from", paramLabel = "TIME", required = true, description = "The first day or moment (UTC).")
        private Optional<String> from = Optional.empty();

        @Option(names = "--before", paramLabel = "TIME", required = true, description = "The first one after it.")
        private Optional<String> before = Optional.empty();

        @Option(names = "--home", paramLabel = "DIR", description = "Stoa's folder, for the digests of the verdicts.")
        private Optional<Path> home = Optional.empty();

        @Option(names = "--out", paramLabel = "FILE", required = true, description = "The zip file to write.")
        private Path out = Path.of("");

        PackCommand(House house) {
            this.house = house;
        }

        @Override
        public Integer call() {
            WholeFile.refuseIfUnwritable("--out", out);
            Instant start = time("--from", from).orElseThrow();
            Instant end = time("--before", before).orElseThrow();
            if (!start.isBefore(end)) {
                throw StoaException.user("--before " + end + ": lies not after --from " + start);
            }
            ProgressLine line = new ProgressLine(house.err(), house.terminal());
            long records;
            if (home.isPresent()) {
                Path file = home.get().resolve("ledger.db");
                if (!Files.isRegularFile(file)) {
                    throw StoaException.user("--home " + home.get() + ": no ledger there");
                }
                try (SqliteLedger ledger = SqliteLedger.open(file, house.clock())) {
                    records = pack(start, end, sequence -> digest(ledger, sequence), line);
                }
            } else {
                records = pack(start, end, _ -> Optional.empty(), line);
            }
            line.clear();
            house.out().println(out + ": " + records + " records. Unpack it and run `python3 verify.py` to verify.");
            return ExitCode.OK.code();
        }

        private static Optional<Digest> digest(SqliteLedger ledger, long sequence) {
            try (Stream<Entry> entries = ledger.entries(sequence - 1)) {
                return entries.findFirst()
                        .filter(entry -> entry.sequence() == sequence)
                        .map(Entry::digest);
            }
        }

        private long pack(Instant start, Instant end, LongFunction<Optional<Digest>> verdicts, ProgressLine line) {
            List<PublicKey> keys = List.of();
            return EvidencePack.write(
                    new AuditFolder(folder),
                    new EvidencePack.Request(start, end, keys, verdicts),
                    out,
                    line.start("bytes of records"));
        }
    }
}
