package io.stoa.integration.retrieve.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.integration.retrieve.Embedder;
import io.stoa.integration.retrieve.PassageStore;
import io.stoa.integration.retrieve.PassageStore.Query;
import io.stoa.integration.retrieve.Retriever;
import io.stoa.integration.retrieve.store.LuceneStore;
import io.stoa.integration.retrieve.store.StoreSettings;
import io.stoa.model.Bytes;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestionTest {
    private static final Limits LIMITS =
            new Limits(Bytes.mebibytes(8), 1_000_000, 100, 1_000, Duration.ofSeconds(20), Bytes.mebibytes(96));

    @TempDir
    private Path temporary;

    private Path folder;
    private PassageStore store;

    @BeforeEach
    void open() throws IOException {
        folder = Files.createDirectory(temporary.resolve("documents"));
        store = LuceneStore.toWrite(temporary.resolve("store"), StoreSettings.words());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void readsEveryFormatAndOnlyWhatChanged() throws IOException {
        write("garden.md", "# Garden\n\nThe roses are red.");
        write("sub/page.html", "<h1>Cellar</h1><p>Wine is kept here.");
        write("notes.txt", "The attic is dusty.");
        Files.write(folder.resolve("house.pdf"), Samples.pdf(List.of("The kitchen has two windows."), List.of()));
        Files.write(folder.resolve("book.docx"), Samples.docx());
        Files.write(folder.resolve("stock.xlsx"), Samples.xlsx(3));
        Files.write(folder.resolve("plan.pptx"), Samples.pptx());
        write("picture.png", "x");
        write(".hidden.md", "secret");

        Ingestion.Report first = ingest();
        assertThat(first.refused()).isEmpty();
        assertThat(first.read()).isEqualTo(7);
        assertThat(first.passed()).isEqualTo(1);
        assertThat(first.passages()).isEqualTo(store.size());
        assertThat(documentOf("red roses")).isEqualTo("garden.md");
        assertThat(documentOf("wine in the cellar")).isEqualTo("sub/page.html");
        assertThat(documentOf("kitchen windows")).isEqualTo("house.pdf");
        assertThat(documentOf("shears shelf")).isEqualTo("book.docx");
        assertThat(documentOf("part-2 pieces")).isEqualTo("stock.xlsx");
        assertThat(documentOf("point of the plan")).isEqualTo("plan.pptx");
        assertThat(store.search(Query.ofWords("secret", 1))).isEmpty();

        write("garden.md", "# Garden\n\nThe roses are white now.");
        Files.delete(folder.resolve("notes.txt"));
        Ingestion.Report second = ingest();
        assertThat(second.read()).isEqualTo(1);
        assertThat(second.unchanged()).isEqualTo(5);
        assertThat(second.removed()).isEqualTo(1);
        assertThat(documentOf("white roses")).isEqualTo("garden.md");
        assertThat(store.search(Query.ofWords("dusty attic", 1))).isEmpty();
        assertThat(store.search(Query.ofWords("red", 1))).isEmpty();
    }

    @Test
    void namesWhatItCannotReadAndGoesOn() throws IOException {
        write("good.md", "All is well.");
        write("old.doc", "x");
        Files.write(folder.resolve("locked.pdf"), Samples.encryptedPdf(false));
        Files.write(folder.resolve("bomb.docx"), Samples.zipBomb());
        Files.write(folder.resolve("huge.txt"), new byte[9 << 20]);
        Path outside = Files.writeString(temporary.resolve("outside.md"), "not meant");
        Files.createSymbolicLink(folder.resolve("link.md"), outside);
        Files.createSymbolicLink(folder.resolve("inside.md"), folder.resolve("good.md"));
        Files.createSymbolicLink(folder.resolve("loop"), folder);
        Files.createSymbolicLink(folder.resolve("broken.md"), folder.resolve("nowhere.md"));

        Ingestion.Report report = ingest();

        assertThat(report.read()).isEqualTo(1);
        assertThat(report.refused())
                .extracting(Ingestion.Refusal::document)
                .containsExactly("bomb.docx", "broken.md", "huge.txt", "link.md", "locked.pdf", "old.doc");
        assertThat(report.refused())
                .allSatisfy(
                        refusal -> assertThat(refusal.reason()).contains("; ").doesNotContain("Exception"));
        assertThat(store.documents()).containsOnlyKeys("good.md");
    }

    @Test
    void whatAnEarlierVersionSaidIsGone() throws IOException {
        write("a.txt", "plums are ripe");
        write("b.txt", "pears");
        ingest();
        Files.write(folder.resolve("a.txt"), new byte[] {'a', (byte) 0xFF});

        Ingestion.Report report = ingest();

        assertThat(report.refused()).hasSize(1);
        assertThat(store.search(Query.ofWords("plums", 1))).isEmpty();
        assertThat(store.documents()).containsOnlyKeys("b.txt");
    }

    @Test
    void anEmptyFolderDoesNotEmptyTheStore() throws IOException {
        write("a.md", "text");
        ingest();
        Files.delete(folder.resolve("a.md"));

        assertThatThrownBy(this::ingest).isInstanceOf(StoaException.class).hasMessageContaining("right folder");
        assertThat(store.documents()).hasSize(1);
        assertThatThrownBy(() -> ingest(folder.resolve("absent"))).hasMessageContaining("no such folder");
    }

    @Test
    void anotherSplitterReadsAgain() throws IOException {
        write("a.md", "text");
        ingest();
        try (Ingestion other = Ingestion.here(store, Optional.empty(), new Splitter(64, 8, TokenCount.ROUGH), LIMITS)) {
            assertThat(other.run(folder, Progress.NONE).read()).isEqualTo(1);
        }
    }

    @Test
    void progressCountsDocuments() throws IOException {
        write("a.md", "text");
        write("b.md", "text");
        List<String> heard = new ArrayList<>();
        try (Ingestion ingestion = Ingestion.here(store, Optional.empty(), Splitter.USUAL, LIMITS)) {
            ingestion.run(folder, (done, total) -> heard.add(done + "/" + total));
        }
        assertThat(heard).containsExactly("0/2", "1/2", "2/2");
    }

    @Test
    void vectorsNeedAModelOfTheStoresDimension() throws IOException {
        write("a.md", "plums plums");
        write("b.md", "pears");
        Embedder embedder = new LetterEmbedder();
        assertThatThrownBy(() -> Ingestion.here(store, Optional.of(embedder), Splitter.USUAL, LIMITS))
                .hasMessageContaining("words alone");
        try (LuceneStore vectors = LuceneStore.toWrite(
                        temporary.resolve("vectors"), StoreSettings.hybrid(embedder.dimension(), embedder.name()));
                Ingestion ingestion = Ingestion.here(vectors, Optional.of(embedder), Splitter.USUAL, LIMITS)) {
            assertThat(ingestion.run(folder, Progress.NONE).read()).isEqualTo(2);
            Retriever retriever = new Retriever(vectors, embedder);
            assertThat(retriever.find("plum", 1).getFirst().passage().document())
                    .isEqualTo("a.md");
            assertThat(retriever
                            .find(List.of("pear", "pears"), 1, Map.of())
                            .getFirst()
                            .passage()
                            .document())
                    .isEqualTo("b.md");
            assertThatThrownBy(() -> Ingestion.here(vectors, Optional.empty(), Splitter.USUAL, LIMITS))
                    .hasMessageContaining("no embedding model is named");
        }
    }

    /** How often each letter occurs. */
    private static final class LetterEmbedder implements Embedder {
        @Override
        public String name() {
            return "letters";
        }

        @Override
        public int dimension() {
            return 27;
        }

        @Override
        public List<float[]> embedPassages(List<String> texts) {
            return texts.stream().map(this::embedQuestion).toList();
        }

        @Override
        public float[] embedQuestion(String question) {
            float[] vector = new float[27];
            vector[26] = 0.01f;
            question.chars()
                    .map(Character::toLowerCase)
                    .filter(c -> c >= 'a' && c <= 'z')
                    .forEach(c -> vector[c - 'a']++);
            return vector;
        }
    }

    @Test
    void aProcessOfItsOwnReadsTheSame() throws IOException {
        write("good.md", "# T\n\nAll is well.");
        Files.write(folder.resolve("house.pdf"), Samples.pdf(List.of("The kitchen has two windows."), List.of("K")));
        Files.write(folder.resolve("book.docx"), Samples.docx());
        write("bad.txt", "a\0b");

        Ingestion.Report report;
        try (Ingestion ingestion = Ingestion.apart(store, Optional.empty(), Splitter.USUAL, LIMITS, classPath())) {
            report = ingestion.run(folder, Progress.NONE);
        }
        assertThat(report.read()).isEqualTo(3);
        assertThat(report.refused()).extracting(Ingestion.Refusal::reason).allMatch(it -> it.contains("zero bytes"));
        assertThat(ingest().unchanged()).isEqualTo(3);
        assertThat(store.search(Query.ofWords("kitchen", 1))
                        .getFirst()
                        .passage()
                        .place())
                .isEqualTo("K, page 1");
    }

    /** A sheet of a few megabytes whose texts take far more memory than the process has. */
    @Test
    void aDocumentThatTakesAllMemoryCostsTheProcessOnly() throws IOException {
        String cell = "<w:p><w:r><w:t>x</w:t></w:r></w:p>";
        StringBuilder body = new StringBuilder("<?xml version=\"1.0\"?><w:document xmlns:w="
                + "\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>");
        java.util.Random random = new java.util.Random(1);
        for (int i = 0; i < 150_000; i++) {
            body.append(cell.replace("x", Long.toString(random.nextLong(), 36)));
        }
        body.append("</w:body></w:document>");
        Files.write(
                folder.resolve("a-greedy.docx"),
                Samples.with(
                        Samples.docx(),
                        Map.of(
                                "word/document.xml",
                                body.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8))));
        write("b-good.md", "All is well.");
        Limits little =
                new Limits(Bytes.mebibytes(8), 10_000_000, 100, 1_000, Duration.ofSeconds(20), Bytes.mebibytes(32));

        try (Ingestion ingestion = Ingestion.apart(store, Optional.empty(), Splitter.USUAL, little, classPath())) {
            Ingestion.Report report = ingestion.run(folder, Progress.NONE);
            assertThat(report.refused()).hasSize(1);
            assertThat(report.refused().getFirst().reason()).contains("of memory");
            assertThat(report.read()).isEqualTo(1);
        }
    }

    /** Under a launcher that loads classes itself, the class path is not in the property. */
    private static String classPath() {
        List<String> path = new ArrayList<>(List.of(System.getProperty("java.class.path")));
        if (Thread.currentThread().getContextClassLoader() instanceof URLClassLoader loader) {
            for (URL url : loader.getURLs()) {
                path.add(url.getPath());
            }
        }
        return String.join(File.pathSeparator, path);
    }

    private String documentOf(String question) {
        return store.search(Query.ofWords(question, 1)).getFirst().passage().document();
    }

    private Ingestion.Report ingest() {
        return ingest(folder);
    }

    private Ingestion.Report ingest(Path from) {
        try (Ingestion ingestion = Ingestion.here(store, Optional.empty(), Splitter.USUAL, LIMITS)) {
            return ingestion.run(from, Progress.NONE);
        }
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
