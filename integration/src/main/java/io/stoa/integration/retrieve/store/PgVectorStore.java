package io.stoa.integration.retrieve.store;

import io.stoa.integration.retrieve.Analysis;
import io.stoa.integration.retrieve.Fusion;
import io.stoa.integration.retrieve.Fusion.Ranked;
import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore;
import io.stoa.model.StoaException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Passages in PostgreSQL with the extension pgvector (0.8 or newer): several programs may write and read at once.
 *
 * <p>Meaning is looked for by pgvector's HNSW index with the cosine, exactly where vectors have more than 2,000 numbers,
 * which that index cannot hold. Words are looked for by PostgreSQL's text search and ranked by {@code ts_rank}, divided
 * by the logarithm of the length: PostgreSQL has no BM25, so where words decide, a {@link LuceneStore} ranks better.
 *
 * <p>Three tables: {@code NAME_settings}, {@code NAME_document}, {@code NAME_passage}. A document and its passages change
 * in one transaction.
 */
public final class PgVectorStore implements PassageStore {
    /** pgvector's limit for an index over single-precision vectors. */
    private static final int LONGEST_INDEXED = 2000;

    private static final int CANDIDATES = 100;

    /** pgvector's limit of {@code hnsw.ef_search}. */
    private static final int MOST_CANDIDATES = 1000;

    private static final int IDLE_CONNECTIONS = 4;
    private static final String SECONDS_TO_CONNECT = "10";
    private static final String SECONDS_OF_SILENCE = "120";
    private static final TypeReference<TreeMap<String, String>> TEXTS = new TypeReference<>() {};

    private final String name;
    private final String url;
    private final Properties login;
    private final String tables;
    private final StoreSettings settings;
    private final String configuration;
    private final Fusion fusion;
    private final BlockingQueue<Connection> idle = new ArrayBlockingQueue<>(IDLE_CONNECTIONS);
    private final JsonMapper json = JsonMapper.shared();

    private PgVectorStore(String url, Properties login, String tables, StoreSettings settings, Fusion fusion) {
        this.url = url;
        this.login = login;
        this.tables = tables;
        this.settings = settings;
        this.fusion = fusion;
        this.name = tables + " at " + url.replaceFirst("\\?.*", "");
        Analysis analysis = settings.analysis();
        this.configuration = analysis.stem() ? analysis.language().name().toLowerCase(Locale.ROOT) : "simple";
    }

    /**
     * Opens a store, and makes its tables where there are none.
     *
     * @param url such as {@code jdbc:postgresql://db.example:5432/stoa}, without a password
     * @param user whom to log in as
     * @param password empty where the server wants none
     * @param tables what their names begin with: small letters, digits and underscores
     * @throws StoaException of kind {@code USER} when the store was made with other settings, when the server lacks
     *     pgvector or refuses the login; of kind {@code RESOURCES} when it cannot be reached
     */
    public static PgVectorStore open(String url, String user, String password, String tables, StoreSettings settings) {
        return open(url, user, password, tables, settings, Fusion.USUAL);
    }

