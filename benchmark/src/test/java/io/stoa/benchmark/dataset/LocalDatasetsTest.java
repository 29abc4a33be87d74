package io.stoa.benchmark.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LocalDatasetsTest {
    @TempDir
    private Path folder;

    /** Each file's only row is its own name. */
    private void files(String... names) {
        for (String name : names) {
            Path file = folder.resolve(name);
            try {
                Files.createDirectories(file.getParent());
                Files.writeString(file, "{\"file\": \"" + name + "\"}\n");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private List<String> read(String config, String split) {
        return new LocalDatasets(Map.of("some/exams", folder), new DatasetReader())
                .rows("some/exams", Optional.of(config), split).stream()
                        .map(row -> row.path("file").asString())
                        .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "algebra, algebra_test.jsonl",
        "abstract_algebra, abstract_algebra_test.jsonl",
        "all, all/test-00000-of-00001.jsonl",
        "Mall, exams-mall.test.jsonl",
        "raw-2-v1, data/raw-2-v1/test.jsonl",
    })
    void aConfigurationIsAWholeWord(String config, String file) {
        files(
                "algebra_test.jsonl",
                "abstract_algebra_test.jsonl",
                "all/test-00000-of-00001.jsonl",
                "exams-mall.test.jsonl",
                "data/raw-2-v1/test.jsonl",
                "data/raw-103-v1/test.jsonl",
                "small_test.jsonl",
                "algebra_train.jsonl");
        assertThat(read(config, "test")).containsExactly(file);
    }

    @Test
    void filesOfNoConfigurationServeEach() {
        files("test.jsonl", "exams_test.jsonl", "algebra_test.jsonl");
        assertThat(read("geometry", "test")).containsExactly("exams_test.jsonl", "test.jsonl");
        assertThat(read("algebra", "test")).containsExactly("algebra_test.jsonl");
    }

    @Test
    void anotherConfigurationIsNotTakenForIt() {
        files("abstract_algebra_test.jsonl", "geometry_test.jsonl", "geometry/val/test.jsonl");
        assertThatThrownBy(() -> read("algebra", "test"))
                .isInstanceOf(StoaException.class)
                .hasMessageContainingAll(
                        "no file of the configuration algebra of some/exams",
                        "for the split test, but abstract_algebra_test.jsonl, geometry/val/test.jsonl,"
                                + " geometry_test.jsonl; call the file algebra_test");
        assertThatThrownBy(() -> read("algebra", "train"))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("holds no split train");
    }
}
