package io.stoa.integration.retrieve.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.integration.retrieve.PassageStore;
import io.stoa.integration.retrieve.PassageStore.Query;
import io.stoa.model.StoaException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What needs no pgvector: a real server without it, and none at all. */
class PgVectorRefusalTest {
    @Test
    void aServerWithoutTheExtensionHoldsWordsOnly() throws IOException {
        try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
            String url = server.getJdbcUrl("postgres", "postgres").replaceFirst("\\?.*", "");
            refuses(
                    () -> PgVectorStore.open(url, "postgres", "", "t", StoreSettings.hybrid(4, "m")),
                    StoaException.Kind.USER,
                    "CREATE EXTENSION vector");
            refuses(
                    () -> PgVectorStore.open(
                            url.replace("/postgres", "/other"), "postgres", "", "t", StoreSettings.words()),
                    StoaException.Kind.USER,
                    "database's name");
            try (PassageStore store = PgVectorStore.open(url, "postgres", "", "t", StoreSettings.words())) {
                store.put(
                        "a",
                        "x",
                        List.of(PassageStoreContract.passage("a", 0, "It's ripe\\ plums", Map.of("k", "v"))),
                        List.of());
                for (String question : List.of("plum", "it's plums", "ripe\\", "a:b & plum | !x <-> ('plums')")) {
                    assertThat(store.search(new Query(question, new float[0], 5, Map.of("k", "v"))))
                            .as(question)
                            .hasSize(1);
                }
                assertThat(store.search(Query.ofWords("the", 5))).isEmpty();
                assertThat(store.search(Query.ofWords("zebra", 5))).isEmpty();
                assertThat(store.dimension()).isEmpty();
                store.remove("a");
                assertThat(store.size()).isZero();
            }
        }
    }

    @Test
    void namesWhatIsWrong() {
        refuses(
                () -> PgVectorStore.open("jdbc:postgresql://127.0.0.1:1/x", "u", "secret", "t", StoreSettings.words()),
                StoaException.Kind.RESOURCES,
                "reachable");
        refuses(
                () -> PgVectorStore.open("jdbc:mysql://h/x", "u", "", "t", StoreSettings.words()),
                StoaException.Kind.USER,
                "jdbc:postgresql://");
        refuses(
                () -> PgVectorStore.open("jdbc:postgresql://h/x?password=secret", "u", "", "t", StoreSettings.words()),
                StoaException.Kind.USER,
                "take it out");
        refuses(
                () -> PgVectorStore.open("jdbc:postgresql://h/x", "u", "", "t; DROP", StoreSettings.words()),
                StoaException.Kind.USER,
                "small letters");
    }

    private static void refuses(ThrowingCallable call, StoaException.Kind kind, String part) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(part)
                .hasMessageNotContaining("secret");
    }
}
