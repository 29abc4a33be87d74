package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImportanceMatrixTest {
    private final LlamaRuntime runtime = Natives.runtime();

    @TempDir
    private Path folder;

    private static String text() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(Path.of("../examples/quickstart/corpus"))) {
            for (Path file : files.sorted().toList()) {
                text.append(Files.readAllLines(file).getLast()).append('\n');
            }
        }
        return text.toString();
    }

    /** Sums that llama-imatrix 0.5.0 wrote ({@code -c 512 -b 512 -t 1}) for the same model and text. */
    @Test
    void findsWhatLlamaImatrixFinds() throws IOException {
        ImportanceMatrix matrix =
                runtime.importanceMatrix(Natives.model("mini"), "corpus.txt", text(), 512, 1, Progress.NONE);
        assertThat(matrix.windows()).isEqualTo(15);
        assertThat(matrix.entries())
                .hasSize(28)
                .allSatisfy((name, entry) -> assertThat(entry.counts()).as(name).containsExactly(15 * 512));
        assertThat(entry(matrix, "blk.0.attn_k.weight").sums()[0]).isCloseTo(5612.569f, Percentage.withPercentage(0.1));
        assertThat(entry(matrix, "blk.0.attn_output.weight").sums()[0])
                .isCloseTo(13725.864f, Percentage.withPercentage(0.1));
        assertThat(entry(matrix, "blk.0.attn_q.weight").sums())
                .as("the same activations meet queries and keys")
                .containsExactly(entry(matrix, "blk.0.attn_k.weight").sums());
        Path file = folder.resolve("matrix.gguf");
        matrix.write(file);
        assertThat(file).hasSize(37_216);
        ImportanceMatrix again = ImportanceMatrix.read(file);
        assertThat(again.texts()).containsExactly("corpus.txt");
        assertThat(again.window()).isEqualTo(512);
        assertThat(again.windows()).isEqualTo(15);
        again.entries().forEach((name, entry) -> {
            assertThat(entry.sums()).containsExactly(entry(matrix, name).sums());
            assertThat(entry.counts()).containsExactly(entry(matrix, name).counts());
        });
    }

    private static ImportanceMatrix.Entry entry(ImportanceMatrix matrix, String name) {
        return matrix.entries().getOrDefault(name, new ImportanceMatrix.Entry(new float[] {-0f}, new float[] {-0f}));
    }

    @Test
    void expertsHaveTheirOwnCounts() {
        SortedMap<String, ImportanceMatrix.Entry> entries = new TreeMap<>();
        entries.put(
                "blk.0.ffn_up_exps.weight",
                new ImportanceMatrix.Entry(new float[] {2, 4, 9, 0, 7, 7}, new float[] {2, 3, 0}));
        ImportanceMatrix matrix = new ImportanceMatrix(entries, List.of("a", "b"), 3, 32);
        Path file = folder.resolve("experts.gguf");
        matrix.write(file);
        assertThat(entry(ImportanceMatrix.read(file), "blk.0.ffn_up_exps.weight")
                        .means())
                .as("an expert that no token went to counts evenly")
                .containsExactly(1, 2, 3, 0, 1, 1);
    }

    private static byte[] legacy(int entries, int nameLength, String name, int calls, int values, float... sums) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(16 + utf8.length + 4 * sums.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(entries).putInt(nameLength).put(utf8).putInt(calls).putInt(values);
        for (float sum : sums) {
            bytes.putFloat(sum);
        }
        return bytes.array();
    }

    @Test
    void readsTheOlderFormat() throws IOException {
        Path file = folder.resolve("matrix.dat");
        Files.write(file, legacy(1, 3, "a.b", 4, 2, 8, 2));
        assertThat(entry(ImportanceMatrix.read(file), "a.b").means()).containsExactly(2, 0.5f);
    }

    @Test
    void refusesWhatIsNone() throws IOException {
        Path file = folder.resolve("bad.dat");
        for (byte[] bad : List.of(
                new byte[0],
                new byte[] {1},
                "Not a matrix at all".getBytes(StandardCharsets.UTF_8),
                legacy(0, 3, "a.b", 1, 1, 1),
                legacy(-1, 3, "a.b", 1, 1, 1),
                legacy(2, 3, "a.b", 1, 1, 1),
                legacy(1, Integer.MAX_VALUE, "a.b", 1, 1, 1),
                legacy(1, 0, "", 1, 1, 1),
                legacy(1, 3, "a.b", 1, Integer.MAX_VALUE, 1),
                legacy(1, 3, "a.b", 1, -5, 1),
                legacy(1, 3, "a.b", 1, 1, Float.NaN),
                legacy(1, 3, "a.b", 1, 1, Float.POSITIVE_INFINITY),
                legacy(1, 3, "a.b", 1, 1, -1))) {
            Files.write(file, bad);
            refuses(file);
        }
        refuses(folder.resolve("missing.dat"));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> ImportanceMatrix.read(Natives.model("nano")))
                .withMessageContainingAll("nano.gguf", "no importance matrix");
    }

    private static void refuses(Path file) {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> ImportanceMatrix.read(file))
                .withMessageContaining(file.toString())
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER));
    }

    @Test
    void aDamagedFileIsReadOrRefused() throws IOException {
        SortedMap<String, ImportanceMatrix.Entry> entries = new TreeMap<>();
        for (int i = 0; i < 3; i++) {
            entries.put(
                    "blk." + i + ".ffn_up.weight", new ImportanceMatrix.Entry(new float[] {1, 2, 3}, new float[] {2}));
        }
        Path file = folder.resolve("matrix.gguf");
        new ImportanceMatrix(entries, List.of("text"), 1, 8).write(file);
        byte[] whole = Files.readAllBytes(file);
        byte[] old = legacy(1, 3, "a.b", 4, 2, 8, 2);
        long seed = 11;
        Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] from = i % 2 == 0 ? whole : old;
            byte[] bad = i % 3 == 0 ? Arrays.copyOf(from, random.nextInt(from.length)) : from.clone();
            for (int flips = random.nextInt(4); flips > 0 && bad.length > 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            Files.write(file, bad);
            try {
                ImportanceMatrix.read(file);
            } catch (StoaException e) {
                refused++;
                assertThat(e.kind())
                        .as("seed %d, file %d: %s", seed, i, e.getMessage())
                        .isEqualTo(StoaException.Kind.USER);
            }
        }
        assertThat(refused).isGreaterThan(1_000);
    }
}
