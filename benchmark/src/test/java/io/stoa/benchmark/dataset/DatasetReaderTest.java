package io.stoa.benchmark.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class DatasetReaderTest {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    @TempDir
    Path folder;

    private final DatasetReader reader = new DatasetReader();

    @Test
    void linesOfJson() {
        Path file = write("a.jsonl", "\uFEFF{\"q\":\"ä\",\"n\":1}\r\n\n{\"q\":\"b\",\"c\":{\"d\":[1,null]}}");
        Split split = reader.read(file);
        assertThat(json(split)).isEqualTo("[{\"q\":\"ä\",\"n\":1},{\"q\":\"b\",\"c\":{\"d\":[1,null]}}]");
        assertThat(split.rows().getLast().place()).hasToString(file + ":3");
        assertThat(split.digest())
                .isEqualTo(Digest.of("\uFEFF{\"q\":\"ä\",\"n\":1}\r\n\n{\"q\":\"b\",\"c\":{\"d\":[1,null]}}"));
        assertThat(split.source()).contains("a.jsonl", split.digest().abbreviated());
    }

    @Test
    void brokenRowsAreListed() throws IOException {
        Path file = folder.resolve("a.jsonl");
        Files.write(file, bytes("{\"q\":1}\n{\"q\":\n[1]\n{\"q\":\"\u00ff\"}\n{\"q\":1,\"q\":2}\n{\"q\":2} x\n"));
        assertThatThrownBy(() -> reader.read(file))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining(file + ":2: not JSON")
                .hasMessageContaining(file + ":3: not a JSON object but ARRAY")
                .hasMessageContaining(file + ":4: not UTF-8")
                .hasMessageContaining(file + ":5: not JSON")
                .hasMessageContaining(file + ":6: not JSON")
                .hasMessageContaining("5 of 6 rows are broken");
        Split split = new DatasetReader(Limits.STANDARD, BrokenRows.SKIP).read(file);
        assertThat(json(split)).isEqualTo("[{\"q\":1}]");
        assertThat(split.skipped()).isEqualTo(5);
    }

    @Test
    void atMostTenAreListed() {
        Path file = write("a.jsonl", "x\n".repeat(500));
        assertThatThrownBy(() -> reader.read(file))
                .hasMessageContaining(file + ":10:")
                .hasMessageNotContaining(file + ":11:")
                .hasMessageContaining("500 of 500 rows");
        assertThatThrownBy(() -> new DatasetReader(Limits.STANDARD, BrokenRows.SKIP).read(file))
                .hasMessageContaining("all of 500 rows are broken");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "[{\"a\":1},{\"a\":2}]|[{\"a\":1},{\"a\":2}]",
                "{\"canary\":\"x\",\"examples\":[{\"a\":1},{\"a\":2}]}|[{\"a\":1},{\"a\":2}]",
                "{\"a\":[1,2],\"b\":[\"x\",null]}|[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":null}]",
                "{\"q\":\"x\",\"choices\":[\"a\",\"b\"]}|[{\"q\":\"x\",\"choices\":[\"a\",\"b\"]}]",
                "{\"a\":[1],\"b\":[1,2]}|[{\"a\":[1],\"b\":[1,2]}]",
                "{\"a\":1}{\"a\":2}|",
            })
    void documents(String text, String rows) {
        Path file = write("a.json", text);
        if (rows == null) {
            assertThatThrownBy(() -> reader.read(file)).hasMessageContaining(file + ":1: not JSON");
        } else {
            assertThat(json(reader.read(file))).isEqualTo(rows);
        }
    }

    @Test
    void linesInADocumentsName() {
        Path file = write("a.json", "{\"a\":[{\"b\":1}]}\n{\"a\":[]}\n");
        assertThat(json(reader.read(file))).isEqualTo("[{\"a\":[{\"b\":1}]},{\"a\":[]}]");
    }

    @Test
    void rowsInAField() {
        Path file = write("a.json", "{\n\"meta\":{\"x\":[1]},\n\"data\":[\n{\"a\":1},\n7,\n{\"a\":2}],\"more\":0}");
        Split split = new DatasetReader(Limits.STANDARD, BrokenRows.SKIP).read(List.of(file), new Format.Json("data"));
        assertThat(json(split)).isEqualTo("[{\"a\":1},{\"a\":2}]");
        assertThat(split.skipped()).isEqualTo(1);
        assertThat(split.rows().getLast().place()).hasToString(file + ":6");
        assertThatThrownBy(() -> reader.read(List.of(file), new Format.Json("data")))
                .hasMessageContaining(file + ":5: not a JSON object but NUMBER");
        assertThatThrownBy(() -> reader.read(List.of(file), new Format.Json("rows")))
                .hasMessageContaining("has no field \"rows\"; name one of [meta, data, more]");
        Path columns = write("b.json", "{\"data\":{\"a\":[1,2]}}");
        assertThat(json(reader.read(List.of(columns), new Format.Json("data")))).isEqualTo("[{\"a\":1},{\"a\":2}]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[{\"a\":1},", "[{\"a\":1}", "{\"a\":", "[{\"a\":1}] 5", "7", "[{\"a\":nope}]"})
    void documentsThatBreakOff(String text) {
        Path file = write("a.json", "\n" + text);
        assertThatThrownBy(() -> reader.read(file))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining(file + ":2: ");
    }

    @Test
    void typesAreThoseOfPandas() throws IOException {
        JsonNode cases = resource("pandas-types.json");
        assertThat(cases.size()).isGreaterThan(35);
        for (JsonNode example : cases) {
            Path file = write("a.csv", example.path("csv").stringValue());
            assertThat(json(reader.read(file)))
                    .as(example.path("csv").toString())
                    .isEqualTo(example.path("rows").toString());
        }
    }

    @Test
    void wordsForNothingStayUnlessAskedFor() {
        Path file = write("a.csv", "answer\nNone\nN/A\nx\n");
        assertThat(json(reader.read(file)))
                .isEqualTo("[{\"answer\":\"None\"},{\"answer\":\"N/A\"},{\"answer\":\"x\"}]");
        assertThat(json(reader.read(List.of(file), Format.Table.csv().withAbsent(Format.Table.PANDAS_ABSENT))))
                .isEqualTo("[{\"answer\":null},{\"answer\":null},{\"answer\":\"x\"}]");
    }

    @Test
    void typesHoldForAllFiles() {
        Path one = write("1.csv", "a,b\n1,2\n");
        Path two = write("2.csv", "a,b\nx,3\n");
        Split split = reader.read(List.of(one, two), Format.Table.csv());
        assertThat(json(split)).isEqualTo("[{\"a\":\"1\",\"b\":2},{\"a\":\"x\",\"b\":3}]");
        assertThat(split.digest())
                .isEqualTo(Digest.of(Digest.of("a,b\n1,2\n").hex() + "\n"
                        + Digest.of("a,b\nx,3\n").hex() + "\n"));
        Path other = write("3.csv", "b,a\n1,2\n");
        assertThatThrownBy(() -> reader.read(List.of(one, other), Format.Table.csv()))
                .hasMessageContaining(other + ":1: the columns are [b, a], but [a, b] in " + one);
    }

    @Test
    void tables() {
        Path headless = write("a.csv", "x,1\n\"y\nz\",2\n");
        assertThat(json(reader.read(List.of(headless), Format.Table.csv().withColumns(List.of("q", "n")))))
                .isEqualTo("[{\"q\":\"x\",\"n\":1},{\"q\":\"y\\nz\",\"n\":2}]");
        Path tabs = write("a.tsv", "\uFEFFq\tn\r\na, b\t1\r\n");
        assertThat(json(reader.read(tabs))).isEqualTo("[{\"q\":\"a, b\",\"n\":1}]");
        Path ragged = write("b.csv", "q,n\n\"a\nb\",1\nx\ny,2,3\nz,4\n");
        assertThatThrownBy(() -> reader.read(ragged))
                .hasMessageContaining(ragged + ":4: 1 cells for 2 columns [q, n]")
                .hasMessageContaining(ragged + ":5: 3 cells for 2 columns [q, n]")
                .hasMessageContaining("2 of 4 rows");
        Split skipped = new DatasetReader(Limits.STANDARD, BrokenRows.SKIP).read(ragged);
        assertThat(json(skipped)).isEqualTo("[{\"q\":\"a\\nb\",\"n\":1},{\"q\":\"z\",\"n\":4}]");
        Path doubled = write("c.csv", "q,q\n1,2\n");
        assertThatThrownBy(() -> reader.read(doubled))
                .hasMessageContaining(doubled + ":1: the column \"q\" occurs twice");
    }

    @Test
    void tablesThatBreakOff() throws IOException {
        Path open = write("a.csv", "q\nx\n\"y\nz\n");
        assertThatThrownBy(() -> reader.read(open)).hasMessageContaining(open + ":3: the table breaks off");
        Path latin = folder.resolve("b.csv");
        Files.write(latin, bytes("q\nx\n\u00e9\n"));
        assertThatThrownBy(() -> reader.read(latin))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining(latin + ":")
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void texts() {
        assertThat(json(reader.read(write("a.txt", "one\r\n\ntwo"))))
                .isEqualTo("[{\"text\":\"one\"},{\"text\":\"\"},{\"text\":\"two\"}]");
    }

    @Test
    void hellaSwagAsLlamaCppHasIt() {
        String row = "A man: he\n2\nsits.\nruns.\nsings.\nsleeps.\n";
        Path file = write("a.txt", row + row);
        assertThat(json(reader.read(List.of(file), new Format.LlamaCppHellaSwag())))
                .startsWith(
                        "[{\"context\":\"A man: he\",\"label\":2,\"endings\":[\"sits.\",\"runs.\",\"sings.\",\"sleeps.\"]},");
        Path shifted = write("b.txt", "A man: he\nsits.\n2\nruns.\nsings.\nsleeps.\nlast");
        assertThatThrownBy(() -> reader.read(List.of(shifted), new Format.LlamaCppHellaSwag()))
                .hasMessageContaining(
                        shifted + ":1: the second line is not the number of an ending, 0 to 3, but \"sits.\"")
                .hasMessageContaining(shifted + ":7: only 1 of 6 lines are left");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.jsonl", "a.json", "a.csv", "a.txt", "a.parquet", "a.jsonl.gz"})
    void emptyFiles(String name) {
        Path file = write(name, "");
        assertThatThrownBy(() -> reader.read(file))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void unknownAndMissingFiles() {
        assertThatThrownBy(() -> reader.read(write("a.xlsx", "x")))
                .hasMessageContaining("a.xlsx: its format is not known by its name");
        assertThatThrownBy(() -> reader.read(folder.resolve("b.csv"))).hasMessageContaining("b.csv: no such file");
    }

    @ParameterizedTest
    @ValueSource(strings = {".gz", ".bz2"})
    void packedFiles(String ending) throws IOException {
        String text = "{\"q\":\"ä\"}\n".repeat(3);
        Path file = folder.resolve("a.jsonl" + ending);
        for (int i = 0; i < 2; i++) {
            // Written in two pieces, as parallel compressors do.
            try (OutputStream plain =
                            Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    OutputStream out = pack(ending, plain)) {
                out.write(text.getBytes(StandardCharsets.UTF_8));
            }
        }
        assertThat(reader.read(file).rows()).hasSize(6);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 6));
        assertThatThrownBy(() -> reader.read(file))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining(file + ": cannot be unpacked");
        Files.write(file, bytes("{\"q\":1}\n"));
        assertThatThrownBy(() -> reader.read(file)).hasMessageContaining(file + ": cannot be unpacked");
    }

    private static OutputStream pack(String name, OutputStream out) throws IOException {
        return name.endsWith(".gz")
                ? new GZIPOutputStream(out)
                : name.endsWith(".bz2") ? new BZip2CompressorOutputStream(out) : out;
    }

    @Test
    void bombs() throws IOException {
        Path file = folder.resolve("a.txt.gz");
        byte[] lines = "x\n".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        try (OutputStream out = pack(".gz", Files.newOutputStream(file))) {
            for (int i = 0; i < 9; i++) {
                out.write(lines);
            }
        }
        assertThatThrownBy(() -> new DatasetReader(Limits.STANDARD.withRows(100_000_000), BrokenRows.REFUSE)
                        .forEach(List.of(file), new Format.Text(), _ -> {}))
                .hasMessageContaining("grows more than 250 times by decompression");
        assertThatThrownBy(() -> new DatasetReader(Limits.STANDARD.withFileBytes(1 << 20), BrokenRows.REFUSE)
                        .forEach(List.of(file), new Format.Text(), _ -> {}))
                .hasMessageContaining("holds more than 1048576 bytes after decompression");
    }

    @Test
    void limits() {
        Path wide = write("a.jsonl", "{\"q\":1}\n{\"q\":\"" + "x".repeat(2_000) + "\"}\n");
        DatasetReader narrow = new DatasetReader(Limits.STANDARD.withRowBytes(1_000), BrokenRows.REFUSE);
        assertThatThrownBy(() -> narrow.read(wide))
                .hasMessageContaining(wide + ":2: the line is longer than 1000 bytes");
        Path deep = write("b.jsonl", "{\"q\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}\n");
        assertThatThrownBy(() -> reader.read(deep))
                .hasMessageContaining(deep + ":1: not JSON")
                .hasMessageContaining("100");
        Path list = write("c.json", "[{\"q\":\"" + "x".repeat(400_000) + "\"}]");
        assertThatThrownBy(() -> narrow.read(list))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("c.json");
        Path table = write("d.csv", "q\n\"" + "x\n".repeat(400_000) + "\"\n");
        assertThatThrownBy(() -> narrow.read(table))
                .hasMessageContaining("a row of the table is longer than 1000 bytes");
        Path document = write("e.json", "{\"q\":[" + "1,".repeat(400_000) + "1]}");
        assertThatThrownBy(() ->
                        new DatasetReader(Limits.STANDARD.withDocumentBytes(1_000), BrokenRows.REFUSE).read(document))
                .hasMessageContaining("the JSON document is longer than 1000 bytes");
        assertThatThrownBy(() -> new DatasetReader(Limits.STANDARD.withRows(1), BrokenRows.REFUSE).read(twoRows()))
                .hasMessageContaining(":2: more than 1 rows");
    }

    private Path twoRows() {
        return write("f.jsonl", "{}\n{}\n");
    }

    @Test
    void joins() {
        Split left = reader.read(write("a.jsonl", "{\"id\":\"x\",\"q\":1}\n{\"id\":\"y\",\"q\":2}\n"));
        Split right = reader.read(write("b.jsonl", "{\"id\":\"y\",\"a\":3,\"q\":9}\n"));
        assertThat(json(left.joined(right, "id"))).isEqualTo("[{\"id\":\"x\",\"q\":1},{\"id\":\"y\",\"q\":2,\"a\":3}]");
        assertThatThrownBy(() -> right.joined(left, "id")).hasMessageContaining("a.jsonl:1: \"id\" is \"x\", which");
        assertThatThrownBy(() -> left.joined(right, "key")).hasMessageContaining("b.jsonl:1: \"key\" is missing");
        Split twice = reader.read(write("c.jsonl", "{\"id\":1}\n{\"id\":1}\n"));
        assertThatThrownBy(() -> left.joined(twice, "id")).hasMessageContaining("c.jsonl:2: \"id\" is 1 as at");
    }

    @ParameterizedTest
    @ValueSource(strings = {"snappy", "zstd", "gzip", "none", "v2"})
    void parquet(String kind) throws IOException {
        Split split = reader.read(copy("items-" + kind + ".parquet"));
        List<String> lines = text("items.jsonl").lines().toList();
        assertThat(split.rows()).hasSize(kind.equals("v2") ? 6 : 18);
        for (int i = 0; i < split.rows().size(); i++) {
            JsonNode expected = MAPPER.readTree(lines.get(i));
            for (var column : split.rows().get(i).values().properties()) {
                assertThat(column.getValue().toString())
                        .as(kind + " " + i + " " + column.getKey())
                        .isEqualTo(expected.path(column.getKey()).toString());
            }
            assertThat(split.rows().get(i).place().toString()).endsWith(".parquet: row " + (i + 1));
        }
        assertThat(split.rows().getFirst().values().size())
                .isEqualTo(kind.equals("zstd") ? 21 : kind.equals("snappy") ? 16 : 5);
    }

    @Test
    void parquetOfAnUnknownCompression() throws IOException {
        Path file = copy("items-brotli.parquet");
        assertThatThrownBy(() -> reader.read(file))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("BROTLI");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.parquet", "b.parquet", "a.jsonl", "a.json", "a.csv", "a.jsonl.gz", "a.jsonl.bz2"})
    void damagedFilesAreRefusedOrRead(String name) throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] good = Files.readAllBytes(sample(name));
        int refused = 0;
        for (int i = 0; i < 60; i++) {
            byte[] bad = random.nextInt(4) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
            int edits = 1 + random.nextInt(6);
            for (int edit = 0; edit < edits && bad.length > 0; edit++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            Path file = folder.resolve(i + "-" + name);
            Files.write(file, bad);
            refused += refuses(file, seed) ? 1 : 0;
        }
        assertThat(refused).as("seed " + seed).isPositive();
    }

    private Path sample(String name) throws IOException {
        Path file = folder.resolve(name);
        String lines = text("items.jsonl").lines().limit(4).collect(Collectors.joining("\n"));
        switch (name) {
            case "a.parquet" -> Files.move(copy("items-snappy.parquet"), file);
            case "b.parquet" -> Files.move(copy("items-v2.parquet"), file);
            case "a.json" -> Files.writeString(file, "[" + lines.replace("\n", ",\n") + "]");
            case "a.csv" -> Files.writeString(file, "q,n\n\"a \"\"b\"\"\nc\",1\nd,2.5\n\"e,f\",\n");
            default -> {
                try (OutputStream out = pack(name, Files.newOutputStream(file))) {
                    out.write(lines.getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return file;
    }

    private boolean refuses(Path file, long seed) throws Exception {
        CompletableFuture<Boolean> reading = CompletableFuture.supplyAsync(() -> {
            try {
                reader.read(file);
                return false;
            } catch (StoaException e) {
                return e.kind() == StoaException.Kind.USER;
            }
        });
        try {
            return reading.get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(file + ", seed " + seed, e);
        }
    }

    private String json(Split split) {
        List<String> rows = new ArrayList<>();
        split.rows().forEach(row -> rows.add(row.values().toString()));
        return "[" + String.join(",", rows) + "]";
    }

    private Path write(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path copy(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = open(name)) {
            Files.copy(in, file);
        }
        return file;
    }

    private static InputStream open(String name) {
        return Objects.requireNonNull(DatasetReaderTest.class.getResourceAsStream(name), name);
    }

    private static String text(String name) throws IOException {
        try (InputStream in = open(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static JsonNode resource(String name) throws IOException {
        return MAPPER.readTree(text(name));
    }
}
