package io.stoa.store;

import static java.util.Objects.requireNonNull;
import static java.util.function.Predicate.not;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.sqlite.SQLiteErrorCode;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A ledger in one SQLite file.
 *
 * <p>Format, schema version 1 ({@code PRAGMA user_version}; {@code PRAGMA application_id} is {@code 0x53544F41}, "STOA"):
 *
 * <pre>
 * entry(sequence, time, kind, subject, check, inputs, body, previous, digest)
 *       one row per {@link Entry}; subject, check and inputs are NULL together; body is canonical JSON;
 *       digests are 64 hexadecimal digits
 * head(id, sequence, digest)
 *       one row: the last entry's sequence and digest, written in the same transaction; 0 and 64 zeros at first
 * </pre>
 *
 * Triggers refuse every {@code UPDATE}, {@code DELETE} and {@code REPLACE} of an entry and every step of the head but the
 * next one. They guard against accidents; the chain is what shows intent.
 *
 * <p>The journal is a write-ahead log with {@code synchronous=FULL}, so an appended entry survives a power cut (see <a
 * href="https://sqlite.org/pragma.html#pragma_synchronous">PRAGMA synchronous</a>). Two files, {@code -wal} and {@code
 * -shm}, lie beside an open ledger; a copy is made with all three, or after closing.
 */
public final class SqliteLedger implements Ledger {
    /** The version of the tables that this class reads and writes. */
    public static final int SCHEMA_VERSION = 1;

    private static final int APPLICATION_ID = 0x53544F41;
    private static final int PAGE = 256;
    /** Begins a transaction whose reads are all of one moment. */
    private static final String READ = "BEGIN DEFERRED";

    /** Begins one that waits for its turn to write before it reads, so that what it read stays true until it commits. */
    private static final String WRITE = "BEGIN IMMEDIATE";

    private static final String STARTED = "run.started";
    private static final String FINISHED = "run.finished";
    private static final String COLUMNS =
            "sequence, time, kind, subject, \"check\", inputs, body, previous, digest FROM entry ";

    private static final List<String> SCHEMA = List.of(
            """
            CREATE TABLE entry (
              sequence INTEGER PRIMARY KEY,
              time TEXT NOT NULL,
              kind TEXT NOT NULL,
              subject TEXT,
              "check" TEXT,
              inputs TEXT,
              body TEXT NOT NULL,
              previous TEXT NOT NULL,
              digest TEXT NOT NULL,
              CHECK ((subject IS NULL) = ("check" IS NULL) AND (subject IS NULL) = (inputs IS NULL))
            ) STRICT\
            """,
            "CREATE INDEX entry_by_key ON entry (subject, \"check\", inputs, sequence) WHERE subject IS NOT NULL",
            "CREATE INDEX entry_by_kind ON entry (kind, sequence)",
            """
            CREATE TABLE head (
              id INTEGER PRIMARY KEY CHECK (id = 1),
              sequence INTEGER NOT NULL,
              digest TEXT NOT NULL
            ) STRICT\
            """,
            """
            CREATE TRIGGER entry_next BEFORE INSERT ON entry
            WHEN NEW.sequence <> (SELECT sequence + 1 FROM head) OR NEW.previous <> (SELECT digest FROM head)
            BEGIN SELECT RAISE(ABORT, 'a ledger entry follows the head'); END\
            """,
            """
            CREATE TRIGGER entry_unchanged BEFORE UPDATE ON entry
            BEGIN SELECT RAISE(ABORT, 'a ledger entry is never changed'); END\
            """,
            """
            CREATE TRIGGER entry_kept BEFORE DELETE ON entry
            BEGIN SELECT RAISE(ABORT, 'a ledger entry is never deleted'); END\
            """,
            "INSERT INTO head (id, sequence, digest) VALUES (1, 0, '" + Entry.GENESIS.hex() + "')",
            """
            CREATE TRIGGER head_single BEFORE INSERT ON head
            BEGIN SELECT RAISE(ABORT, 'a ledger has one head'); END\
            """,
            """
            CREATE TRIGGER head_forward BEFORE UPDATE ON head WHEN NEW.sequence <> OLD.sequence + 1
            BEGIN SELECT RAISE(ABORT, 'the head of a ledger only moves on'); END\
            """,
            """
            CREATE TRIGGER head_kept BEFORE DELETE ON head
            BEGIN SELECT RAISE(ABORT, 'the head of a ledger is never deleted'); END\
            """,
            "PRAGMA application_id = " + APPLICATION_ID,
            "PRAGMA user_version = " + SCHEMA_VERSION);

