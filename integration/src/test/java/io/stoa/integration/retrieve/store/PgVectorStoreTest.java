package io.stoa.integration.retrieve.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stoa.integration.retrieve.PassageStore;
import io.stoa.model.StoaException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The contract in a PostgreSQL with pgvector, which no Maven artifact carries: the address of one is in the environment
 * variable {@code STOA_TEST_PGVECTOR} or the system property {@code stoa.test.pgvector}, such as
 * {@code jdbc:postgresql://127.0.0.1:5432/postgres}; user and password are both {@code postgres}.
 */
class PgVectorStoreTest extends PassageStoreContract {
    private static final Optional<String> SERVER =
            Optional.ofNullable(System.getProperty("stoa.test.pgvector", System.getenv("STOA_TEST_PGVECTOR")));

    private final String tables =
            "t" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);

    private static String server() {
        assumeThat(SERVER)
                .as("skipped: no PostgreSQL with pgvector; set STOA_TEST_PGVECTOR to its JDBC address")
                .isPresent();
        return SERVER.orElseThrow();
    }

    @Override
    PassageStore fresh() {
        return again();
    }

    @Override
    PassageStore again() {
        return open(StoreSettings.hybrid(DIMENSION, "test-embedder"));
    }

    private PassageStore open(StoreSettings settings) {
        return PgVectorStore.open(server(), "postgres", "postgres", tables, settings);
    }

    @AfterEach
    void drop() throws SQLException {
        if (SERVER.isPresent()) {
            try (Connection connection = DriverManager.getConnection(SERVER.get(), "postgres", "postgres");
                    Statement statement = connection.createStatement()) {
                for (String table : new String[] {"_passage", "_document", "_settings"}) {
                    statement.execute("DROP TABLE IF EXISTS " + tables + table);
                }
            }
        }
    }

    @Test
    void aStoreOfAnotherDimensionIsRefusedByName() {
        assertThatThrownBy(() -> open(StoreSettings.hybrid(8, "test-embedder")))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                .hasMessageContaining("vectors of 4 numbers by test-embedder, not vectors of 8");
    }

    @Test
    void severalMayWriteAtOnce() {
        try (PassageStore one = again();
                PassageStore other = again()) {
            one.put("a", "1", java.util.List.of(), java.util.List.of());
            other.put("a", "2", java.util.List.of(), java.util.List.of());
            assertThat(one.documents()).containsEntry("a", "2");
        }
    }
}
