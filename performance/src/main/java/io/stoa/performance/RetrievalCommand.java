package io.stoa.performance;

import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore.Hit;
import io.stoa.integration.retrieve.PassageStore.Query;
import io.stoa.integration.retrieve.store.LuceneStore;
import io.stoa.integration.retrieve.store.StoreSettings;
import io.stoa.model.StoaException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How fast and how well does the embedded store find? */
@Command(
        name = "retrieval",
        description = {
            "Fills the embedded store with made-up passages and asks it by words and meaning together: time to fill,"
                    + " recall of the vector search against an exact one, time of a search.",
            "Vectors lie in clusters, as those of texts do: a point is its cluster's centre and as much noise;"
                    + " questions are points of the same clusters. Words are drawn by Zipf's law.",
            "With --beir: nDCG@10 and recall@100 of words alone on a collection of BEIR (corpus.jsonl, queries.jsonl,"
                    + " qrels/test.tsv), title and text in one field."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  performance/run retrieval",
            "  performance/run retrieval --passages 20000 --dimension 768",
            "  performance/run retrieval --beir scifact/"
        })
final class RetrievalCommand implements Runnable {
    private static final int TOP = 10;
    private static final int WORDS = 30_000;
    private static final int WARM_UP = 100;
    private static final int KINDS = 4;

    @Option(names = "--passages", defaultValue = "100000", description = "Default: ${DEFAULT-VALUE}")
    private int passages = 100_000;

    @Option(names = "--dimension", defaultValue = "384", description = "Numbers of a vector. Default: ${DEFAULT-VALUE}")
    private int dimension = 384;

    @Option(names = "--queries", defaultValue = "500", description = "Default: ${DEFAULT-VALUE}")
    private int queries = 500;

    @Option(
            names = "--clusters",
            defaultValue = "1000",
            description = "As many as passages makes them all noise. Default: ${DEFAULT-VALUE}")
    private int clusters = 1000;

    @Option(names = "--beir", paramLabel = "FOLDER", description = "A collection of BEIR, unpacked.")
    private Optional<Path> beir = Optional.empty();

    @Override
    public void run() {
        try {
            Path folder = Files.createTempDirectory("stoa-retrieval");
            try {
                if (beir.isPresent()) {
                    collection(folder.resolve("store"), beir.get());
                } else {
                    madeUp(folder.resolve("store"));
                }
            } finally {
                Performance.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void madeUp(Path folder) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        float[][] centres = new float[clusters][];
        for (int i = 0; i < clusters; i++) {
            centres[i] = gaussian(random);
        }
        float[][] vectors = new float[passages][];
        try (LuceneStore store = LuceneStore.toWrite(folder, StoreSettings.hybrid(dimension, "made-up"))) {
            long started = System.nanoTime();
            for (int i = 0; i < passages; i++) {
                vectors[i] = near(centres[random.nextInt(clusters)], random);
                String id = "d" + i;
                store.put(
                        id,
                        "x",
                        List.of(new Passage(id + "#1", id, "", text(random, 80), Map.of("part", "" + i % 10))),
                        List.of(vectors[i]));
            }
            store.flush();
            double seconds = (System.nanoTime() - started) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "filled with %,d passages, %d numbers each, in %.1f s (%,.0f/s), %,.0f MiB on disk%n",
                    passages,
                    dimension,
                    seconds,
                    passages / seconds,
                    size(folder) / 1048576.0);
        }
        try (LuceneStore store = LuceneStore.toRead(folder)) {
            measure(store, vectors, centres, random);
        }
    }

    private void measure(LuceneStore store, float[][] vectors, float[][] centres, SplittableRandom random) {
        List<float[]> asked = new ArrayList<>();
        List<String> questions = new ArrayList<>();
        for (int i = 0; i < queries + WARM_UP; i++) {
            asked.add(near(centres[random.nextInt(clusters)], random));
            questions.add(text(random, 8));
        }
        double found = 0;
        double[][] all = new double[2 * KINDS][queries];
        for (int i = 0; i < queries + WARM_UP; i++) {
            float[] vector = asked.get(i);
            String question = questions.get(i);
            double[] millis = new double[2 * KINDS];
            List<Hit> hits = timed(store, new Query("", vector, TOP, Map.of()), millis, 0);
            timed(store, Query.ofWords(question, TOP), millis, 1);
            timed(store, new Query(question, vector, TOP, Map.of()), millis, 2);
            timed(store, new Query(question, vector, TOP, Map.of("part", "3")), millis, 3);
            if (i >= WARM_UP) {
                int at = i - WARM_UP;
                for (int kind = 0; kind < millis.length; kind++) {
                    all[kind][at] = millis[kind];
                }
                Set<String> exact = exact(vectors, vector);
                found += hits.stream()
                        .filter(hit -> exact.contains(hit.passage().document()))
                        .count();
            }
        }
        System.out.printf(
                Locale.ROOT, "recall@%d of exact search: %.4f (%d questions)%n", TOP, found / TOP / queries, queries);
        List<String> kinds = List.of("by meaning", "by words", "hybrid", "hybrid, a tenth filtered");
        for (int kind = 0; kind < KINDS; kind++) {
            tell(kinds.get(kind), all[kind], all[kind + KINDS]);
        }
    }

    private static List<Hit> timed(LuceneStore store, Query query, double[] millis, int place) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long processor = threads.getCurrentThreadCpuTime();
        long started = System.nanoTime();
        List<Hit> hits = store.search(query);
        millis[place] = (System.nanoTime() - started) / 1e6;
        millis[place + KINDS] = (threads.getCurrentThreadCpuTime() - processor) / 1e6;
        return hits;
    }

