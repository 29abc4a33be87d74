package io.stoa.gateway.policy;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * The tables, which are the same in both databases, version 1. Times are milliseconds since 1970, amounts micros; lists of
 * names are lines.
 *
 * <pre>
 * policy(id, version, revision)                       one row
 * api_key(id, digest, created, expires, revoked, use_name, team, routes, tools)
 * key_limit(key_id, route, requests, tokens, concurrency)      the empty route is all routes
 * budget(owner, period, amount)
 * spending(owner, period, window_name, spent, leased, wanted_by, wanted_until)
 * lease(gateway, owner, period, window_name, slot, held, settled, returned)
 * gateway(id, seen)
 * </pre>
 *
 * One connection and one transaction at a time: a gateway's requests are batched before they come here.
 */
abstract sealed class JdbcPolicyStore implements PolicyStore permits SqlitePolicyStore, PostgresPolicyStore {
    /** The version of the tables that this class reads and writes. */
    static final int VERSION = 1;

    /** How long a gateway that found an account empty is remembered. */
    private static final Duration WANTED = Duration.ofSeconds(1);

    private static final List<String> SCHEMA = List.of(
            "CREATE TABLE policy (id BIGINT PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL,"
                    + " revision BIGINT NOT NULL)",
            "INSERT INTO policy (id, version, revision) VALUES (1, " + VERSION + ", 0)",
            "CREATE TABLE api_key (id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, created BIGINT NOT NULL,"
                    + " expires BIGINT, revoked BIGINT, use_name TEXT, team TEXT, routes TEXT, tools TEXT)",
            "CREATE TABLE key_limit (key_id TEXT NOT NULL REFERENCES api_key (id), route TEXT NOT NULL,"
                    + " requests BIGINT, tokens BIGINT, concurrency BIGINT, PRIMARY KEY (key_id, route))",
            "CREATE TABLE budget (owner TEXT NOT NULL, period TEXT NOT NULL, amount BIGINT NOT NULL"
                    + " CHECK (amount >= 0), PRIMARY KEY (owner, period))",
            "CREATE TABLE spending (owner TEXT NOT NULL, period TEXT NOT NULL, window_name TEXT NOT NULL,"
                    + " spent BIGINT NOT NULL CHECK (spent >= 0), leased BIGINT NOT NULL CHECK (leased >= 0),"
                    + " wanted_by TEXT, wanted_until BIGINT NOT NULL, PRIMARY KEY (owner, period, window_name))",
            "CREATE TABLE lease (gateway TEXT NOT NULL, owner TEXT NOT NULL, period TEXT NOT NULL,"
                    + " window_name TEXT NOT NULL, slot BIGINT NOT NULL, held BIGINT NOT NULL CHECK (held >= 0),"
                    + " settled BIGINT NOT NULL, returned BIGINT NOT NULL,"
                    + " PRIMARY KEY (gateway, owner, period, window_name))",
            "CREATE TABLE gateway (id TEXT PRIMARY KEY, seen BIGINT NOT NULL)");

    private static final String ACCOUNT = "owner = ? AND period = ? AND window_name = ?";

    private Optional<Connection> connection;
    private boolean closed;

    JdbcPolicyStore(Connection connection) {
        this.connection = Optional.of(connection);
    }

    /** What people call it in messages; without any password. */
    abstract String name();

    /** Opens a connection whose transactions can write. */
    abstract Connection connect() throws SQLException;

    /** A statement of the schema in this database's words. */
    abstract String translated(String statement);

    /** Whether there are tables of this store. */
    abstract boolean hasTables() throws SQLException;

    /** Begins to change the schema: nobody else does so at the same time. */
    abstract void lockSchema() throws SQLException;

    /** What is added to a query of a row that is going to be changed. */
    abstract String forUpdate();

    /** Whether a refused transaction may succeed if it is tried again. */
    abstract boolean isPassing(SQLException e);

    /** What the database refused, in words. */
    abstract StoaException refusal(SQLException e);

    /** Creates the tables, or checks that they are ours. To be called once, by whoever opens. */
    final void prepare() {
        transaction(() -> {
            lockSchema();
            if (!hasTables()) {
                for (String statement : SCHEMA) {
                    execute(translated(statement));
                }
            }
            long version = number("SELECT version FROM policy WHERE id = 1");
            if (version != VERSION) {
                throw StoaException.user(name() + " has policy tables of version " + version + ", and this Stoa reads"
                        + " version " + VERSION + "; use a newer Stoa, or name another store");
            }
            return version;
        });
    }

