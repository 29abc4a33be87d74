package io.stoa.integration.retrieve.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore;
import io.stoa.integration.retrieve.PassageStore.Hit;
import io.stoa.integration.retrieve.PassageStore.Query;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds for every store, of words or of vectors of four numbers. */
abstract class PassageStoreContract {
    static final int DIMENSION = 4;

    private PassageStore store;

    /** An empty store that is not opened elsewhere; vectors have {@value #DIMENSION} numbers. */
    abstract PassageStore fresh() throws Exception;

    /** The same store again, after it was closed. */
    abstract PassageStore again() throws Exception;

    @BeforeEach
    void open() throws Exception {
        store = fresh();
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(store.documents()).isEmpty();
        assertThat(store.size()).isZero();
        assertThat(store.search(meaning(5, 1, 0, 0, 0))).isEmpty();
        store.remove("nothing.md");
        assertThat(store.dimension()).hasValue(DIMENSION);
    }

    @Test
    void findsWhatWasPutByMeaning() {
        put("a.md", "one", passage("a.md", 0, "plums", Map.of()), vector(1, 0, 0, 0));
        put("b.md", "two", passage("b.md", 0, "pears", Map.of("kind", "fruit", "page", "7")), vector(0, 3, 0, 0));
        put("c.md", "three", passage("c.md", 0, "peas", Map.of()), vector(-1, 0, 0, 0));

        List<Hit> hits = store.search(meaning(2, 0.1f, 1, 0, 0));

        assertThat(hits).hasSize(2);
        assertThat(hits.getFirst().passage())
                .isEqualTo(new Passage("b.md#0", "b.md", "page 0", "pears", Map.of("kind", "fruit", "page", "7")));
        assertThat(hits.getFirst().score()).isCloseTo(1 / Math.sqrt(1.01), within(1e-3));
        assertThat(hits.getLast().passage().id()).isEqualTo("a.md#0");
        assertThat(store.size()).isEqualTo(3);
    }

    @Test
    void findsWhatWasPutByWords() {
        assumeThat(store.findsWords()).as("this store finds words").isTrue();
        put("a.md", "one", passage("a.md", 0, "The plums are ripe in August.", Map.of()), vector(1, 0, 0, 0));
        put("b.md", "two", passage("b.md", 0, "The pears are ripe in October.", Map.of()), vector(0, 1, 0, 0));
        put("c.md", "three", passage("c.md", 0, "Cats sleep.", Map.of()), vector(0, 0, 1, 0));

        assertThat(ids(store.search(Query.ofWords("When is a PLUM ripe?", 5)))).containsExactly("a.md#0", "b.md#0");
        assertThat(ids(store.search(Query.ofWords("sleeping cat", 5)))).containsExactly("c.md#0");
        assertThat(store.search(Query.ofWords("zebra", 5))).isEmpty();
        assertThat(store.search(Query.ofWords("?! the", 5))).isEmpty();
        assertThat(store.search(Query.ofWords("AND OR NOT a:b (\" * ' & | ! <-> \\", 5)))
                .isEmpty();
    }

    @Test
    void findsByWordsAndMeaningTogether() {
        assumeThat(store.findsWords()).as("this store finds words").isTrue();
        put("a.md", "1", passage("a.md", 0, "apple trees", Map.of()), vector(0, 1, 0, 0));
        put("b.md", "2", passage("b.md", 0, "apple cake", Map.of()), vector(1, 0.1f, 0, 0));
        put("c.md", "3", passage("c.md", 0, "sweets", Map.of()), vector(1, 0, 0, 0));

        List<Hit> hits = store.search(new Query("cake of apples", vector(1, 0, 0, 0), 3, Map.of()));

        assertThat(ids(hits)).hasSize(3).startsWith("b.md#0");
        assertThat(hits)
                .isSortedAccordingTo(Comparator.comparingDouble(Hit::score).reversed());
    }

    @Test
    void aDocumentIsReplacedAsAWhole() {
        store.put(
                "a.md",
                "old",
                List.of(passage("a.md", 0, "first", Map.of()), passage("a.md", 1, "second", Map.of())),
                List.of(vector(1, 0, 0, 0), vector(0, 1, 0, 0)));
        put("a.md", "new", passage("a.md", 2, "third", Map.of()), vector(0, 0, 1, 0));

        assertThat(ids(store.search(meaning(5, 1, 1, 1, 0)))).containsExactly("a.md#2");
        assertThat(store.documents()).isEqualTo(Map.of("a.md", "new"));
        assertThat(store.size()).isEqualTo(1);
        if (store.findsWords()) {
            assertThat(store.search(Query.ofWords("first second", 5))).isEmpty();
        }
    }