    private final Path path;
    private final Connection connection;
    private final Clock clock;
    private final RecordJson json = new RecordJson();

    /** Takes over an open connection to a ledger, or to an empty database, which becomes one. */
    SqliteLedger(Path path, Connection connection, Clock clock, Duration patience) {
        this.path = path;
        this.connection = connection;
        this.clock = clock;
        locked(() -> {
            execute("PRAGMA busy_timeout = " + patience.toMillis());
            prepare(patience);
            return path;
        });
    }

    /**
     * Opens a ledger, and creates it and its folder when there is none. Waits up to ten seconds for other processes.
     *
     * @param path the file, such as {@code .stoa/ledger.db}
     * @param clock what time entries are given
     */
    public static SqliteLedger open(Path path, Clock clock) {
        return open(path, clock, Duration.ofSeconds(10));
    }

    static SqliteLedger open(Path path, Clock clock, Duration patience) {
        Path file = path.toAbsolutePath();
        Path folder = requireNonNull(file.getParent(), "a ledger is a file in a folder");
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    "the folder " + folder + " of the ledger cannot be created (" + e
                            + "); name a ledger in a folder that you may write to",
                    e);
        }
        Connection connection;
        try {
            // as a URI, because in a plain name the driver takes what follows a question mark for settings
            connection = DriverManager.getConnection("jdbc:sqlite:" + file.toUri());
        } catch (SQLException e) {
            throw refusal(path, e);
        }
        try {
            return new SqliteLedger(path, connection, clock, patience);
        } catch (RuntimeException e) {
            try {
                connection.close();
            } catch (SQLException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private void prepare(Duration patience) throws SQLException {
        // first, so that a database that is something else is left as it is
        boolean empty = within(READ, this::isNew);
        writeAhead(patience);
        execute("PRAGMA synchronous = FULL");
        if (empty) {
            within(WRITE, () -> {
                // another process may have been quicker
                if (isNew()) {
                    for (String statement : SCHEMA) {
                        execute(statement);
                    }
                }
                return path;
            });
        }
    }

    /**
     * Turns the write-ahead log on. Where several open a new ledger at once this is refused instead of waiting as every
     * other statement does: SQLite calls no busy handler where waiting for an exclusive lock could be a deadlock
     * (sqlite.org/c3ref/busy_handler.html).
     */
    private void writeAhead(Duration patience) throws SQLException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                execute("PRAGMA journal_mode = WAL");
                return;
            } catch (SQLException e) {
                if ((e.getErrorCode() & 0xff) != SQLiteErrorCode.SQLITE_BUSY.code || System.nanoTime() - end > 0) {
                    throw e;
                }
                LockSupport.parkNanos(5_000_000);
            }
        }
    }

    /**
     * Whether the database is empty; refuses one that is something else. Within a transaction, since another process may
     * be making the tables between two looks.
     */
    private boolean isNew() throws SQLException {
        long application = number("PRAGMA application_id");
        long version = number("PRAGMA user_version");
        if (application == APPLICATION_ID && version > SCHEMA_VERSION) {
            throw StoaException.user(path + " has ledger schema " + version + ", and this Stoa reads schemas up to "
                    + SCHEMA_VERSION + "; use a newer Stoa, or name another ledger");
        }
        if (application == APPLICATION_ID) {
            return false;
        }
        if (number("SELECT count(*) FROM sqlite_schema") > 0) {
            throw StoaException.user(
                    path + " is a SQLite database, but not a ledger of Stoa; name another file for the ledger");
        }
        return true;
    }

    @Override
    public EvidenceRef append(String kind, Record body) {
        String text = json.write(body);
        return transaction(() -> insert(kind, Optional.empty(), text)).ref();
    }

    @Override
    public Recorder recorder(long since) {
        return new Recorder() {
            @Override
            public <T extends Record> Recorded<T> once(EvidenceKey key, Class<T> type, Supplier<T> measure) {
                Optional<Entry> known = locked(() -> find(key, since));
                if (known.isPresent()) {
                    return new Recorded<>(
                            readBack(known.get(), type), known.get().ref(), true);
                }
                String body = json.write(measure.get());
                T value = survivor(body, type);
                Appended appended = transaction(() -> {
                    Optional<Entry> quicker = find(key, since);
                    return quicker.isPresent()
                            ? new Appended(quicker.get(), true)
                            : new Appended(insert(Entry.EVIDENCE, Optional.of(key), body), false);
                });
                return new Recorded<>(
                        appended.byAnother() ? readBack(appended.entry(), type) : value,
                        appended.entry().ref(),
                        appended.byAnother());
            }
        };
    }

    private record Appended(Entry entry, boolean byAnother) {}

    /** What has just been measured, as it will be read back. */
    private <T extends Record> T survivor(String body, Class<T> type) {
        try {
            return json.read(body, type);
        } catch (JacksonException e) {
            throw new StoaException(
                    StoaException.Kind.BUG,
                    type.getName() + " cannot be read back from the JSON it is written as: " + e.getOriginalMessage(),
                    e);
        }
    }

    private <T extends Record> T readBack(Entry entry, Class<T> type) {
        if (!entry.isIntact()) {
            throw StoaException.user("entry " + entry.sequence() + " of " + path
                    + " is not as it was recorded (its digest differs); verify the ledger, and name another one");
        }
        try {
            return json.read(entry.body(), type);
        } catch (JacksonException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    "entry " + entry.sequence() + " of " + path + " cannot be read as " + type.getSimpleName()
                            + ", so another version of Stoa wrote it (" + e.getOriginalMessage()
                            + "); measure afresh, or name another ledger",
                    e);
        }
    }

    private record Started(String name, String plan, boolean fresh) {}

    private record Finished(long run, JsonNode summary) {}

    @Override
    public Run begin(String name, Digest plan, boolean fresh) {
        return transaction(() -> {
            Optional<Entry> latest =
                    one("WHERE kind = ? AND body ->> '$.plan' = ? ORDER BY sequence DESC LIMIT 1", STARTED, plan.hex());
            if (latest.isPresent() && !isFinished(latest.get())) {
                Started started = readBack(latest.get(), Started.class);
                if (started.fresh() || !fresh) {
                    return run(started, plan, latest.get(), true);
                }
            }
            Started started = new Started(name, plan.hex(), fresh);
            return run(started, plan, insert(STARTED, Optional.empty(), json.write(started)), false);
        });
    }

    private boolean isFinished(Entry started) throws SQLException {
        return one("WHERE kind = ? AND body ->> '$.run' = ? LIMIT 1", FINISHED, started.sequence())
                .isPresent();
    }

    private static Run run(Started started, Digest plan, Entry entry, boolean resumed) {
        return new Run(started.name(), plan, entry.ref(), started.fresh() ? entry.sequence() : 0, resumed);
    }

    @Override
    public EvidenceRef finish(Run run, Record summary) {
        return append(FINISHED, new Finished(run.started().sequence(), json.tree(summary)));
    }

    @Override
    public Optional<EvidenceRef> head() {
        return locked(() -> one("ORDER BY sequence DESC LIMIT 1").map(Entry::ref));
    }

    @Override
    public Stream<Entry> entries(long after) {
        return Stream.iterate(
                        page(after),
                        not(List::isEmpty),
                        read -> page(read.getLast().sequence()))
                .flatMap(List::stream);
    }

    private List<Entry> page(long after) {
        return locked(() -> entries("WHERE sequence > ? ORDER BY sequence LIMIT " + PAGE, after));
    }

    @Override
    public Verification verify() {
        return verify(Optional.empty());
    }

    @Override
    public Verification verify(EvidenceRef witness) {
        return verify(Optional.of(witness));
    }

    private Verification verify(Optional<EvidenceRef> witness) {
        // one transaction, so that the entries and the head are of one moment
        return locked(() -> within(READ, () -> {
            long sequence = 0;
            Digest digest = Entry.GENESIS;
            try (PreparedStatement statement = connection.prepareStatement("SELECT " + COLUMNS + "ORDER BY sequence");
                    ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    long expected = sequence + 1;
                    if (rows.getLong(1) != expected) {
                        return new Verification.Broken(
                                expected, "entry " + expected + " is missing: entry " + rows.getLong(1) + " follows");
                    }
                    Entry entry = entry(rows);
                    if (!entry.isIntact()) {
                        return new Verification.Broken(
                                expected, "entry " + expected + " was changed: its digest is not that of its content");
                    }
                    if (!entry.previous().equals(digest)) {
                        return new Verification.Broken(
                                expected, "entry " + expected + " does not follow the entry before it");
                    }
                    Optional<String> contradiction = witness.filter(
                                    w -> w.sequence() == expected && !w.digest().equals(entry.digest()))
                            .map(w -> "entry " + expected + " is not the one that was written down elsewhere, "
                                    + w.digest());
                    if (contradiction.isPresent()) {
                        return new Verification.Broken(expected, contradiction.get());
                    }
                    sequence = expected;
                    digest = entry.digest();
                }
            } catch (IllegalArgumentException | DateTimeException e) {
                return new Verification.Broken(sequence + 1, "entry " + (sequence + 1) + " was changed: " + e);
            } catch (SQLException e) {
                if (isDamage(e)) {
                    return new Verification.Broken(sequence + 1, "the file is damaged: " + e.getMessage());
                }
                throw e;
            }
            return ended(sequence, digest, witness);
        }));
    }

    /** The chain holds as far as it goes; does it go as far as it should? */
    private Verification ended(long sequence, Digest digest, Optional<EvidenceRef> witness) throws SQLException {
        long headSequence = number("SELECT coalesce(max(sequence), -1) FROM head");
        if (headSequence > sequence || (witness.isPresent() && witness.get().sequence() > sequence)) {
            long last =
                    Math.max(headSequence, witness.map(EvidenceRef::sequence).orElse(0L));
            return new Verification.Broken(
                    sequence + 1, "the entries from " + (sequence + 1) + " to " + last + " were cut off");
        }
        if (headSequence < sequence || number("SELECT count(*) FROM head WHERE digest = ?", digest.hex()) != 1) {
            return new Verification.Broken(
                    Math.max(sequence, 1), "the head does not name entry " + sequence + ", the last one");
        }
        return new Verification.Intact(
                sequence, sequence == 0 ? Optional.empty() : Optional.of(new EvidenceRef(sequence, digest)));
    }

    @Override
    public void close() {
        locked(() -> {
            connection.close();
            return path;
        });
    }

    private Entry insert(String kind, Optional<EvidenceKey> key, String body) throws SQLException {
        Optional<Entry> last = one("ORDER BY sequence DESC LIMIT 1");
        Instant time = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Entry entry = Entry.following(
                last.map(Entry::sequence).orElse(0L) + 1,
                last.map(Entry::digest).orElse(Entry.GENESIS),
                time,
                kind,
                key,
                body);
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO entry"
                + " (sequence, time, kind, subject, \"check\", inputs, body, previous, digest)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            statement.setLong(1, entry.sequence());
            statement.setString(2, entry.time().toString());
            statement.setString(3, entry.kind());
            statement.setString(4, key.map(EvidenceKey::subject).orElse(null));
            statement.setString(5, key.map(EvidenceKey::check).orElse(null));
            statement.setString(6, key.map(k -> k.inputs().hex()).orElse(null));
            statement.setString(7, entry.body());
            statement.setString(8, entry.previous().hex());
            statement.setString(9, entry.digest().hex());
            statement.executeUpdate();
        }
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE head SET sequence = ?, digest = ? WHERE id = 1")) {
            statement.setLong(1, entry.sequence());
            statement.setString(2, entry.digest().hex());
            statement.executeUpdate();
        }
        return entry;
    }

    private Optional<Entry> find(EvidenceKey key, long since) throws SQLException {
        return one(
                "WHERE subject = ? AND \"check\" = ? AND inputs = ? AND sequence > ? ORDER BY sequence DESC LIMIT 1",
                key.subject(),
                key.check(),
                key.inputs().hex(),
                since);
    }

    private Optional<Entry> one(String condition, Object... values) throws SQLException {
        return entries(condition, values).stream().findFirst();
    }

    private List<Entry> entries(String condition, Object... values) throws SQLException {
        try (PreparedStatement statement = prepared("SELECT " + COLUMNS + condition, values);
                ResultSet rows = statement.executeQuery()) {
            List<Entry> entries = new ArrayList<>();
            while (rows.next()) {
                try {
                    entries.add(entry(rows));
                } catch (IllegalArgumentException | DateTimeException e) {
                    throw new StoaException(
                            StoaException.Kind.USER,
                            "entry " + rows.getLong(1) + " of " + path + " was changed (" + e
                                    + "); verify the ledger, and name another one",
                            e);
                }
            }
            return entries;
        }
    }

    private static Entry entry(ResultSet row) throws SQLException {
        Optional<String> subject = Optional.ofNullable(row.getString(4));
        return new Entry(
                row.getLong(1),
                Instant.parse(row.getString(2)),
                row.getString(3),
                subject.isPresent()
                        ? Optional.of(new EvidenceKey(subject.get(), row.getString(5), new Digest(row.getString(6))))
                        : Optional.empty(),
                row.getString(7),
                new Digest(row.getString(8)),
                new Digest(row.getString(9)));
    }

    private long number(String query, Object... values) throws SQLException {
        try (PreparedStatement statement = prepared(query, values);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private PreparedStatement prepared(String query, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(query);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    private void execute(String statement) throws SQLException {
        try (Statement executed = connection.createStatement()) {
            executed.execute(statement);
        }
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws SQLException;
    }

    /** One thread at a time: a connection has one transaction. */
    private <T> T locked(Work<T> work) {
        synchronized (connection) {
            try {
                return work.run();
            } catch (SQLException e) {
                throw refusal(path, e);
            }
        }
    }

    private <T> T transaction(Work<T> work) {
        return locked(() -> within(WRITE, work));
    }

    private <T> T within(String begin, Work<T> work) throws SQLException {
        execute(begin);
        try {
            T result = work.run();
            execute("COMMIT");
            return result;
        } catch (SQLException | RuntimeException | Error e) {
            try {
                execute("ROLLBACK");
            } catch (SQLException alreadyRolledBack) {
                e.addSuppressed(alreadyRolledBack);
            }
            throw e;
        }
    }

    private static boolean isDamage(SQLException e) {
        int primary = e.getErrorCode() & 0xff;
        return primary == SQLiteErrorCode.SQLITE_CORRUPT.code || primary == SQLiteErrorCode.SQLITE_NOTADB.code;
    }

    /** What SQLite refused, in words; the primary result code is the low byte (sqlite.org/rescode.html). */
    private static StoaException refusal(Path path, SQLException e) {
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(e.getErrorCode() & 0xff);
        StoaException.Kind kind = StoaException.Kind.RESOURCES;
        String sentence = switch (code) {
            case SQLITE_FULL ->
                "the disk or the quota of " + path + " is full; free some space, and run again"
                        + " (everything recorded so far is kept)";
            case SQLITE_BUSY, SQLITE_LOCKED ->
                path + " is locked by another process; wait until it is done," + " or name another ledger";
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH ->
                path + " may not be written; name a ledger in a folder that you may write to";
            case SQLITE_CANTOPEN -> path + " cannot be opened; is it a file in a folder that you may write to?";
            case SQLITE_IOERR ->
                path + " cannot be read or written (" + e.getMessage() + "); check the disk that it lies on";
            case SQLITE_NOTADB -> {
                kind = StoaException.Kind.USER;
                yield path + " is not a SQLite database; name another file for the ledger";
            }
            case SQLITE_CORRUPT -> {
                kind = StoaException.Kind.USER;
                yield path + " is damaged (" + e.getMessage() + "); restore a copy, or name another ledger";
            }
            default -> {
                kind = StoaException.Kind.BUG;
                yield path + ": SQLite refused: " + e.getMessage();
            }
        };
        return new StoaException(kind, sentence, e);
    }
}
