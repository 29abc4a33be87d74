package io.stoa.gateway.policy;

import io.stoa.model.StoaException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * Keys and budgets in PostgreSQL, for several gateways on several machines.
 *
 * <p>The password is taken from {@code PGPASSWORD}, else from the file of passwords that PostgreSQL's own tools read
 * ({@code PGPASSFILE} or {@code ~/.pgpass}). It is never part of an address that was written on a command line, where other
 * users of the machine can read it; an address from an environment variable may have it. It is never printed.
 */
public final class PostgresPolicyStore extends JdbcPolicyStore {
    /** Any number that nobody else locks: the letters STOAPOLI. */
    private static final long SCHEMA_LOCK = 0x53544F41504F4C49L;

    /** Those of the driver's settings that name no classes or files to run. */
    private static final Set<String> SETTINGS =
            Set.of("sslmode", "sslrootcert", "connectTimeout", "socketTimeout", "currentSchema");

    private final String place;
    private final String url;
    private final Properties settings;

    private PostgresPolicyStore(String place, String url, Properties settings, Connection connection) {
        super(connection);
        this.place = place;
        this.url = url;
        this.settings = settings;
    }

    /**
     * Opens a store, and creates its tables when there are none.
     *
     * @param address {@code postgresql://USER@HOST:PORT/DATABASE?sslmode=verify-full}
     * @param environment where {@code PGPASSWORD} may be
     */
    public static PostgresPolicyStore open(String address, Map<String, String> environment) {
        URI uri = uri(address);
        String host = Optional.ofNullable(uri.getHost()).orElse("localhost");
        int port = uri.getPort() < 0 ? 5432 : uri.getPort();
        String path = Optional.ofNullable(uri.getPath()).orElse("");
        String database = path.length() > 1 ? path.substring(1) : "postgres";
        String place = "postgresql://" + host + ":" + port + "/" + database;
        Properties settings = settings(uri, environment);
        String url = "jdbc:" + place;
        PostgresPolicyStore store;
        try {
            store = new PostgresPolicyStore(place, url, settings, DriverManager.getConnection(url, settings));
        } catch (SQLException e) {
            throw refusal(place, e);
        }
        try {
            store.prepare();
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private static URI uri(String address) {
        try {
            return new URI(address);
        } catch (URISyntaxException _) {
            // without the address, which may hold a password
            throw StoaException.user("the address of the store is not of the form postgresql://USER@HOST:PORT/DATABASE;"
                    + " are there characters in it that must be written as %XX?");
        }
    }

    private static Properties settings(URI uri, Map<String, String> environment) {
        Properties settings = new Properties();
        settings.setProperty("ApplicationName", "stoa");
        settings.setProperty("connectTimeout", "5");
        settings.setProperty("socketTimeout", "10");
        settings.setProperty("tcpKeepAlive", "true");
        String[] user = Optional.ofNullable(uri.getRawUserInfo()).orElse("").split(":", 2);
        if (!user[0].isEmpty()) {
            settings.setProperty("user", decoded(user[0]));
        }
        Optional<String> password =
                user.length == 2 ? Optional.of(decoded(user[1])) : Optional.ofNullable(environment.get("PGPASSWORD"));
        password.ifPresent(secret -> settings.setProperty("password", secret));
        String query = Optional.ofNullable(uri.getRawQuery()).orElse("");
        for (String setting : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            String[] parts = setting.split("=", 2);
            if (parts.length != 2 || !SETTINGS.contains(parts[0])) {
                throw StoaException.user("the address of the store has a setting " + parts[0] + "; known are "
                        + String.join(", ", SETTINGS.stream().sorted().toList()));
            }
            settings.setProperty(parts[0], decoded(parts[1]));
        }
        return settings;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    String name() {
        return place;
    }

    @Override
    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, settings);
    }

    @Override
    String translated(String statement) {
        return statement;
    }

    @Override
    boolean hasTables() throws SQLException {
        return number("SELECT count(*) FROM pg_class WHERE oid = to_regclass('policy')") > 0;
    }

    @Override
    void lockSchema() throws SQLException {
        execute("SELECT pg_advisory_xact_lock(" + SCHEMA_LOCK + ")");
    }

    @Override
    String forUpdate() {
        return " FOR UPDATE";
    }

    /** Deadlocks and serialization failures. */
    @Override
    boolean isPassing(SQLException e) {
        return "40P01".equals(e.getSQLState()) || "40001".equals(e.getSQLState());
    }

    @Override
    StoaException refusal(SQLException e) {
        return refusal(place, e);
    }

    private static StoaException refusal(String place, SQLException e) {
        String state = Optional.ofNullable(e.getSQLState()).orElse("");
        if (state.startsWith("28")) {
            return new StoaException(
                    StoaException.Kind.USER,
                    place + " lets us not in (" + e.getMessage()
                            + "); set PGPASSWORD, and name the user in the address",
                    e);
        }
        if (state.startsWith("3D")) {
            return new StoaException(
                    StoaException.Kind.USER, place + ": " + e.getMessage() + "; create the database first", e);
        }
        boolean ours = state.startsWith("42") || state.startsWith("23") || state.startsWith("22");
        return new StoaException(
                ours ? StoaException.Kind.BUG : StoaException.Kind.RESOURCES,
                place
                        + (ours ? " refused: " : " cannot be used now: ")
                        + e.getMessage()
                        + (ours ? "" : "; is it running and reachable?"),
                e);
    }
}
