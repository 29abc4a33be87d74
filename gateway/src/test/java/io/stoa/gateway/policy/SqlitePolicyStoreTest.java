package io.stoa.gateway.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlitePolicyStoreTest extends PolicyStoreContract {
    @TempDir
    Path folder;

    @Override
    PolicyStore open() {
        return SqlitePolicyStore.open(folder.resolve("new/gateway.db"));
    }

    @Override
    void setVersion(int version) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("new/gateway.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE policy SET version = " + version);
        }
    }

    @Test
    void itsFilesAreItsOwnersAlone() throws Exception {
        try (PolicyStore store = open()) {
            store.create(Keys.plain("one", Digest.of("x"), NOW));
            for (String name : new String[] {"gateway.db", "gateway.db-wal", "gateway.db-shm"}) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(
                                folder.resolve("new").resolve(name))))
                        .as(name)
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void whatIsNoDatabaseIsRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("text.db"), "this is no database, but a text of some length\n");
        assertThatThrownBy(() -> SqlitePolicyStore.open(file))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("is not a SQLite database");
        assertThat(file).hasContent("this is no database, but a text of some length\n");
    }
}
