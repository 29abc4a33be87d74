package io.stoa.integration.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
    @TempDir
    private Path folder;

    @Test
    void readsTheShippedCorpus() {
        Corpus corpus = Corpus.read(Path.of("..", "examples", "quickstart", "corpus"));

        assertThat(corpus.documents()).hasSize(199);
        assertThat(corpus.documents()).extracting(Document::id).isSorted().contains("zalebel.md");
        assertThat(corpus.documents()).allSatisfy(document -> {
            assertThat(document.title()).isNotBlank();
            assertThat(document.passage()).doesNotContain("\n", "#").startsWith(document.title());
        });
    }

    @Test
    void aDocumentIsATitleAndAText() throws IOException {
        Files.createDirectories(folder.resolve("people"));
        Files.writeString(
                folder.resolve("people").resolve("b.md"), "# Bo  \r\n\r\nBo likes\r\n  plums.\n\n## More\nYes.\n");
        Files.writeString(folder.resolve("a.md"), "no heading\n# but one later");
        Files.writeString(folder.resolve("c.md"), "# only a title");
        Files.writeString(folder.resolve("notes.txt"), "not Markdown");

        assertThat(Corpus.read(folder).documents())
                .extracting(Document::id, Document::title, Document::passage)
                .containsExactly(
                        tuple("a.md", "", "no heading # but one later"),
                        tuple("c.md", "only a title", "only a title"),
                        tuple("people/b.md", "Bo", "Bo likes plums. ## More Yes."));
    }

    @Test
    void theDigestCoversNamesAndContents() throws IOException {
        Files.writeString(folder.resolve("a.md"), "one");
        Corpus before = Corpus.read(folder);

        assertThat(Corpus.read(folder).digest()).isEqualTo(before.digest());
        Files.move(folder.resolve("a.md"), folder.resolve("b.md"));
        Corpus renamed = Corpus.read(folder);
        assertThat(renamed.digest()).isNotEqualTo(before.digest());
        Files.writeString(folder.resolve("b.md"), "one ");
        assertThat(Corpus.read(folder).digest()).isNotEqualTo(renamed.digest());
    }

    @Test
    void refusesFoldersWithoutDocuments() throws IOException {
        refuses(folder.resolve("absent"), "absent: no such folder");
        refuses(folder, "no *.md file");
        Path file = Files.writeString(folder.resolve("file.txt"), "x");
        refuses(file, "file.txt: no such folder");
    }

    @Test
    void refusesBadDocumentsByName() throws IOException {
        Path bad = folder.resolve("bad.md");
        Files.writeString(bad, "  \n");
        refuses(folder, "bad.md: has no text");
        Files.write(bad, new byte[] {'a', (byte) 0xff});
        refuses(folder, "bad.md: not UTF-8");
        Files.write(bad, new byte[(1 << 20) + 1]);
        refuses(folder, "bad.md: larger than 1.00 MiB");
        Files.delete(bad);
        Files.createSymbolicLink(bad, folder.resolve("nowhere"));
        refuses(folder, "bad.md: not a file");
    }

    private static void refuses(Path folder, String message) {
        assertThatThrownBy(() -> Corpus.read(folder))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                .hasMessageContaining(message);
    }
}