    /** The same with another way to fuse words and meaning. */
    public static PgVectorStore open(
            String url, String user, String password, String tables, StoreSettings settings, Fusion fusion) {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw StoaException.user(url.replaceFirst("[?@].*", "…")
                    + ": not an address of PostgreSQL; write jdbc:postgresql://host:5432/database");
        }
        if (url.contains("password=")) {
            throw StoaException.user("the address of PostgreSQL holds a password; take it out, and put it into the"
                    + " environment variable that is named for it");
        }
        if (!tables.matches("[a-z_][a-z0-9_]{0,39}")) {
            throw StoaException.user(
                    tables + ": not a name for tables; use small letters, digits and underscores, at most 40");
        }
        Analysis analysis = settings.analysis();
        if (analysis.stem() != analysis.stopWords()
                || analysis.stem() == (analysis.language() == Analysis.Language.ANY)) {
            throw StoaException.user(tables + ": PostgreSQL reads words by a language with stems and stop words, or by"
                    + " none of them; not as \"" + analysis + "\"");
        }
        Properties login = new Properties();
        login.setProperty("user", user);
        login.setProperty("password", password);
        login.setProperty("connectTimeout", SECONDS_TO_CONNECT);
        login.setProperty("socketTimeout", SECONDS_OF_SILENCE);
        login.setProperty("ApplicationName", "stoa");
        PgVectorStore store = new PgVectorStore(url, login, tables, settings, fusion);
        store.in(store::make);
        return store;
    }

    private Void make(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Two that open at once would both make the tables.
            statement.execute("SELECT pg_advisory_xact_lock(hashtext('stoa passages " + tables + "'))");
            if (settings.dimension() > 0) {
                makeExtension(statement);
            }
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS " + tables + "_settings (key text PRIMARY KEY, value text NOT NULL)");
            Map<String, String> written = new TreeMap<>();
            try (ResultSet rows = statement.executeQuery("SELECT key, value FROM " + tables + "_settings")) {
                while (rows.next()) {
                    written.put(rows.getString(1), rows.getString(2));
                }
            }
            if (written.isEmpty()) {
                makeTables(connection, statement);
            } else {
                StoreSettings.of(name, written).refuseUnless(name, settings);
            }
        }
        return null;
    }

    private void makeExtension(Statement statement) throws SQLException {
        try (ResultSet there = statement.executeQuery("SELECT 1 FROM pg_extension WHERE extname = 'vector'")) {
            if (there.next()) {
                return;
            }
        }
        try {
            statement.execute("CREATE EXTENSION vector");
        } catch (SQLException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    name + ": this server has no pgvector (" + firstLine(e)
                            + "); install the extension, have an administrator say CREATE EXTENSION vector in this"
                            + " database, or use a store in a folder",
                    e);
        }
    }

    private void makeTables(Connection connection, Statement statement) throws SQLException {
        statement.execute("CREATE TABLE " + tables + "_document (id text PRIMARY KEY, digest text NOT NULL)");
        statement.execute("CREATE TABLE " + tables + "_passage (id text NOT NULL, document text NOT NULL REFERENCES "
                + tables + "_document (id) ON DELETE CASCADE, place text NOT NULL, body text NOT NULL,"
                + " metadata jsonb NOT NULL, words tsvector GENERATED ALWAYS AS (to_tsvector('" + configuration
                + "', body)) STORED"
                + (settings.dimension() > 0 ? ", vector vector(" + settings.dimension() + ") NOT NULL" : "")
                + ", PRIMARY KEY (document, id))");
        statement.execute("CREATE INDEX ON " + tables + "_passage USING gin (words)");
        statement.execute("CREATE INDEX ON " + tables + "_passage USING gin (metadata jsonb_path_ops)");
        if (settings.dimension() > 0 && settings.dimension() <= LONGEST_INDEXED) {
            statement.execute("CREATE INDEX ON " + tables + "_passage USING hnsw (vector vector_cosine_ops)");
        }
        try (PreparedStatement row = connection.prepareStatement("INSERT INTO " + tables + "_settings VALUES (?, ?)")) {
            for (Map.Entry<String, String> one : settings.written().entrySet()) {
                row.setString(1, one.getKey());
                row.setString(2, one.getValue());
                row.executeUpdate();
            }
        }
    }

    @Override
    public void put(String document, String digest, List<Passage> passages, List<float[]> vectors) {
        Asked.put(name, dimension(), document, digest, passages, vectors);
        boolean hybrid = settings.dimension() > 0;
        in(connection -> {
            try (PreparedStatement own = connection.prepareStatement("INSERT INTO " + tables
                            + "_document VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET digest = excluded.digest");
                    PreparedStatement old =
                            connection.prepareStatement("DELETE FROM " + tables + "_passage WHERE document = ?");
                    PreparedStatement row = connection.prepareStatement("INSERT INTO " + tables
                            + "_passage (id, document, place, body, metadata" + (hybrid ? ", vector" : "")
                            + ") VALUES (?, ?, ?, ?, ?::jsonb" + (hybrid ? ", ?::vector" : "") + ")")) {
                own.setString(1, document);
                own.setString(2, digest);
                own.executeUpdate();
                old.setString(1, document);
                old.executeUpdate();
                for (int i = 0; i < passages.size(); i++) {
                    Passage passage = passages.get(i);
                    row.setString(1, passage.id());
                    row.setString(2, document);
                    row.setString(3, passage.place());
                    row.setString(4, passage.text());
                    row.setString(5, json.writeValueAsString(passage.metadata()));
                    if (hybrid) {
                        row.setString(6, written(vectors.get(i)));
                    }
                    row.addBatch();
                }
                row.executeBatch();
            }
            return null;
        });
    }

    private static String written(float[] vector) {
        StringBuilder written = new StringBuilder("[");
        for (float one : Asked.unit(vector)) {
            written.append(written.length() > 1 ? "," : "").append(one);
        }
        return written.append(']').toString();
    }

    @Override
    public void remove(String document) {
        in(connection -> {
            try (PreparedStatement own =
                    connection.prepareStatement("DELETE FROM " + tables + "_document WHERE id = ?")) {
                own.setString(1, document);
                own.executeUpdate();
            }
            return null;
        });
    }

    @Override
    public Map<String, String> documents() {
        return in(connection -> {
            Map<String, String> documents = new TreeMap<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT id, digest FROM " + tables + "_document")) {
                while (rows.next()) {
                    documents.put(rows.getString(1), rows.getString(2));
                }
            }
            return documents;
        });
    }

    @Override
    public long size() {
        return in(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + tables + "_passage")) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }

    @Override
    public OptionalInt dimension() {
        return settings.vectors();
    }

    @Override
    public boolean findsWords() {
        return true;
    }

    @Override
    public List<Hit> search(Query query) {
        Asked.query(name, dimension(), true, query);
        return in(connection -> {
            boolean words = !query.text().isBlank();
            boolean meaning = query.vector().length > 0;
            int depth = words && meaning ? Math.max(CANDIDATES, query.most()) : query.most();
            Map<String, Passage> found = new HashMap<>();
            List<Ranked> byWords = words ? byWords(connection, query, depth, found) : List.of();
            List<Ranked> byMeaning = meaning ? byMeaning(connection, query, depth, found) : List.of();
            List<Ranked> best;
            if (words && meaning) {
                best = fusion.fuse(byWords, byMeaning);
            } else {
                best = words ? byWords : byMeaning;
            }
            List<Hit> hits = new ArrayList<>();
            for (Ranked one : best.subList(0, Math.min(query.most(), best.size()))) {
                Optional.ofNullable(found.get(one.id())).ifPresent(passage -> hits.add(new Hit(passage, one.score())));
            }
            return hits;
        });
    }

    /** Any word of the question may match; each is quoted, so that nothing in it is read as an operator. */
    private List<Ranked> byWords(Connection connection, Query query, int depth, Map<String, Passage> found)
            throws SQLException {
        String sql =
                "WITH asked AS (SELECT (SELECT string_agg('''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''')"
                        + " || '''', ' | ') FROM unnest(to_tsvector('" + configuration + "', ?)))::tsquery AS any_word)"
                        + " SELECT id, document, place, body, metadata, ts_rank(words, any_word, 1) AS score FROM "
                        + tables
                        + "_passage, asked WHERE words @@ any_word AND metadata @> ?::jsonb"
                        + " ORDER BY score DESC, id COLLATE \"C\" LIMIT ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, query.text());
            statement.setString(2, json.writeValueAsString(query.filter()));
            statement.setInt(3, depth);
            return ranked(statement, found);
        }
    }

    private List<Ranked> byMeaning(Connection connection, Query query, int depth, Map<String, Passage> found)
            throws SQLException {
        int candidates = Math.max(CANDIDATES, depth);
        try (Statement statement = connection.createStatement()) {
            if (candidates > MOST_CANDIDATES || settings.dimension() > LONGEST_INDEXED) {
                statement.execute("SET LOCAL enable_indexscan = off");
            } else {
                statement.execute("SET LOCAL hnsw.ef_search = " + candidates);
                // A filter must not leave fewer than there are.
                statement.execute("SET LOCAL hnsw.iterative_scan = strict_order");
            }
        }
        String sql = "SELECT id, document, place, body, metadata, 1 - distance AS score FROM (SELECT *, vector <=>"
                + " ?::vector AS distance FROM " + tables + "_passage WHERE metadata @> ?::jsonb ORDER BY vector <=>"
                + " ?::vector LIMIT ?) AS nearest ORDER BY distance, id COLLATE \"C\" LIMIT ?";
        String asked = written(query.vector());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, asked);
            statement.setString(2, json.writeValueAsString(query.filter()));
            statement.setString(3, asked);
            statement.setInt(4, candidates);
            statement.setInt(5, depth);
            return ranked(statement, found);
        }
    }

    private List<Ranked> ranked(PreparedStatement statement, Map<String, Passage> found) throws SQLException {
        List<Ranked> ranked = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                Passage passage = new Passage(
                        rows.getString(1),
                        rows.getString(2),
                        rows.getString(3),
                        rows.getString(4),
                        json.readValue(rows.getString(5), TEXTS));
                found.put(passage.id(), passage);
                ranked.add(new Ranked(passage.id(), rows.getDouble(6)));
            }
        }
        ranked.sort(Fusion.BEST_FIRST);
        return ranked;
    }

    private interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    /** One transaction; a connection on which something failed is not used again. */
    @SuppressWarnings("MustBeClosed") // kept for the next call
    private <T extends @org.jspecify.annotations.Nullable Object> T in(Work<T> work) {
        Connection connection = null;
        try {
            connection = idle.poll();
            if (connection == null) {
                connection = DriverManager.getConnection(url, login);
                connection.setAutoCommit(false);
            }
            T result = work.in(connection);
            connection.commit();
            if (!idle.offer(connection)) {
                connection.close();
            }
            return result;
        } catch (SQLException | RuntimeException e) {
            close(connection);
            throw e instanceof SQLException sql ? failure(sql) : (RuntimeException) e;
        }
    }

    private static void close(@org.jspecify.annotations.Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException _) {
                // It is of no use anyway.
            }
        }
    }

    private StoaException failure(SQLException e) {
        String state = Optional.ofNullable(e.getSQLState()).orElse("");
        if (state.startsWith("28") || state.startsWith("3D")) {
            return new StoaException(
                    StoaException.Kind.USER,
                    name + ": " + firstLine(e) + "; check the user, the password and the database's name",
                    e);
        }
        if (state.startsWith("42501")) {
            return new StoaException(
                    StoaException.Kind.USER, name + ": " + firstLine(e) + "; grant this user the tables", e);
        }
        return new StoaException(
                StoaException.Kind.RESOURCES, name + ": " + firstLine(e) + "; is the server running and reachable?", e);
    }

    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
    }

    @Override
    public void close() {
        for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
            close(connection);
        }
    }
}
