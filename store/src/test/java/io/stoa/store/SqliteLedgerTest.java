package io.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteLedgerTest extends LedgerContractTest {
    @TempDir
    Path folder;

    Path path() {
        // a name in which a careless URL would see settings, a fragment and an escape
        return folder.resolve("deep/er/led ger?cache=no#1%41.db");
    }

    @Override
    Ledger open() {
        return SqliteLedger.open(path(), CLOCK);
    }

    /** What someone with a SQLite shell does. */
    void meddle(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path().toUri());
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    void meddleWithoutTriggers(String... statements) throws SQLException {
        meddle(
                "DROP TRIGGER entry_next",
                "DROP TRIGGER entry_unchanged",
                "DROP TRIGGER entry_kept",
                "DROP TRIGGER head_forward");
        meddle(statements);
    }

    void appendFive() {
        for (int i = 1; i <= 5; i++) {
            ledger.append("note", new Small(i));
        }
    }

    @Test
    void itLiesWhereItWasAskedTo() {
        assertThat(path()).isRegularFile();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE entry SET body = '{}' WHERE sequence = 2",
                "DELETE FROM entry WHERE sequence = 5",
                "DELETE FROM entry",
                "INSERT OR REPLACE INTO entry SELECT 2, time, kind, subject, \"check\", inputs, '{}', previous, digest FROM entry WHERE sequence = 2",
                "INSERT INTO entry SELECT 9, time, kind, subject, \"check\", inputs, body, previous, digest FROM entry WHERE sequence = 2",
                "UPDATE head SET sequence = 3",
                "DELETE FROM head",
                "INSERT OR REPLACE INTO head VALUES (1, 3, '')"
            })
    void triggersRefuseEveryChange(String statement) {
        appendFive();
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> meddle(statement))
                .withMessageContaining("ledger");
        assertThat(ledger.verify())
                .isInstanceOfSatisfying(
                        Verification.Intact.class,
                        intact -> assertThat(intact.entries()).isEqualTo(5));
    }

    void assertBroken(long sequence, String what) {
        assertThat(ledger.verify()).isInstanceOfSatisfying(Verification.Broken.class, broken -> {
            assertThat(broken.what()).contains(what);
            assertThat(broken.sequence()).isEqualTo(sequence);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "body = '{\"value\":4}'",
                "body = '{ \"value\":3}'",
                "time = '2026-11-24T10:15:30.124Z'",
                "time = 'yesterday'",
                "kind = 'evidence'",
                "subject = 's', \"check\" = 'c', inputs = previous",
                "previous = digest",
                "digest = previous",
                "digest = 'none'"
            })
    void findsAnEdit(String change) throws SQLException {
        appendFive();
        meddleWithoutTriggers("UPDATE entry SET " + change + " WHERE sequence = 3");
        assertBroken(3, "entry 3 was changed");
    }

    @Test
    void findsAnEditWithItsDigestMadeAnew() throws SQLException {
        appendFive();
        Entry old = ledger.entries(2).findFirst().orElseThrow();
        Entry forged = Entry.following(3, old.previous(), old.time(), old.kind(), old.key(), "{\"value\":4}");
        meddleWithoutTriggers("UPDATE entry SET body = '" + forged.body() + "', digest = '"
                + forged.digest().hex() + "' WHERE sequence = 3");
        assertBroken(4, "does not follow");
    }

    @Test
    void findsAHole() throws SQLException {
        appendFive();
        meddleWithoutTriggers("DELETE FROM entry WHERE sequence = 2");
        assertBroken(2, "entry 2 is missing");
    }

    @Test
    void findsAHoleThatWasClosed() throws SQLException {
        appendFive();
        meddleWithoutTriggers(
                "DELETE FROM entry WHERE sequence = 2",
                "UPDATE entry SET sequence = 2 WHERE sequence = 3",
                "UPDATE entry SET sequence = 3 WHERE sequence = 4",
                "UPDATE entry SET sequence = 4 WHERE sequence = 5");
        assertBroken(2, "entry 2 was changed");
    }

    @Test
    void findsTwoThatChangedPlaces() throws SQLException {
        appendFive();
        meddleWithoutTriggers(
                "UPDATE entry SET sequence = 99 WHERE sequence = 2",
                "UPDATE entry SET sequence = 2 WHERE sequence = 4",
                "UPDATE entry SET sequence = 4 WHERE sequence = 99");
        assertBroken(2, "entry 2 was changed");
    }

    @Test
    void findsAnEndThatWasCutOff() throws SQLException {
        appendFive();
        meddleWithoutTriggers("DELETE FROM entry WHERE sequence > 3");
        assertBroken(4, "from 4 to 5 were cut off");
        meddle("DROP TRIGGER head_kept", "DELETE FROM head");
        assertBroken(3, "head");
    }

    @Test
    void aCutWithAMatchingHeadShowsOnlyAgainstAWitness() throws SQLException {
        appendFive();
        EvidenceRef witness = ledger.head().orElseThrow();
        meddleWithoutTriggers(
                "DELETE FROM entry WHERE sequence > 3",
                "UPDATE head SET sequence = 3, digest = (SELECT digest FROM entry WHERE sequence = 3)");
        assertThat(ledger.verify()).isInstanceOf(Verification.Intact.class);
        assertThat(ledger.verify(witness))
                .isEqualTo(new Verification.Broken(4, "the entries from 4 to 5 were cut off"));
        assertThat(ledger.verify(new EvidenceRef(2, Digest.of("another history"))))
                .isInstanceOfSatisfying(
                        Verification.Broken.class,
                        broken -> assertThat(broken.sequence()).isEqualTo(2));
    }

    @Test
    void editedEvidenceIsNotReused() throws SQLException {
        ledger.recorder(0).once(key("c"), Small.class, () -> new Small(1));
        meddleWithoutTriggers("UPDATE entry SET body = '{\"value\":2}'");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> ledger.recorder(0).once(key("c"), Small.class, () -> new Small(3)))
                .withMessageContaining("entry 1 of " + path())
                .matches(e -> e.kind() == StoaException.Kind.USER);
    }

    @Test
    void aFileThatIsNoDatabaseIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("notes.txt"), "These are notes, not a database.\n".repeat(100));
        assertRefused(file, StoaException.Kind.USER, file + " is", "not a SQLite database");
        assertThat(file).content().startsWith("These are notes");
    }

    @Test
    void anotherDatabaseIsRefusedAndLeftAlone() throws SQLException {
        Path file = folder.resolve("other.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE invoice (amount INTEGER)");
        }
        assertRefused(file, StoaException.Kind.USER, file + " is", "not a ledger of Stoa");
    }

    @Test
    void aNewerLedgerIsRefused() throws SQLException {
        ledger.close();
        meddle("PRAGMA user_version = 2");
        assertRefused(path(), StoaException.Kind.USER, path().toString(), "use a newer Stoa");
    }

    @Test
    void aFolderIsRefused() {
        assertRefused(folder, StoaException.Kind.RESOURCES, folder + " cannot be opened");
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertRefused(
                file.resolve("ledger.db"),
                StoaException.Kind.RESOURCES,
                "folder " + file,
                "name a ledger in a folder that you may write to");
    }

    @Test
    void aReadOnlyFolderIsNamed() {
        Path readOnly = Path.of("/proc/self/fdinfo");
        assumeThat(Files.isDirectory(readOnly))
                .as("only Linux has a folder that not even root may write to")
                .isTrue();
        assertRefused(
                readOnly.resolve("ledger.db"),
                StoaException.Kind.RESOURCES,
                readOnly.toString(),
                "that you may write to");
    }

    @Test
    void anEmptyFileBecomesALedger() throws IOException {
        Path file = Files.createFile(folder.resolve("empty.db"));
        try (Ledger empty = SqliteLedger.open(file, CLOCK)) {
            assertThat(empty.append("note", new Small(1)).sequence()).isEqualTo(1);
        }
    }

    @Test
    void aTornFileIsRefusedOrShownBroken() throws IOException {
        for (int i = 0; i < 50; i++) {
            ledger.append("note", new Small(i));
        }
        ledger.close();
        Path torn = Files.copy(path(), folder.resolve("torn.db"), StandardCopyOption.REPLACE_EXISTING);
        byte[] bytes = Files.readAllBytes(torn);
        Files.write(torn, Arrays.copyOf(bytes, bytes.length / 2));
        try (Ledger half = SqliteLedger.open(torn, CLOCK)) {
            assertThat(half.verify()).isInstanceOf(Verification.Broken.class);
        } catch (StoaException e) {
            assertThat(e).hasMessageContaining(torn + " is damaged").matches(s -> e.kind() == StoaException.Kind.USER);
        }
    }

    @Test
    void aLockedLedgerIsNamedAndNothingIsLost() throws SQLException {
        ledger.append("note", new Small(1));
        try (SqliteLedger impatient = SqliteLedger.open(path(), CLOCK, Duration.ofMillis(50));
                Connection other = DriverManager.getConnection("jdbc:sqlite:" + path().toUri());
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            assertThatExceptionOfType(StoaException.class)
                    .isThrownBy(() -> impatient.append("note", new Small(2)))
                    .withMessageContaining(path() + " is locked by another process")
                    .matches(e -> e.kind() == StoaException.Kind.RESOURCES);
            assertThat(impatient.head()).isPresent();
            statement.execute("COMMIT");
            assertThat(impatient.append("note", new Small(2)).sequence()).isEqualTo(2);
        }
    }

    @Test
    void aFullDiskIsNamedAndWhatWasRecordedIsKept() throws SQLException {
        Path file = folder.resolve("full.db");
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (SqliteLedger full = new SqliteLedger(file, connection, CLOCK, Duration.ZERO);
                Statement statement = connection.createStatement()) {
            full.append("note", new Small(1));
            statement.execute("PRAGMA max_page_count = 14");
            assertThatExceptionOfType(StoaException.class)
                    .isThrownBy(() -> {
                        for (int i = 0; i < 1000; i++) {
                            full.append("note", new Item("x".repeat(2000), i, true));
                        }
                    })
                    .withMessageContaining(file.toString())
                    .withMessageContaining("is full; free some space")
                    .matches(e -> e.kind() == StoaException.Kind.RESOURCES);
            assertThat(full.verify()).isInstanceOf(Verification.Intact.class);
            statement.execute("PRAGMA max_page_count = 1000");
            assertThat(full.append("note", new Small(2)).sequence()).isGreaterThan(1);
            assertThat(full.verify()).isInstanceOf(Verification.Intact.class);
        }
    }

    /** The message holds every part, such as the culprit and the next step. */
    private static void assertRefused(Path file, StoaException.Kind kind, String... parts) {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() ->
                        SqliteLedger.open(file, CLOCK, Duration.ofMillis(50)).close())
                .satisfies(e -> assertThat(e.sentence()).contains(parts))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void manyThatOpenANewLedgerAtOnceShareIt() throws Exception {
        for (int round = 0; round < 20; round++) {
            Path file = folder.resolve("round" + round + ".db");
            CountDownLatch start = new CountDownLatch(1);
            try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
                List<Future<EvidenceRef>> appended = IntStream.range(0, 4)
                        .mapToObj(i -> threads.submit(() -> {
                            start.await();
                            try (Ledger each = SqliteLedger.open(file, CLOCK)) {
                                return each.append("note", new Small(i));
                            }
                        }))
                        .toList();
                start.countDown();
                for (Future<EvidenceRef> each : appended) {
                    each.get();
                }
            }
            try (Ledger shared = SqliteLedger.open(file, CLOCK)) {
                assertThat(shared.verify())
                        .isInstanceOfSatisfying(
                                Verification.Intact.class,
                                intact -> assertThat(intact.entries()).isEqualTo(4));
            }
        }
    }

    /** Not a limit, but a figure to see: what an append and a verification cost on this machine. */
    @Test
    void saysHowFastItIs() {
        int appends = 500;
        long before = System.nanoTime();
        for (int i = 0; i < appends; i++) {
            ledger.append("note", new Item("x".repeat(200), i, true));
        }
        long appended = System.nanoTime();
        assertThat(ledger.verify()).isInstanceOf(Verification.Intact.class);
        System.out.printf(
                "an append takes %.0f µs, verifying an entry %.0f µs%n",
                (appended - before) / 1e3 / appends, (System.nanoTime() - appended) / 1e3 / appends);
    }

    @Test
    void theTablesAreWhatTheDocumentationSays() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path().toUri());
                Statement statement = connection.createStatement();
                var mode = statement.executeQuery("PRAGMA journal_mode")) {
            assertThat(mode.getString(1)).isEqualTo("wal");
        }
        assertThat(List.of(SqliteLedger.SCHEMA_VERSION, Entry.DOCUMENT_VERSION)).containsExactly(1, 1);
    }
}