    /** A search runs in its caller's thread, so the thread's processor time is what it takes on a quiet machine. */
    private static void tell(String what, double[] millis, double[] processor) {
        Arrays.sort(millis);
        Arrays.sort(processor);
        System.out.printf(
                Locale.ROOT,
                "%-26s p50 %.2f ms, p95 %.2f ms, p99 %.2f ms; of the processor p50 %.2f ms, p95 %.2f ms%n",
                what,
                millis[millis.length / 2],
                millis[(int) (millis.length * 0.95)],
                millis[(int) (millis.length * 0.99)],
                processor[processor.length / 2],
                processor[(int) (processor.length * 0.95)]);
    }

    private static Set<String> exact(float[][] vectors, float[] asked) {
        double[] products = new double[vectors.length];
        IntStream.range(0, vectors.length).parallel().forEach(i -> {
            float[] vector = vectors[i];
            float product = 0;
            float square = 0;
            for (int j = 0; j < asked.length; j++) {
                product += vector[j] * asked[j];
                square += vector[j] * vector[j];
            }
            products[i] = product / Math.sqrt(square);
        });
        Set<String> best = new HashSet<>();
        IntStream.range(0, vectors.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -products[i]))
                .limit(TOP)
                .forEach(i -> best.add("d" + i));
        return best;
    }

    private float[] gaussian(SplittableRandom random) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private float[] near(float[] centre, SplittableRandom random) {
        float[] vector = gaussian(random);
        for (int i = 0; i < dimension; i++) {
            vector[i] += centre[i];
        }
        return vector;
    }

    /** Word n is drawn about 1 ÷ n as often as the first. */
    private static String text(SplittableRandom random, int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            int word = (int) Math.pow(WORDS, random.nextDouble());
            text.append(i > 0 ? " " : "").append("w").append(Integer.toString(word, 36));
        }
        return text.toString();
    }

    private static void collection(Path folder, Path beir) throws IOException {
        JsonMapper json = JsonMapper.shared();
        Map<String, Map<String, Integer>> judged = judged(beir.resolve("qrels").resolve("test.tsv"));
        try (LuceneStore store = LuceneStore.toWrite(folder, StoreSettings.words())) {
            try (BufferedReader lines = Files.newBufferedReader(beir.resolve("corpus.jsonl"))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    JsonNode document = json.readTree(line);
                    String id = document.path("_id").asString();
                    String text = document.path("title").asString("") + "\n"
                            + document.path("text").asString("");
                    store.put(id, "x", List.of(new Passage(id, id, "", text, Map.of())), List.of());
                }
            }
            double gain = 0;
            double recall = 0;
            int asked = 0;
            try (BufferedReader lines = Files.newBufferedReader(beir.resolve("queries.jsonl"))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    JsonNode question = json.readTree(line);
                    String id = question.path("_id").asString();
                    Map<String, Integer> relevant = judged.getOrDefault(id, Map.of());
                    if (!relevant.isEmpty()) {
                        // Some collections hold the question itself as a document, which does not count.
                        List<String> found = store
                                .search(Query.ofWords(question.path("text").asString(), 101))
                                .stream()
                                .map(hit -> hit.passage().document())
                                .filter(document -> !document.equals(id))
                                .limit(100)
                                .toList();
                        gain += discounted(found, relevant);
                        recall += recall(found, relevant);
                        asked++;
                    }
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s: %,d documents, %d questions, nDCG@10 %.4f, recall@100 %.4f%n",
                    beir.getFileName(),
                    store.size(),
                    asked,
                    gain / asked,
                    recall / asked);
        }
    }

    private static Map<String, Map<String, Integer>> judged(Path file) throws IOException {
        Map<String, Map<String, Integer>> judged = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] cells = line.split("\t", -1);
            if (cells.length < 3) {
                throw StoaException.user(file + ": three columns expected, found: " + line);
            }
            if (!cells[0].equals("query-id")) {
                int grade = Integer.parseInt(cells[2]);
                if (grade > 0) {
                    judged.computeIfAbsent(cells[0], _ -> new HashMap<>()).put(cells[1], grade);
                }
            }
        }
        return judged;
    }

    /** nDCG@10 as trec_eval computes it: the grade itself is the gain, over log₂(rank + 1). */
    private static double discounted(List<String> found, Map<String, Integer> relevant) {
        double gain = 0;
        for (int rank = 0; rank < Math.min(TOP, found.size()); rank++) {
            gain += relevant.getOrDefault(found.get(rank), 0) / log2(rank + 2);
        }
        List<Integer> ideal =
                relevant.values().stream().sorted(Comparator.reverseOrder()).toList();
        double best = 0;
        for (int rank = 0; rank < Math.min(TOP, ideal.size()); rank++) {
            best += ideal.get(rank) / log2(rank + 2);
        }
        return best == 0 ? 0 : gain / best;
    }

    private static double recall(List<String> found, Map<String, Integer> relevant) {
        return (double) found.stream().filter(relevant::containsKey).count() / relevant.size();
    }

    private static double log2(int number) {
        return Math.log(number) / Math.log(2);
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            long bytes = 0;
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }
}
