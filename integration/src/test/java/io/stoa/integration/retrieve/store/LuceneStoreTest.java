package io.stoa.integration.retrieve.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.integration.retrieve.Analysis;
import io.stoa.integration.retrieve.PassageStore;
import io.stoa.integration.retrieve.PassageStore.Query;
import io.stoa.model.StoaException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LuceneStoreTest extends PassageStoreContract {
    private static final StoreSettings SETTINGS = StoreSettings.hybrid(DIMENSION, "test-embedder");

    @TempDir
    private Path folder;

    @Override
    PassageStore fresh() {
        return LuceneStore.toWrite(folder.resolve("store"), SETTINGS);
    }

    @Override
    PassageStore again() {
        return LuceneStore.toWrite(folder.resolve("store"), SETTINGS);
    }

    @Test
    void aStoreOfAnotherDimensionOrModelIsRefusedByName() {
        Path other = folder.resolve("other");
        LuceneStore.toWrite(other, StoreSettings.hybrid(384, "minilm")).close();

        refuses(
                () -> LuceneStore.toWrite(other, StoreSettings.hybrid(768, "nomic")),
                "vectors of 384 numbers by minilm, not vectors of 768 numbers by nomic");
        refuses(() -> LuceneStore.toWrite(other, StoreSettings.words()), "not words alone");
        refuses(
                () -> LuceneStore.toWrite(
                        other, new StoreSettings(new Analysis(Analysis.Language.GERMAN, true, false), 384, "minilm")),
                "\"english stem stop\", not as \"german stem\"");
    }

    @Test
    void oneWritesAndOthersReadWhatIsCommitted() {
        Path shared = folder.resolve("shared");
        try (LuceneStore writing = LuceneStore.toWrite(shared, StoreSettings.words())) {
            refuses(() -> LuceneStore.toWrite(shared, StoreSettings.words()), "another program is writing");
            try (LuceneStore reading = LuceneStore.toRead(shared)) {
                writing.put("a", "x", List.of(passage("a", 0, "plums", Map.of())), List.of());
                writing.flush();
                assertThat(ids(reading.search(Query.ofWords("plum", 1)))).containsExactly("a#0");
                assertThat(reading.settings()).isEqualTo(StoreSettings.words());
                assertThatThrownBy(() -> reading.remove("a")).hasMessageContaining("opened to read");
            }
        }
    }

    @Test
    void refusesOtherFolders() throws IOException {
        refuses(() -> LuceneStore.toRead(folder.resolve("absent")), "no store of passages");
        Path used = Files.createDirectory(folder.resolve("used"));
        Files.writeString(used.resolve("letter.txt"), "x");
        refuses(() -> LuceneStore.toWrite(used, StoreSettings.words()), "not empty (letter.txt)");
        refuses(() -> LuceneStore.toWrite(used.resolve("letter.txt"), StoreSettings.words()), "a file, not a folder");
    }

    @Test
    void namesDamagedFiles() throws IOException {
        Path damaged = folder.resolve("damaged");
        try (LuceneStore store = LuceneStore.toWrite(damaged, StoreSettings.words())) {
            store.put("a", "x", List.of(passage("a", 0, "plums", Map.of())), List.of());
        }
        try (Stream<Path> files = Files.list(damaged)) {
            for (Path file : files.filter(one -> one.getFileName().toString().startsWith("_"))
                    .toList()) {
                Files.write(file, new byte[] {1, 2, 3});
            }
        }
        refuses(
                () -> {
                    try (LuceneStore store = LuceneStore.toRead(damaged)) {
                        store.search(Query.ofWords("plums", 1));
                    }
                },
                "ingest again");
    }

    /** Vectors longer than Lucene's cautious limit are written, read, merged. */
    @Test
    void keepsLongVectors() {
        Path longer = folder.resolve("longer");
        Random random = new Random(4);
        float[][] vectors = new float[40][3072];
        try (LuceneStore store = LuceneStore.toWrite(longer, StoreSettings.hybrid(3072, "long"))) {
            for (int i = 0; i < vectors.length; i++) {
                for (int j = 0; j < 3072; j++) {
                    vectors[i][j] = (float) random.nextGaussian();
                }
                store.put("d" + i, "x", List.of(passage("d" + i, 0, "t", Map.of())), List.of(vectors[i]));
                store.flush();
            }
        }
        try (LuceneStore store = LuceneStore.toRead(longer)) {
            for (int i = 0; i < vectors.length; i++) {
                assertThat(ids(store.search(new Query("", vectors[i], 1, Map.of()))))
                        .containsExactly("d" + i + "#0");
            }
        }
    }

    @Test
    void languagesAreStemmed() {
        Path german = folder.resolve("german");
        Analysis analysis = new Analysis(Analysis.Language.GERMAN, true, true);
        try (LuceneStore store = LuceneStore.toWrite(german, new StoreSettings(analysis, 0, ""))) {
            store.put("a", "x", List.of(passage("a", 0, "Die Häuser der Nachbarn", Map.of())), List.of());
            assertThat(ids(store.search(Query.ofWords("Haus des Nachbars", 1)))).containsExactly("a#0");
        }
        for (Analysis.Language language : Analysis.Language.values()) {
            for (boolean stem : new boolean[] {true, false}) {
                Analysis one = new Analysis(language, stem, !stem);
                assertThat(Analysis.of(one.toString())).isEqualTo(one);
                one.analyzer().close();
            }
        }
    }

    /** Against the formula, written out, on random collections with words of their own. */
    @Test
    void ranksWordsByTheFormula() {
        long seed = 20_261_128;
        Random random = new Random(seed);
        for (int round = 0; round < 15; round++) {
            Map<String, List<String>> texts = new HashMap<>();
            for (int i = 0; i < 2 + random.nextInt(30); i++) {
                texts.put("d%03d".formatted(i), words(random, 1 + random.nextInt(39)));
            }
            List<String> question = words(random, 1 + random.nextInt(4));
            try (LuceneStore store = LuceneStore.toWrite(folder.resolve("round" + round), StoreSettings.words())) {
                texts.forEach((id, text) ->
                        store.put(id, "x", List.of(passage(id, 0, String.join(" ", text), Map.of())), List.of()));
                List<PassageStore.Hit> hits = store.search(Query.ofWords(String.join(" ", question), 100));
                Map<String, Double> scores = scores(texts, question);
                assertThat(hits).as("seed %d round %d", seed, round).hasSize(scores.size());
                for (PassageStore.Hit hit : hits) {
                    assertThat(hit.score())
                            .as("seed %d round %d %s", seed, round, hit)
                            .isCloseTo(
                                    scores.getOrDefault(hit.passage().document(), -1.0),
                                    org.assertj.core.api.Assertions.within(1e-4));
                }
            }
        }
    }

    private static List<String> words(Random random, int count) {
        return Stream.generate(() -> "w" + random.nextInt(12)).limit(count).toList();
    }

    /** BM25 with k₁ = 0.9 and b = 0.4, without the constant factor k₁ + 1. */
    private static Map<String, Double> scores(Map<String, List<String>> texts, List<String> question) {
        double average = texts.values().stream().mapToInt(List::size).average().orElseThrow();
        Map<String, Double> scores = new HashMap<>();
        texts.forEach((id, own) -> {
            double score = 0;
            for (String word : question) {
                long containing =
                        texts.values().stream().filter(w -> w.contains(word)).count();
                double inverse = Math.log(1 + (texts.size() - containing + 0.5) / (containing + 0.5));
                double frequency = Collections.frequency(own, word);
                score += inverse * frequency / (frequency + 0.9 * (0.6 + 0.4 * own.size() / average));
            }
            if (score > 0) {
                scores.put(id, score);
            }
        });
        return scores;
    }

    /** A process that puts and flushes is killed again and again; what it said was flushed is always there, whole. */
    @Test
    void survivesBeingKilled() throws Exception {
        Path crashed = folder.resolve("crashed");
        long seed = 20_261_129;
        Random random = new Random(seed);
        Map<String, String> flushed = new HashMap<>();
        for (int round = 0; round < 4; round++) {
            Process writer = StoreWriter.start(crashed, round);
            try (BufferedReader said = writer.inputReader(StandardCharsets.UTF_8)) {
                int puts = 3 + random.nextInt(20);
                for (int i = 0; i < puts; i++) {
                    String line = said.readLine();
                    assertThat(line).as("seed %d round %d", seed, round).isNotNull();
                    flushed.put(line, Integer.toString(round));
                }
                // Through the handle, because the process itself would also close what it has said.
                writer.toHandle().destroyForcibly();
                for (String line = said.readLine(); line != null; line = said.readLine()) {
                    if (line.matches("d\\d+")) {
                        flushed.put(line, Integer.toString(round));
                    }
                }
            }
            assertThat(writer.waitFor(10, TimeUnit.SECONDS)).isTrue();
            try (LuceneStore store = LuceneStore.toWrite(crashed, StoreSettings.words())) {
                Map<String, String> there = store.documents();
                String context = "seed %d round %d".formatted(seed, round);
                flushed.forEach((document, digest) -> assertThat(Integer.parseInt(there.getOrDefault(document, "-1")))
                        .as(context)
                        .isGreaterThanOrEqualTo(Integer.parseInt(digest)));
                assertThat(store.size()).as(context).isEqualTo(2L * there.size());
                assertThat(new HashSet<>(ids(store.search(Query.ofWords("text", 10_000)))))
                        .hasSize(2 * there.size());
            }
        }
    }

    private static void refuses(Runnable call, String part) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                .hasMessageContaining(part);
    }
}