    @Test
    void removesOneDocumentOnly() {
        put("a.md", "one", passage("a.md", 0, "plums", Map.of()), vector(1, 0, 0, 0));
        put("a.md/b", "two", passage("a.md/b", 0, "plums", Map.of()), vector(1, 0, 0, 0));
        store.remove("a.md");

        assertThat(ids(store.search(meaning(5, 1, 0, 0, 0)))).containsExactly("a.md/b#0");
        assertThat(store.documents()).isEqualTo(Map.of("a.md/b", "two"));
    }

    @Test
    void aDocumentWithoutPassagesIsKnownToo() {
        store.put("empty.md", "nothing", List.of(), List.of());

        assertThat(store.documents()).isEqualTo(Map.of("empty.md", "nothing"));
        assertThat(store.size()).isZero();
    }

    @Test
    void filtersByAllMetadata() {
        for (int i = 0; i < 60; i++) {
            put(
                    "d" + i,
                    "x",
                    passage("d" + i, 0, "same words", Map.of("team", i % 2 == 0 ? "red" : "blue", "n", "" + i % 3)),
                    vector(1, i, 0, 0));
        }
        put("odd", "x", passage("odd", 0, "same words", Map.of("te", "am\u0001red")), vector(1, 0, 0, 0));

        List<Hit> hits = store.search(new Query("", vector(1, 0, 0, 0), 100, Map.of("team", "blue", "n", "1")));
        assertThat(hits)
                .hasSize(10)
                .allSatisfy(hit -> assertThat(hit.passage().metadata())
                        .containsEntry("team", "blue")
                        .containsEntry("n", "1"));
        assertThat(store.search(new Query("", vector(1, 0, 0, 0), 5, Map.of("team", "green"))))
                .isEmpty();
        if (store.findsWords()) {
            assertThat(store.search(new Query("words", new float[0], 100, Map.of("team", "red"))))
                    .hasSize(30);
            assertThat(store.search(new Query("words", vector(1, 1, 0, 0), 100, Map.of("team", "red"))))
                    .hasSize(30);
        }
    }

    @Test
    void equallyGoodPassagesAreOrderedByTheirIds() {
        for (String id : List.of("d", "a", "c", "b")) {
            put(id, "x", passage(id, 0, "same words", Map.of()), vector(1, 1, 0, 0));
        }
        assertThat(ids(store.search(meaning(4, 1, 1, 0, 0)))).containsExactly("a#0", "b#0", "c#0", "d#0");
        if (store.findsWords()) {
            assertThat(ids(store.search(Query.ofWords("words", 2)))).containsExactly("a#0", "b#0");
        }
    }

    @Test
    void keepsAnyText() {
        String text = "Ärger “quoted” 'single' \\ $1 \t; DROP TABLE x; -- 😀\nnext line";
        put("ä 'b\".md", "x", passage("ä 'b\".md", 0, text, Map.of("k'ey\"", "v'\\al")), vector(1, 0, 0, 0));

        Passage found = store.search(new Query("", vector(1, 0, 0, 0), 1, Map.of("k'ey\"", "v'\\al")))
                .getFirst()
                .passage();
        assertThat(found.text()).isEqualTo(text);
        assertThat(found.document()).isEqualTo("ä 'b\".md");
    }

