package io.stoa.gateway.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.StoaException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresPolicyStoreTest extends PolicyStoreContract {
    private final AtomicInteger databases = new AtomicInteger();
    private EmbeddedPostgres server;
    private String name = "none";

    @BeforeAll
    void start() throws Exception {
        server = EmbeddedPostgres.builder().start();
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
    }

    /** A database of its own for each test. */
    @Override
    void prepare() {
        name = "policy" + databases.incrementAndGet();
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private String address() {
        return "postgresql://postgres@127.0.0.1:" + server.getPort() + "/" + name;
    }

    @Override
    PolicyStore open() {
        return PolicyStore.open(address(), Map.of("PGPASSWORD", "any, for it trusts us"));
    }

    @Override
    void setVersion(int version) throws Exception {
        try (Connection connection = DriverManager.getConnection(server.getJdbcUrl("postgres", name));
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE policy SET version = " + version);
        }
    }

    @Test
    void whatCannotBeReachedIsSaidWithoutThePassword() {
        assertThatThrownBy(() -> PolicyStore.open("postgresql://me:secret1@127.0.0.1:1/x", Map.of()))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("postgresql://127.0.0.1:1/x cannot be used now")
                .hasMessageNotContaining("secret1");
        assertThatThrownBy(() -> PolicyStore.open("postgresql://me:sec ret1@127.0.0.1:1/x", Map.of()))
                .isInstanceOf(StoaException.class)
                .hasMessageNotContaining("ret1");
        assertThatThrownBy(() -> PolicyStore.open(address() + "nowhere", Map.of()))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("create the database first");
        assertThatThrownBy(() -> PolicyStore.open(address() + "?socketFactory=evil.Class", Map.of()))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("has a setting socketFactory; known are connectTimeout");
    }

    @Test
    void aConnectionThatBreaksIsMadeAnew() throws Exception {
        try (PolicyStore store = open()) {
            store.set(new Budget(BudgetOwner.ALL, Period.DAY, new Micros(1)));
            try (Connection connection = server.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name
                        + "' AND pid <> pg_backend_pid()");
            }
            assertThatThrownBy(store::revision)
                    .isInstanceOfSatisfying(
                            StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.RESOURCES));
            assertThat(store.revision()).isEqualTo(1);
        }
    }
}