    @Override
    public void create(ApiKey key) {
        transaction(() -> {
            if (number("SELECT count(*) FROM api_key WHERE id = ?", key.id()) > 0) {
                throw StoaException.user("there is a key named " + key.id() + " already; choose another name (names of"
                        + " revoked keys are not given again, so that records stay clear)");
            }
            update(
                    "INSERT INTO api_key (id, digest, created, expires, revoked, use_name, team, routes, tools)"
                            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    key.id(),
                    key.digest().hex(),
                    key.created().toEpochMilli(),
                    key.expires().map(Instant::toEpochMilli),
                    key.revoked().map(Instant::toEpochMilli),
                    key.use(),
                    key.team(),
                    key.routes().map(JdbcPolicyStore::lines),
                    key.tools().map(JdbcPolicyStore::lines));
            insert(key.id(), "", key.limits());
            for (Map.Entry<String, Limits> each : key.routeLimits().entrySet()) {
                insert(key.id(), each.getKey(), each.getValue());
            }
            return changed();
        });
    }

    private void insert(String key, String route, Limits limits) throws SQLException {
        if (!limits.equals(Limits.NONE)) {
            update(
                    "INSERT INTO key_limit (key_id, route, requests, tokens, concurrency) VALUES (?, ?, ?, ?, ?)",
                    key,
                    route,
                    boxed(limits.requests()),
                    boxed(limits.tokens()),
                    limits.concurrency().isPresent()
                            ? Optional.of((long) limits.concurrency().getAsInt())
                            : Optional.empty());
        }
    }

    private static Optional<Long> boxed(OptionalLong value) {
        return value.isPresent() ? Optional.of(value.getAsLong()) : Optional.empty();
    }

    private static String lines(Set<String> names) {
        return String.join("\n", names.stream().sorted().toList());
    }

    private int changed() throws SQLException {
        return update("UPDATE policy SET revision = revision + 1 WHERE id = 1");
    }

    @Override
    public boolean revoke(String id, Instant now) {
        return transaction(() -> {
            boolean done =
                    update("UPDATE api_key SET revoked = ? WHERE id = ? AND revoked IS NULL", now.toEpochMilli(), id)
                            > 0;
            return done && changed() > 0;
        });
    }

    @Override
    public Policy policy() {
        // in a transaction, so that a change in between cannot be missed: it has a later revision
        return transaction(() -> {
            long revision = number("SELECT revision FROM policy WHERE id = 1");
            Map<String, Map<String, Limits>> limits = new HashMap<>();
            rows(
                    "SELECT key_id, route, requests, tokens, concurrency FROM key_limit",
                    row -> limits.computeIfAbsent(row.getString(1), _ -> new HashMap<>())
                            .put(
                                    row.getString(2),
                                    new Limits(
                                            optional(row, 3),
                                            optional(row, 4),
                                            optional(row, 5).isPresent()
                                                    ? OptionalInt.of(Math.toIntExact(row.getLong(5)))
                                                    : OptionalInt.empty())));
            List<ApiKey> keys = rows(
                    "SELECT id, digest, created, expires, revoked, use_name, team, routes, tools FROM api_key"
                            + " ORDER BY created, id",
                    row -> key(row, limits.getOrDefault(row.getString(1), Map.of())));
            List<Budget> budgets = rows(
                    "SELECT owner, period, amount FROM budget ORDER BY owner, period",
                    row -> new Budget(
                            BudgetOwner.parse(row.getString(1)),
                            Period.of(row.getString(2)),
                            new Micros(row.getLong(3))));
            return new Policy(revision, keys, budgets);
        });
    }

    private static ApiKey key(ResultSet row, Map<String, Limits> limits) throws SQLException {
        Map<String, Limits> routes = new HashMap<>(limits);
        Limits all = Optional.ofNullable(routes.remove("")).orElse(Limits.NONE);
        return new ApiKey(
                row.getString(1),
                new Digest(row.getString(2)),
                Instant.ofEpochMilli(row.getLong(3)),
                instant(row, 4),
                instant(row, 5),
                Optional.ofNullable(row.getString(6)),
                Optional.ofNullable(row.getString(7)),
                Optional.ofNullable(row.getString(8)).map(JdbcPolicyStore::names),
                Optional.ofNullable(row.getString(9)).map(JdbcPolicyStore::names),
                all,
                routes);
    }

