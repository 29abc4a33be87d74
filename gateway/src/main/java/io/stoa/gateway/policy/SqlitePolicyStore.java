package io.stoa.gateway.policy;

import static java.util.Objects.requireNonNull;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;

/**
 * Keys and budgets in one SQLite file, the default: one gateway, or several on one machine. The file is its owner's
 * alone. The journal is a write-ahead log with {@code synchronous=FULL}, so a lease survives a power cut.
 */
public final class SqlitePolicyStore extends JdbcPolicyStore {
    private static final int PATIENCE_MILLIS = 10_000;

    private final Path path;

    private SqlitePolicyStore(Path path, Connection connection) {
        super(connection);
        this.path = path;
    }

    /** Opens a store, and creates it and its folder when there is none. */
    public static SqlitePolicyStore open(Path path) {
        Path file = path.toAbsolutePath();
        Path folder = requireNonNull(file.getParent(), "a store is a file in a folder");
        try {
            Files.createDirectories(folder);
            createPrivate(file);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    path + " cannot be created (" + e + "); name a store in a folder that you may write to",
                    e);
        }
        SqlitePolicyStore store;
        try {
            store = new SqlitePolicyStore(path, open(file, path));
        } catch (SQLException e) {
            throw refusal(path, e);
        }
        try {
            store.prepare();
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** SQLite gives its log the rights that the file has. */
    private static void createPrivate(Path file) throws IOException {
        try {
            if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(file);
            }
        } catch (FileAlreadyExistsException _) {
            // that is the usual case
        }
    }

    private static Connection open(Path file, Path path) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(PATIENCE_MILLIS);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        // as a URI, because in a plain name the driver takes what follows a question mark for settings
        Connection connection = config.createConnection("jdbc:sqlite:" + file.toUri());
        try (Statement statement = connection.createStatement()) {
            writeAhead(statement);
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("PRAGMA foreign_keys = ON");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw refusal(path, e);
        }
    }

    /** SQLite does not wait for other processes here, see sqlite.org/c3ref/busy_handler.html. */
    private static void writeAhead(Statement statement) throws SQLException {
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        while (true) {
            try {
                statement.execute("PRAGMA journal_mode = WAL");
                return;
            } catch (SQLException e) {
                if ((e.getErrorCode() & 0xff) != SQLiteErrorCode.SQLITE_BUSY.code || System.nanoTime() - end > 0) {
                    throw e;
                }
                LockSupport.parkNanos(5_000_000);
            }
        }
    }

    @Override
    String name() {
        return path.toString();
    }

    @Override
    Connection connect() throws SQLException {
        return open(path.toAbsolutePath(), path);
    }

    @Override
    String translated(String statement) {
        String text = statement.replace("BIGINT", "INTEGER");
        return text.startsWith("CREATE TABLE") ? text + " STRICT" : text;
    }

    @Override
    boolean hasTables() throws SQLException {
        return number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'policy'") > 0;
    }

    @Override
    void lockSchema() {
        // a transaction that may write is alone already
    }

    @Override
    String forUpdate() {
        return "";
    }

    @Override
    boolean isPassing(SQLException e) {
        return false;
    }

    @Override
    StoaException refusal(SQLException e) {
        return refusal(path, e);
    }

    private static StoaException refusal(Path path, SQLException e) {
        StoaException.Kind kind = StoaException.Kind.RESOURCES;
        String sentence = switch (SQLiteErrorCode.getErrorCode(e.getErrorCode() & 0xff)) {
            case SQLITE_FULL -> "the disk or the quota of " + path + " is full; free some space";
            case SQLITE_BUSY, SQLITE_LOCKED -> path + " is locked by another process; wait until it is done";
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH, SQLITE_CANTOPEN ->
                path + " may not be written; name a store in a folder that you may write to";
            case SQLITE_IOERR ->
                path + " cannot be read or written (" + e.getMessage() + "); check the disk that it lies on";
            case SQLITE_NOTADB -> {
                kind = StoaException.Kind.USER;
                yield path + " is not a SQLite database; name another file for the store";
            }
            case SQLITE_CORRUPT -> {
                kind = StoaException.Kind.USER;
                yield path + " is damaged (" + e.getMessage() + "); restore a copy";
            }
            default -> {
                kind = StoaException.Kind.BUG;
                yield path + ": SQLite refused: " + e.getMessage();
            }
        };
        return new StoaException(kind, sentence, e);
    }
}
