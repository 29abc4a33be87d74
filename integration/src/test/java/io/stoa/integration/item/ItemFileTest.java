package io.stoa.integration.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.Score.Stop;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ItemFileTest {
    @TempDir
    private Path folder;

    @Test
    void keepsTheFirstItemsAndKnowsHowManyThereAre() throws IOException {
        Path file = write("{\"id\":\"a\"}\r\n\n{\"id\":\"b\"}\n{\"id\":\"c\"}");

        ItemFile<ItemLine> two = ItemFile.read(file, Optional.of(2), line -> line);
        assertThat(two.items()).extracting(ItemLine::id).containsExactly("a", "b");
        assertThat(two.items().getLast()).hasToString(file + ":3");
        assertThat(two.total()).isEqualTo(3);
        assertThat(two.stop()).isEqualTo(Stop.LIMITED);
        assertThat(ItemFile.read(file, Optional.of(9), line -> line).stop()).isEqualTo(Stop.EXHAUSTED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"id\":\"a\"}~{\"id\":\"b\"|items.jsonl:2: not JSON",
                "{\"id\":\"a\"}~[1]|items.jsonl:2: not a JSON object",
                "{\"id\":\"a\"}~{\"id\":\"b\"} {}|items.jsonl:2: not JSON",
                "{\"id\":\"a\"}~{\"id\":\"b\",\"id\":\"c\"}|items.jsonl:2: not JSON: Duplicate",
                "{\"id\":\"a\"}~~{\"id\":\"a\"}|items.jsonl:3: id \"a\" is that of line 1",
                "{\"id\":7}|items.jsonl:1: needs \"id\"",
                "{\"name\":\"a\"}|items.jsonl:1: needs \"id\"",
                "~ ~|items.jsonl: holds no item"
            })
    void refusesBadLinesByNumber(String content, String message) throws IOException {
        refuses(write(content.replace('~', '\n')), message);
    }

    @Test
    void checksLinesBeyondTheLimitToo() throws IOException {
        Path file = write("{\"id\":\"a\"}\n{");

        assertThatThrownBy(() -> ItemFile.read(file, Optional.of(1), line -> line))
                .hasMessageContaining("items.jsonl:2");
    }

    @Test
    void refusesHostileFiles() throws IOException {
        refuses(folder.resolve("absent.jsonl"), "absent.jsonl: no such file");
        refuses(folder, "no such file");
        refuses(write("{\"id\":\"a\",\"x\":" + "[".repeat(100_000)), "items.jsonl:1: not JSON");
        Path binary = folder.resolve("binary.jsonl");
        Files.write(binary, new byte[] {'{', (byte) 0xc3, '}'});
        refuses(binary, "binary.jsonl: not UTF-8");
    }

    private Path write(String content) throws IOException {
        return Files.writeString(folder.resolve("items.jsonl"), content);
    }

    private static void refuses(Path file, String message) {
        assertThatThrownBy(() -> ItemFile.read(file, Optional.empty(), line -> line))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                .hasMessageContaining(message);
    }
}
