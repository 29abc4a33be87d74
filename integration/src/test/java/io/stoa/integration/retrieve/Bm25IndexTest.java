package io.stoa.integration.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class Bm25IndexTest {
    private static final Path QUICKSTART = Path.of("..", "examples", "quickstart");

    @Test
    void findsTheDocumentOfEveryShippedQuestion() throws IOException {
        JsonMapper mapper = JsonMapper.builder().build();
        int asked = 0;
        int first = 0;
        try (Bm25Index index = Bm25Index.of(Corpus.read(QUICKSTART.resolve("corpus")))) {
            for (String line : Files.readAllLines(QUICKSTART.resolve("questions.jsonl"))) {
                JsonNode question = mapper.readTree(line);
                for (JsonNode document : question.path("documents")) {
                    List<String> found =
                            ids(index.search(question.path("question").stringValue(), 2));
                    asked++;
                    first += found.getFirst().equals(document.stringValue()) ? 1 : 0;
                    assertThat(found).as(line).contains(document.stringValue());
                }
            }
        }
        assertThat(asked).isEqualTo(240);
        assertThat(first).isEqualTo(240);
    }

    @Test
    void equalScoresAreOrderedById() {
        List<String> ids = IntStream.range(0, 50).mapToObj("%02d.md"::formatted).toList();
        try (Bm25Index index = Bm25Index.of(corpus(
                ids.stream().map(id -> new Document(id, "", "the same words")).toList()))) {
            assertThat(ids(index.search("which WORDS?", 7))).isEqualTo(ids.subList(0, 7));
            assertThat(ids(index.search("words", 1000))).isEqualTo(ids);
        }
    }

    @Test
    void titlesCountAndWordsThatNobodyUsesFindNothing() {
        try (Bm25Index index =
                Bm25Index.of(corpus(List.of(new Document("a.md", "Ärger", "x y"), new Document("b.md", "", "z"))))) {
            assertThat(ids(index.search("ärger?", 5))).containsExactly("a.md");
            assertThat(index.search("unheard", 5)).isEmpty();
            assertThat(index.search("?!", 5)).isEmpty();
            assertThat(index.search("AND OR NOT a:b (\" *", 5)).isEmpty();
        }
    }

    @Test
    void refusesAQuestionOfThousandsOfWords() {
        String question =
                String.join(" ", IntStream.range(0, 2000).mapToObj(i -> "w" + i).toList());
        try (Bm25Index index = Bm25Index.of(corpus(List.of(new Document("a.md", "", "w1"))))) {
            assertThatThrownBy(() -> index.search(question, 2))
                    .isInstanceOf(StoaException.class)
                    .hasMessageContaining("1024 words");
        }
    }

    /** Against the formula, written out, on random corpora. Lucene leaves out the constant factor k₁ + 1. */
    @Test
    void ranksByTheFormula() {
        long seed = 20_261_125;
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            List<Document> documents = new ArrayList<>();
            for (int i = 0; i < 2 + random.nextInt(30); i++) {
                // Up to 40 words Lucene keeps a document's length exactly (SmallFloat.intToByte4).
                documents.add(new Document("%03d".formatted(i), "", words(random, 1 + random.nextInt(39))));
            }
            String question = words(random, 1 + random.nextInt(4));
            Map<String, Double> scores = scores(documents, question);
            try (Bm25Index index = Bm25Index.of(corpus(documents))) {
                List<String> found = ids(index.search(question, documents.size()));
                String context = "seed %d round %d: %s in %s".formatted(seed, round, question, documents);
                assertThat(found).as(context).containsExactlyInAnyOrderElementsOf(scores.keySet());
                for (int i = 1; i < found.size(); i++) {
                    double better = scores.getOrDefault(found.get(i - 1), 0.0);
                    assertThat(scores.getOrDefault(found.get(i), 0.0))
                            .as(context)
                            .isLessThanOrEqualTo(better + 1e-5);
                }
            }
        }
    }

    private static String words(Random random, int count) {
        return String.join(
                " ",
                Stream.generate(() -> "w" + random.nextInt(12)).limit(count).toList());
    }

    private static Map<String, Double> scores(List<Document> documents, String question) {
        Map<String, List<String>> words = new HashMap<>();
        documents.forEach(
                document -> words.put(document.id(), List.of(document.text().split(" ", -1))));
        double average = words.values().stream().mapToInt(List::size).average().orElseThrow();
        Map<String, Double> scores = new HashMap<>();
        words.forEach((id, own) -> {
            double score = 0;
            for (String word : question.split(" ", -1)) {
                long containing =
                        words.values().stream().filter(w -> w.contains(word)).count();
                double inverse = Math.log(1 + (words.size() - containing + 0.5) / (containing + 0.5));
                double frequency = Collections.frequency(own, word);
                score += inverse * frequency / (frequency + 1.2 * (0.25 + 0.75 * own.size() / average));
            }
            if (score > 0) {
                scores.put(id, score);
            }
        });
        return scores;
    }

    private static List<String> ids(List<Document> documents) {
        return documents.stream().map(Document::id).toList();
    }

    private static Corpus corpus(List<Document> documents) {
        return new Corpus(Path.of("memory"), documents, Digest.of("test"));
    }
}
