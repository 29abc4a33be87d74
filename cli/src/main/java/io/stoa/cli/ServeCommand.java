package io.stoa.cli;

import io.stoa.gateway.input.GatewayFile;
import io.stoa.gateway.input.GatewayYaml;
import io.stoa.gateway.route.LiveRoutes;
import io.stoa.gateway.route.Standing;
import io.stoa.gateway.route.Tier;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "serve",
        description = {
            "Serve what was assessed and approved, with the OpenAI protocol, and the console at /.",
            "A route serves while its signed verdict holds: a changed model, template, licence or use, an expired or"
                    + " withdrawn verdict is answered with 503 and the reason, a use that a licence refuses with 403 and"
                    + " the clause. When the file changes it is read again without dropping a request; Ctrl-C lets"
                    + " requests under way end."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa assess examples/quickstart/stoa.yaml          what may be served",
            "  stoa key create me --budget 5/month --store sqlite:examples/quickstart/.stoa/gateway.db",
            "  stoa serve examples/quickstart/gateway.yaml",
            "  curl -s http://127.0.0.1:8080/v1/chat/completions -H \"Authorization: Bearer $KEY\" \\",
            "    -d '{\"model\": \"support\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}'",
            "  stoa serve --check gateway.yaml                    is everything in order? without serving"
        })
final class ServeCommand implements Runnable {
    private static final long LOOK_SECONDS = 1;

    private final House house;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = "gateway.yaml",
            description = "What to serve. Default: ${DEFAULT-VALUE}; stoa schema gateway explains every key.")
    private Path file = Path.of("gateway.yaml");

    @Option(names = "--check", description = "Read the file and everything that it names, say what is wrong, and end.")
    private boolean check;

    @Option(
            names = "--admin",
            paramLabel = "KEY-ID",
            description = "A key with which the console's figures may be seen from other machines; may be repeated.")
    private List<String> admins = List.of();

    @Option(names = "--json", description = "Print where it serves, and how every tier stands, as a line of JSON.")
    private boolean json;

    /** Whether it has said how every tier stands; from then on changes are news. */
    private volatile boolean told;

    ServeCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        if (check) {
            GatewayFile said = GatewayYaml.read(file);
            ServedUses _ = ServedUses.of(said);
            house.out().println(json ? "{\"file\":\"sound\"}" : file + ": sound");
            return;
        }
        Thread.ofPlatform().daemon().name("reads ahead").start(ServeCommand::readAhead);
        Optional<FileTime> read = written();
        try (RunningGateway gateway = RunningGateway.start(house, file, Set.copyOf(admins), this::changed)) {
            tell(gateway);
            told = true;
            awaitEnd(gateway, read);
        }
    }

    /**
     * Beside the reading of the files: SQLite's library and the authorities that HTTPS trusts each take a tenth of a second
     * and are needed a little later. Whoever needs them says what is wrong with them.
     */
    private static void readAhead() {
        try (Connection _ = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            SSLContext _ = SSLContext.getDefault();
        } catch (SQLException | NoSuchAlgorithmException e) {
            return;
        }
    }

    /** A route that begins or ceases to serve is news for whoever looks after the gateway. */
    private void changed(Tier tier, String use, Standing standing) {
        if (!told) {
            return;
        }
        house.err().println("stoa: " + tier.candidate() + " for " + use + ": " + sentence(standing));
    }

    private static String sentence(Standing standing) {
        return switch (standing) {
            case Standing.Live live -> "serves until " + live.expires();
            case Standing.Lapsed(String reason) -> "does not serve: " + reason;
            case Standing.Forbidden(String clause, String reason) -> "may not serve, " + clause + ": " + reason;
        };
    }

    private void tell(RunningGateway gateway) {
        if (json) {
            ObjectNode ready = JsonMapper.shared()
                    .createObjectNode()
                    .put("address", gateway.address())
                    .put("pid", ProcessHandle.current().pid());
            ArrayNode tiers = ready.putArray("tiers");
            for (LiveRoutes.Report report : gateway.report()) {
                tiers.addObject()
                        .put("candidate", report.tier().candidate())
                        .put("use", report.use())
                        .put("live", report.standing() instanceof Standing.Live)
                        .put("sentence", sentence(report.standing()));
            }
            house.out().println(ready);
        } else {
            for (LiveRoutes.Report report : gateway.report()) {
                house.out()
                        .println(report.tier().name() + " (" + report.tier().candidate() + ") for " + report.use()
                                + ": " + sentence(report.standing()));
            }
            house.out().println("serves at " + gateway.address() + " (stop with Ctrl-C; keys: stoa key create)");
        }
        house.out().flush();
    }

    private void awaitEnd(RunningGateway gateway, Optional<FileTime> began) {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            end.countDown();
            try {
                gateway.close();
            } finally {
                closed.countDown();
            }
        }));
        Optional<FileTime> read = began;
        try {
            while (!end.await(LOOK_SECONDS, TimeUnit.SECONDS)) {
                Optional<FileTime> now = written();
                if (now.isPresent() && !now.equals(read)) {
                    read = now;
                    reload(gateway);
                }
            }
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<FileTime> written() {
        try {
            return Optional.of(Files.getLastModifiedTime(file));
        } catch (IOException e) {
            // Being written, perhaps: what was read holds.
            return Optional.empty();
        }
    }

    private void reload(RunningGateway gateway) {
        try {
            gateway.reload();
            house.err().println("stoa: " + file + " was read again");
        } catch (StoaException e) {
            house.err().println("stoa: " + file + " has changed, but what was read before holds: " + e.sentence());
        }
    }
}