    @Test
    void refusesWhatDoesNotFit() {
        Passage passage = passage("a.md", 0, "text", Map.of());
        refuses(() -> put("a.md", "x", passage, new float[] {1, 2, 3}), "vectors of 4 numbers", "one of 3");
        refuses(() -> put("a.md", "x", passage, vector(0, 0, 0, 0)), "zero");
        refuses(() -> put("a.md", "x", passage, vector(Float.NaN, 0, 0, 0)), "not finite");
        refuses(() -> store.put("a.md", "x", List.of(passage), List.of()), "0 vectors for 1 passages");
        refuses(() -> store.search(new Query("x", new float[] {1}, 1, Map.of())), "vectors of 4 numbers", "one of 1");
        refuses(() -> store.search(new Query("", new float[0], 1, Map.of())), "");
        refuses(() -> store.search(Query.ofWords("word ".repeat(20_000), 1)), "shorten it");
        assertThatThrownBy(() -> store.put("b.md", "x", List.of(passage), List.of(vector(1, 0, 0, 0))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Query.ofWords("x", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(store.documents()).isEmpty();
    }

    private static void refuses(Runnable call, String... parts) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                .message()
                .contains(parts);
    }

    @Test
    void isThereAgainAfterClosing() throws Exception {
        put("a.md", "one", passage("a.md", 0, "plums", Map.of("k", "v")), vector(1, 0, 0, 0));
        put("b.md", "two", passage("b.md", 0, "pears", Map.of()), vector(0, 1, 0, 0));
        store.remove("b.md");
        store.close();
        store = again();

        assertThat(store.documents()).isEqualTo(Map.of("a.md", "one"));
        assertThat(ids(store.search(meaning(5, 1, 0, 0, 0)))).containsExactly("a.md#0");
    }

    /** Random puts and removals, held against a map and the cosine written out. */
    @Test
    void isWhatAMapIs() {
        long seed = 20_261_127;
        Random random = new Random(seed);
        Map<String, Map<String, float[]>> expected = new HashMap<>();
        for (int round = 0; round < 60; round++) {
            String document = "d" + random.nextInt(12);
            if (random.nextInt(4) == 0) {
                expected.remove(document);
                store.remove(document);
                continue;
            }
            Map<String, float[]> vectors = new HashMap<>();
            List<Passage> passages = new ArrayList<>();
            List<float[]> inOrder = new ArrayList<>();
            for (int i = 0; i < random.nextInt(4); i++) {
                float[] vector = random(random);
                passages.add(passage(document, 100 * round + i, "text", Map.of()));
                inOrder.add(vector);
                vectors.put(passages.getLast().id(), vector);
            }
            expected.put(document, vectors);
            store.put(document, "round " + round, passages, inOrder);
            if (round % 10 == 9) {
                float[] asked = random(random);
                Map<String, Double> cosines = new HashMap<>();
                expected.values().forEach(one -> one.forEach((id, vector) -> cosines.put(id, cosine(vector, asked))));
                List<String> best = cosines.keySet().stream()
                        .sorted(Comparator.comparingDouble((String id) -> -cosines.getOrDefault(id, 0.0)))
                        .limit(5)
                        .toList();
                assertThat(ids(store.search(new Query("", asked, 5, Map.of()))))
                        .as("seed %d round %d", seed, round)
                        .isEqualTo(best);
                assertThat(store.documents().keySet()).isEqualTo(expected.keySet());
            }
        }
    }

    @Test
    void isSearchedWhileItIsWritten() throws Exception {
        put("always", "x", passage("always", 0, "words", Map.of()), vector(1, 0, 0, 0));
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Boolean>> work = Stream.concat(
                            Stream.<Callable<Boolean>>of(() -> {
                                for (int i = 0; i < 40; i++) {
                                    put(
                                            "d" + i % 5,
                                            "x" + i,
                                            passage("d" + i % 5, 0, "words", Map.of()),
                                            vector(0, 1, i, 0));
                                }
                                return true;
                            }),
                            IntStream.range(0, 3).<Callable<Boolean>>mapToObj(_ -> () -> {
                                boolean always = true;
                                for (int i = 0; i < 40; i++) {
                                    List<Hit> hits = store.search(meaning(10, 1, 0, 0, 0));
                                    always &=
                                            hits.getFirst().passage().document().equals("always");
                                    // A document is never there twice, and never half.
                                    always &= ids(hits).stream().distinct().count() == hits.size();
                                }
                                return always;
                            }))
                    .toList();
            for (Future<Boolean> one : threads.invokeAll(work)) {
                assertThat(one.get()).isTrue();
            }
        }
        assertThat(store.documents()).hasSize(6).containsEntry("d4", "x39");
    }

    private void put(String document, String digest, Passage passage, float[] vector) {
        store.put(document, digest, List.of(passage), List.of(vector));
    }

    static Passage passage(String document, int number, String text, Map<String, String> metadata) {
        return new Passage(document + "#" + number, document, "page " + number, text, metadata);
    }

    static float[] vector(float... numbers) {
        return numbers;
    }

    private static Query meaning(int most, float... vector) {
        return new Query("", vector, most, Map.of());
    }

    private static float[] random(Random random) {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return product / Math.sqrt(aa * bb);
    }

    static List<String> ids(List<Hit> hits) {
        return hits.stream().map(hit -> hit.passage().id()).toList();
    }
}
