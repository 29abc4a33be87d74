package io.stoa.integration.retrieve.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import io.stoa.integration.retrieve.PassageStore;
import io.stoa.integration.retrieve.PassageStore.Query;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LangChainStoreTest extends PassageStoreContract {
    @TempDir
    private Path folder;

    private InMemoryEmbeddingStore<TextSegment> vectors = new InMemoryEmbeddingStore<>();

    @Override
    PassageStore fresh() {
        vectors = new InMemoryEmbeddingStore<>();
        return again();
    }

    @Override
    PassageStore again() {
        return new LangChainStore(vectors, folder.resolve("register.json"), DIMENSION);
    }

    @Test
    void aCrashBetweenNewAndOldIsMended() throws IOException {
        try (PassageStore store = again()) {
            store.put("a.md", "old", List.of(passage("a.md", 0, "old", Map.of())), List.of(vector(1, 0, 0, 0)));
        }
        Path register = folder.resolve("register.json");
        String before = Files.readString(register);
        InMemoryEmbeddingStore<TextSegment> failing = new InMemoryEmbeddingStore<>() {
            @Override
            public void addAll(
                    List<String> ids,
                    List<dev.langchain4j.data.embedding.Embedding> embeddings,
                    List<TextSegment> segments) {
                throw new IllegalStateException("gone");
            }
        };
        try (PassageStore store = new LangChainStore(failing, register, DIMENSION)) {
            assertThatThrownBy(() -> store.put(
                            "a.md", "new", List.of(passage("a.md", 1, "new", Map.of())), List.of(vector(0, 1, 0, 0))))
                    .isInstanceOf(StoaException.class)
                    .hasMessageContaining("gone");
        }
        assertThat(Files.readString(register)).isNotEqualTo(before);
        try (PassageStore store = again()) {
            assertThat(store.documents()).isEqualTo(Map.of("a.md", "unfinished"));
            store.put("a.md", "new", List.of(passage("a.md", 1, "new", Map.of())), List.of(vector(0, 1, 0, 0)));
            assertThat(ids(store.search(new Query("", vector(1, 1, 0, 0), 5, Map.of()))))
                    .containsExactly("a.md#1");
        }
    }

    @Test
    void namesADamagedRegister() throws IOException {
        Files.writeString(folder.resolve("register.json"), "{\"a.md\"");
        assertThatThrownBy(this::again).isInstanceOf(StoaException.class).hasMessageContaining("ingest again");
    }
}