    private static Set<String> names(String lines) {
        return lines.isEmpty() ? Set.of() : Set.of(lines.split("\n", -1));
    }

    private static OptionalLong optional(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
    }

    private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
        OptionalLong millis = optional(row, column);
        return millis.isPresent() ? Optional.of(Instant.ofEpochMilli(millis.getAsLong())) : Optional.empty();
    }

    @Override
    public long revision() {
        return reading(() -> number("SELECT revision FROM policy WHERE id = 1"));
    }

    @Override
    public void set(Budget budget) {
        transaction(() -> {
            update(
                    "INSERT INTO budget (owner, period, amount) VALUES (?, ?, ?)"
                            + " ON CONFLICT (owner, period) DO UPDATE SET amount = excluded.amount",
                    budget.owner().toString(),
                    budget.period().word(),
                    budget.limit().value());
            return changed();
        });
    }

    @Override
    public boolean remove(BudgetOwner owner, Period period) {
        return transaction(() -> {
            boolean done =
                    update("DELETE FROM budget WHERE owner = ? AND period = ?", owner.toString(), period.word()) > 0;
            return done && changed() > 0;
        });
    }

    @Override
    public List<Spending> spending() {
        return reading(() -> rows(
                "SELECT owner, period, window_name, spent, leased FROM spending ORDER BY owner, period, window_name",
                row -> new Spending(account(row, 1), new Micros(row.getLong(4)), new Micros(row.getLong(5)))));
    }

    private static Account account(ResultSet row, int column) throws SQLException {
        return new Account(
                BudgetOwner.parse(row.getString(column)),
                Period.of(row.getString(column + 1)),
                row.getString(column + 2));
    }

    @Override
    public Presence present(String gateway, Instant now, Duration lately) {
        return transaction(() -> {
            update(
                    "INSERT INTO gateway (id, seen) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen",
                    gateway,
                    now.toEpochMilli());
            List<String> alive = rows(
                    "SELECT id FROM gateway WHERE seen > ? ORDER BY id",
                    row -> row.getString(1),
                    now.minus(lately).toEpochMilli());
            int rank = alive.indexOf(gateway);
            return rank < 0 ? Presence.ALONE : new Presence(rank, alive.size());
        });
    }

    @Override
    public List<Holding> exchange(String gateway, Instant now, List<Exchange> exchanges) {
        return transaction(() -> {
            Map<Account, Holding> holdings = new HashMap<>();
            for (Exchange each : exchanges.stream()
                    .sorted((a, b) -> a.account().compareTo(b.account()))
                    .toList()) {
                holdings.put(each.account(), exchange(gateway, now, each));
            }
            return exchanges.stream()
                    .map(each ->
                            Optional.ofNullable(holdings.get(each.account())).orElseThrow())
                    .toList();
        });
    }

    private record AccountRow(
            long spent, long leased, Optional<String> wantedBy, long wantedUntil, OptionalLong limit) {}

    private record LeaseRow(long held, long settled, long returned, int slot) {
        static final LeaseRow NONE = new LeaseRow(0, 0, 0, -1);
    }

    private Holding exchange(String gateway, Instant now, Exchange exchange) throws SQLException {
        Account account = exchange.account();
        AccountRow row = locked(account);
        Optional<LeaseRow> known = lease(gateway, account);
        if (known.isEmpty() && exchange.open()) {
            return new Holding(account, 0, row.spent(), row.leased(), free(row, row.spent(), row.leased()), true);
        }
        LeaseRow lease = known.orElse(LeaseRow.NONE);
        long others = row.leased() - lease.held();
        long settled = Math.max(0, exchange.settled() - lease.settled());
        long spent = row.spent() + settled;
        long held = Math.max(0, lease.held() - settled);
        held -= Math.min(held, Math.max(0, exchange.returned() - lease.returned()));
        long room = free(row, spent, others + held);
        boolean wantedByOther =
                row.wantedUntil() > now.toEpochMilli() && !row.wantedBy().equals(Optional.of(gateway));
        long granted = Math.min(exchange.need(), room);
        // a quarter of what is left, so that the last of the money is nobody's stock
        granted += wantedByOther ? 0 : Math.min(exchange.extra(), (room - granted) / 4);
        held += granted;
        boolean short0 = exchange.need() > room && others > 0;
        update(
                "UPDATE spending SET spent = ?, leased = ?, wanted_by = ?, wanted_until = ? WHERE " + ACCOUNT,
                spent,
                others + held,
                short0 ? Optional.of(gateway) : row.wantedBy(),
                short0 ? now.plus(WANTED).toEpochMilli() : row.wantedUntil(),
                account.owner().toString(),
                account.period().word(),
                account.window());
        if (exchange.last() && held == 0) {
            delete(gateway, account);
        } else {
            write(
                    gateway,
                    account,
                    new LeaseRow(
                            held,
                            Math.max(lease.settled(), exchange.settled()),
                            Math.max(lease.returned(), exchange.returned()),
                            exchange.slot()));
        }
        return new Holding(account, held, spent, others, free(row, spent, others + held), false);
    }

    private static long free(AccountRow row, long spent, long leased) {
        return Math.max(0, row.limit().orElse(Budget.GREATEST) - spent - leased);
    }

    private AccountRow locked(Account account) throws SQLException {
        List<AccountRow> found = select(account);
        if (found.isEmpty()) {
            update(
                    "INSERT INTO spending (owner, period, window_name, spent, leased, wanted_until)"
                            + " VALUES (?, ?, ?, 0, 0, 0) ON CONFLICT DO NOTHING",
                    account.owner().toString(),
                    account.period().word(),
                    account.window());
            found = select(account);
        }
        return found.getFirst();
    }

    private List<AccountRow> select(Account account) throws SQLException {
        return rows(
                "SELECT spent, leased, wanted_by, wanted_until, (SELECT amount FROM budget"
                        + " WHERE budget.owner = spending.owner AND budget.period = spending.period)"
                        + " FROM spending WHERE " + ACCOUNT + forUpdate(),
                row -> new AccountRow(
                        row.getLong(1),
                        row.getLong(2),
                        Optional.ofNullable(row.getString(3)),
                        row.getLong(4),
                        optional(row, 5)),
                account.owner().toString(),
                account.period().word(),
                account.window());
    }

    private Optional<LeaseRow> lease(String gateway, Account account) throws SQLException {
        return rows(
                        "SELECT held, settled, returned, slot FROM lease WHERE gateway = ? AND " + ACCOUNT,
                        row -> new LeaseRow(row.getLong(1), row.getLong(2), row.getLong(3), row.getInt(4)),
                        gateway,
                        account.owner().toString(),
                        account.period().word(),
                        account.window())
                .stream()
                .findFirst();
    }

    private void write(String gateway, Account account, LeaseRow lease) throws SQLException {
        update(
                "INSERT INTO lease (gateway, owner, period, window_name, slot, held, settled, returned)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (gateway, owner, period, window_name)"
                        + " DO UPDATE SET slot = excluded.slot, held = excluded.held, settled = excluded.settled,"
                        + " returned = excluded.returned",
                gateway,
                account.owner().toString(),
                account.period().word(),
                account.window(),
                (long) lease.slot(),
                lease.held(),
                lease.settled(),
                lease.returned());
    }

    private void delete(String gateway, Account account) throws SQLException {
        update(
                "DELETE FROM lease WHERE gateway = ? AND " + ACCOUNT,
                gateway,
                account.owner().toString(),
                account.period().word(),
                account.window());
    }

    @Override
    public List<Account> wanted(String gateway, Instant now) {
        return reading(() -> rows(
                "SELECT s.owner, s.period, s.window_name FROM spending s JOIN lease l ON l.owner = s.owner"
                        + " AND l.period = s.period AND l.window_name = s.window_name"
                        + " WHERE l.gateway = ? AND l.held > 0 AND s.wanted_until > ? AND s.wanted_by <> ?",
                row -> account(row, 1),
                gateway,
                now.toEpochMilli(),
                gateway));
    }

    @Override
    public void retire(String gateway, IntFunction<OptionalLong> taken) {
        transaction(() -> {
            end(gateway, taken);
            return gateway;
        });
    }

    private void end(String gateway, IntFunction<OptionalLong> taken) throws SQLException {
        List<Account> accounts =
                rows("SELECT owner, period, window_name FROM lease WHERE gateway = ?", row -> account(row, 1), gateway);
        for (Account account : accounts.stream().sorted().toList()) {
            AccountRow row = locked(account);
            // read after the account is locked: another may have ended it meanwhile
            Optional<LeaseRow> known = lease(gateway, account);
            if (known.isPresent()) {
                LeaseRow lease = known.get();
                OptionalLong total = lease.slot() < 0 ? OptionalLong.empty() : taken.apply(lease.slot());
                long charge = total.isPresent() ? Math.max(0, total.getAsLong() - lease.settled()) : lease.held();
                update(
                        "UPDATE spending SET spent = ?, leased = ? WHERE " + ACCOUNT,
                        row.spent() + charge,
                        row.leased() - lease.held(),
                        account.owner().toString(),
                        account.period().word(),
                        account.window());
                delete(gateway, account);
            }
        }
        update("DELETE FROM gateway WHERE id = ?", gateway);
    }

    @Override
    public int forfeit(Instant unseenSince) {
        return transaction(() -> {
            List<String> unseen = rows(
                    "SELECT id FROM gateway WHERE seen < ? ORDER BY id",
                    row -> row.getString(1),
                    unseenSince.toEpochMilli());
            for (String gateway : unseen) {
                end(gateway, _ -> OptionalLong.empty());
            }
            return unseen.size();
        });
    }

    @Override
    public synchronized void close() {
        closed = true;
        drop();
    }

    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    @FunctionalInterface
    interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    private synchronized <T> T reading(Work<T> work) {
        try {
            connected();
            return work.run();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private synchronized <T> T transaction(Work<T> work) {
        int tries = 5;
        while (true) {
            try {
                return committed(work);
            } catch (SQLException e) {
                tries--;
                if (tries == 0 || !isPassing(e)) {
                    throw failed(e);
                }
            }
        }
    }

    private <T> T committed(Work<T> work) throws SQLException {
        Connection open = connected();
        open.setAutoCommit(false);
        try {
            T result = work.run();
            open.commit();
            return result;
        } catch (SQLException | RuntimeException | Error e) {
            undo(open, e);
            throw e;
        } finally {
            if (connection.isPresent()) {
                open.setAutoCommit(true);
            }
        }
    }

    /** A connection that cannot even roll back is of no more use. */
    private void undo(Connection open, Throwable cause) {
        try {
            open.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
            drop();
        }
    }

    private Connection connected() throws SQLException {
        if (closed) {
            throw StoaException.bug(name() + " was used after it was closed");
        }
        if (connection.isEmpty()) {
            connection = Optional.of(connect());
        }
        return connection.get();
    }

    private StoaException failed(SQLException e) {
        try {
            if (connection.isPresent() && !connection.get().isValid(1)) {
                drop();
            }
        } catch (SQLException closing) {
            e.addSuppressed(closing);
            drop();
        }
        return refusal(e);
    }

    private void drop() {
        Optional<Connection> old = connection;
        connection = Optional.empty();
        if (old.isPresent()) {
            try {
                old.get().close();
            } catch (SQLException _) {
                // it was to be closed, and what cannot be closed is gone already
            }
        }
    }

    final long number(String query, Object... values) throws SQLException {
        return rows(query, row -> row.getLong(1), values).stream().findFirst().orElse(0L);
    }

    private <T> List<T> rows(String query, Row<T> row, Object... values) throws SQLException {
        try (PreparedStatement statement = prepared(query, values);
                ResultSet found = statement.executeQuery()) {
            List<T> rows = new ArrayList<>();
            while (found.next()) {
                rows.add(row.of(found));
            }
            return rows;
        }
    }

    private int update(String query, Object... values) throws SQLException {
        try (PreparedStatement statement = prepared(query, values)) {
            return statement.executeUpdate();
        }
    }

    private PreparedStatement prepared(String query, Object... values) throws SQLException {
        PreparedStatement statement = connected().prepareStatement(query);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i] instanceof Optional<?> optional ? optional.orElse(null) : values[i]);
        }
        return statement;
    }

    final void execute(String statement) throws SQLException {
        try (Statement executed = connected().createStatement()) {
            executed.execute(statement);
        }
    }
}
