package io.stoa.gateway.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.model.Digest;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gateways in processes of their own: killed at any moment, and two at once on one PostgreSQL. {@code -Dstoa.kills=100} for
 * more than the usual five kills.
 */
class PolicyProcessesTest {
    private static final int KILLS = Integer.getInteger("stoa.kills", 5);

    @TempDir
    Path folder;

    private static void prepare(String address, long limit) {
        try (PolicyStore store = PolicyStore.open(address, Map.of())) {
            store.create(Keys.plain(PolicyChild.KEY, Digest.of(PolicyChild.KEY), Instant.now()));
            store.set(new Budget(BudgetOwner.key(PolicyChild.KEY), Period.TOTAL, new Micros(limit)));
            store.set(new Budget(BudgetOwner.ALL, Period.TOTAL, new Micros(limit + 1_000)));
        }
    }

    private Process start(String address, String books, String report, long seed) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classPath(),
                        PolicyChild.class.getName(),
                        address,
                        folder.resolve(books).toString(),
                        folder.resolve(report).toString(),
                        Long.toString(seed))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("errors-" + report).toFile())
                .start();
    }

    /** Where the classes that a child needs lie, however this test was started. */
    private static String classPath() {
        return Stream.of(
                        PolicyChild.class,
                        PolicyAdmission.class,
                        Digest.class,
                        NullMarked.class,
                        org.sqlite.JDBC.class,
                        org.slf4j.LoggerFactory.class,
                        org.postgresql.Driver.class)
                .map(type ->
                        type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    private long reported(String report) throws IOException {
        Path file = folder.resolve(report);
        if (!Files.exists(file)) {
            return 0;
        }
        String text = Files.readString(file);
        // a torn last line was not spent yet
        return text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .mapToLong(Long::parseLong)
                .sum();
    }

    private static PolicyStore.Spending spending(String address, BudgetOwner owner) {
        try (PolicyStore store = PolicyStore.open(address, Map.of())) {
            return store.spending().stream()
                    .filter(each -> each.account().owner().equals(owner))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void aGatewayKilledAtAnyMomentHasNotSpentMoreThanTheStoreSays() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("PolicyProcessesTest seed " + seed);
        Random random = new Random(seed);
        String address = "sqlite:" + folder.resolve("gateway.db");
        long limit = 2_000_000L * KILLS;
        prepare(address, limit);
        int early = 0;
        int kills = 0;
        while (kills < KILLS) {
            Process child = start(address, "books", "report", random.nextLong());
            long before = reported("report");
            boolean atStart = kills % 4 == 0;
            while (!atStart && child.isAlive() && reported("report") == before) {
                Thread.sleep(2);
            }
            Thread.sleep(random.nextInt(atStart ? 900 : 300));
            int ended = child.destroyForcibly().waitFor();
            if (ended == 0) {
                // On a quick machine everything is spent before the last kill.
                assertThat(kills).isPositive();
                break;
            }
            assertThat(ended)
                    .as("it was killed, not ended; errors: %s", Files.readString(folder.resolve("errors-report")))
                    .isEqualTo(128 + 9);
            kills++;
            early += reported("report") == before ? 1 : 0;
            assertThat(reported("report")).as("seed %d", seed).isLessThanOrEqualTo(limit);
        }
        long spentBefore = reported("report");
        Process last = start(address, "books", "report", random.nextLong());
        assertThat(last.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(last.exitValue())
                .as(Files.readString(folder.resolve("errors-report")))
                .isZero();
        long truly = reported("report");
        for (BudgetOwner owner : List.of(BudgetOwner.key(PolicyChild.KEY), BudgetOwner.ALL)) {
            PolicyStore.Spending stored = spending(address, owner);
            assertThat(stored.leased()).isEqualTo(Micros.ZERO);
            assertThat(stored.spent().value())
                    .as("seed %d", seed)
                    .isGreaterThanOrEqualTo(truly)
                    .isLessThanOrEqualTo(limit);
            assertThat(stored.spent().value() - truly)
                    .as("only what ran at a kill is charged at its worst, seed %d", seed)
                    .isLessThanOrEqualTo((long) kills * PolicyChild.THREADS * PolicyChild.GREATEST);
        }
        long stored =
                spending(address, BudgetOwner.key(PolicyChild.KEY)).spent().value();
        assertThat(stored).as("usable to the last micro, seed %d", seed).isEqualTo(limit);
        try (Stream<Path> books = Files.list(folder.resolve("books"))) {
            assertThat(books).as("books of dead gateways are gone").isEmpty();
        }
        System.out.println(kills + " kills (" + early + " before anything was spent): limit " + limit + ", truly spent "
                + truly + " (" + spentBefore + " before the last start), charged " + stored);
    }

    @Test
    void twoProcessesOnOnePostgresSpendItAllAndNotMore() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder().start()) {
            String address = "postgresql://postgres@127.0.0.1:" + server.getPort() + "/postgres";
            long limit = 3_000_000;
            prepare(address, limit);
            List<Process> children = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                children.add(start(address, "books" + i, "report" + i, new Random().nextLong()));
            }
            for (Process child : children) {
                assertThat(child.waitFor(120, TimeUnit.SECONDS)).isTrue();
                assertThat(child.exitValue())
                        .as(Files.readString(folder.resolve("errors-report0")))
                        .isZero();
            }
            long one = reported("report0");
            long two = reported("report1");
            System.out.println("two processes on one PostgreSQL: " + one + " and " + two + " of " + limit);
            assertThat(one).isPositive();
            assertThat(two).isPositive();
            assertThat(one + two).isEqualTo(limit);
            assertThat(spending(address, BudgetOwner.key(PolicyChild.KEY)))
                    .isEqualTo(new PolicyStore.Spending(
                            Account.of(
                                    new Budget(BudgetOwner.key(PolicyChild.KEY), Period.TOTAL, Micros.ZERO),
                                    Clock.systemUTC().instant()),
                            new Micros(limit),
                            Micros.ZERO));
        }
    }
}
