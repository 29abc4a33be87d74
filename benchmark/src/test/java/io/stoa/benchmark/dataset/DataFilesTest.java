package io.stoa.benchmark.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.stoa.model.StoaException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DataFilesTest {
    private static List<String> files(DatasetCard card, String config, String split, String... paths) {
        return new DataFiles("dataset a/b", card, List.of(paths))
                .of(Optional.of(config).filter(name -> !name.isEmpty()), split)
                .orElse(List.of());
    }

    /** The examples of the Hub's documentation, and a folder for each configuration. */
    @ParameterizedTest
    @CsvSource({
        "'', test, train.csv test.csv README.md, test.csv",
        "'', validation, my_train_file.csv my-dev-file.csv, my-dev-file.csv",
        "'', train, data/train/a.csv data/train/b.csv data/test/c.csv, data/train/a.csv data/train/b.csv",
        "'', test, data/train-00000-of-00002.parquet data/test-00000-of-00001-0a1b.parquet,"
                + " data/test-00000-of-00001-0a1b.parquet",
        "'', random, data/random-00000-of-00001.parquet data/train-00000-of-00001.parquet,"
                + " data/random-00000-of-00001.parquet",
        "'', train, b.jsonl a.jsonl, a.jsonl b.jsonl",
        "'', train, train.jsonl notes.txt words.txt more.txt, train.jsonl",
        "'', test, test_1.json.gz .test.json __test/x.json, test_1.json.gz",
        "main, test, main/test-00000-of-00001.parquet main/train-00000-of-00001.parquet other/test-0.parquet,"
                + " main/test-00000-of-00001.parquet",
        "en, dev_of_ours, data/en/x.csv, ''",
        "none, test, test.csv, ''",
        "'', train, model.safetensors script.py, ''",
    })
    void namesTell(String config, String split, String paths, String expected) {
        if (split.equals("dev_of_ours")) {
            assertThatThrownBy(() -> files(DatasetCard.none(), config, split, paths.split(" ", -1)))
                    .hasMessageContaining("no split \"dev_of_ours\"; choose one of train");
            return;
        }
        assertThat(String.join(" ", files(DatasetCard.none(), config, split, paths.split(" ", -1))))
                .isEqualTo(expected);
    }

    @Test
    void cardsTell() {
        DatasetCard card = DatasetCard.read("README.md", """
            ---
            configs:
            - config_name: one
              data_files: "one.csv"
            - config_name: 2
              data_files: { train: [a.csv, "b*.csv"], test: "**/t[0-9].csv" }
            - config_name: three
              data_dir: sub
            - config_name: four
              data_dir: ./sub
              data_files: [ { split: x, path: "*.csv" } ]
            ---
            """);
        String[] paths = {
            "one.csv",
            "a.csv",
            "b1.csv",
            "b2.csv",
            "deep/er/t1.csv",
            "t2.csv",
            "sub/train.csv",
            "sub/test.csv",
            "sub/.x.csv"
        };
        assertThat(files(card, "one", "train", paths)).containsExactly("one.csv");
        assertThat(files(card, "2", "train", paths)).containsExactly("a.csv", "b1.csv", "b2.csv");
        assertThat(files(card, "2", "test", paths)).containsExactly("deep/er/t1.csv", "t2.csv");
        assertThat(files(card, "three", "test", paths)).containsExactly("sub/test.csv");
        assertThat(files(card, "four", "x", paths)).containsExactly("sub/test.csv", "sub/train.csv");
        assertThatThrownBy(() -> files(card, "", "train", paths))
                .hasMessageContaining("no default configuration; choose one of one, 2, three, four");
    }

    @Test
    void costlyCards() {
        DatasetCard card =
                DatasetCard.read("README.md", "---\nconfigs:\n- data_files: [" + "'*.csv',".repeat(201) + "]\n---\n");
        assertThatThrownBy(() -> files(card, "", "train", "a.csv")).hasMessageContaining("more than 200 patterns");
        DatasetCard plain = DatasetCard.read(
                "README.md", "---\nconfigs:\n- data_files: [" + "./a.csv,".repeat(10_000) + "]\n---\n");
        assertThat(files(plain, "", "train", "a.csv", "b.csv")).containsExactly("a.csv");
    }

    @ParameterizedTest
    @ValueSource(strings = {"# no front matter", "---\nlicense: mit\n---\n", "---\n- a\n---", "---\n---\n", ""})
    void cardsThatSayNothing(String text) {
        assertThat(DatasetCard.read("README.md", text).configs()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "---\nconfigs: [",
                "---\nconfigs: [\n---\n",
                "---\nconfigs: [1]\n---\n",
                "---\na: 1\na: 2\n---\n",
                "---\nconfigs:\n- data_files:\n  - {split: a, path: x}\n  - {split: a, path: y}\n---\n",
                "---\na: !!java.io.File x\n---\n"
            })
    void cardsThatAreRefused(String text) {
        assertThatThrownBy(() -> DatasetCard.read("README.md", text))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("README.md:")
                .hasMessageContaining("choose another revision");
    }

    @Test
    void hostileCards() {
        assertThatThrownBy(() -> DatasetCard.read("README.md", "---\na: " + "[".repeat(100_000) + "\n---\n"))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("README.md:2:53: nested more than 50 deep");
        String laughs = IntStream.range(1, 60)
                .mapToObj(i -> "a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1))
                .collect(Collectors.joining("", "a0: &a0 [x, x]\n", ""));
        assertThatThrownBy(
                        () -> DatasetCard.read("README.md", "---\n" + laughs + "configs: [{config_name: *a40}]\n---\n"))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("once its aliases are written out");
        assertThatThrownBy(() -> DatasetCard.read("README.md", "---\nconfigs: &c [{config_name: *c}]\n---\n"))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("README.md:2:28: holds itself by way of *c");
    }

    @ParameterizedTest
    @CsvSource({
        "data/*.csv, data/a.csv, true",
        "data/*.csv, data/b/a.csv, false",
        "data/**/*.csv, data/a.csv, true",
        "data/**/*.csv, data/b/c/a.csv, true",
        "**, a/b/c, true",
        "**/test*, test.csv, true",
        "t?st, test, true",
        "t?st, tst, false",
        "x[0-9a].csv, x5.csv, true",
        "x[0-9a].csv, xa.csv, true",
        "x[!0-9].csv, x5.csv, false",
        "x[.csv, x[.csv, true",
        "x[]]y, x]y, true",
        "*, '', true",
        "a, b, false",
        "**/a/**/b, x/a/y/a/z/b, true",
    })
    void globs(String pattern, String path, boolean matches) {
        assertThat(new Glob(pattern).matches(path)).isEqualTo(matches);
    }

    @Test
    void globsOfManyStarsEnd() {
        Glob glob = new Glob("*a".repeat(200) + "/" + "**/".repeat(100) + "b");
        String path = "a".repeat(400) + "/" + "c/".repeat(300) + "d";
        assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> assertThat(glob.matches(path)).isFalse());
    }
}
