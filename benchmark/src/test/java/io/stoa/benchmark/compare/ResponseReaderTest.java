package io.stoa.benchmark.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ResponseReaderTest {
    @TempDir
    private Path folder;

    private final List<String> notices = new ArrayList<>();

    @Test
    void readsATable() throws IOException {
        Path file = write(
                "\uFEFFquestion_id,subject,answer,small,\"big, new\"\r\n1,law,A,A,B\n2,law,B,,B\n3,\"a \"\"b\"\"\",C,B,C\n");

        List<ScoredItems> read = reader().table(file, List.of());

        assertThat(read).extracting(ScoredItems::model).containsExactly("small", "big, new");
        assertThat(read.getFirst().scores())
                .containsExactly(
                        Map.entry("1", Optional.of(1.0)),
                        Map.entry("2", Optional.empty()),
                        Map.entry("3", Optional.of(0.0)));
        assertThat(read.getFirst().unanswered()).isEqualTo(1);
        assertThat(notices).singleElement().asString().contains("\"subject\"", "--models");
    }

    /** As pandas writes it. */
    @Test
    void passesOverRowNumbersWithoutAName() throws IOException {
        Path file = write(",id,answer,a\n0,x,A,A\n1,y,B,A\n");

        assertThat(reader().table(file, List.of()))
                .extracting(ScoredItems::model)
                .containsExactly("a");
    }

    @Test
    void oneMetricIsReadFromAllFiles() throws IOException {
        ResponseReader reader = reader();
        reader.lines(write("{\"id\":1,\"acc\":1,\"acc_norm\":0}"), "first");
        Path second = Files.writeString(folder.resolve("second"), "{\"id\":1,\"acc_norm\":0}");

        assertThat(notices).singleElement().asString().contains("\"acc\"");
        assertThatThrownBy(() -> reader.lines(second, "second")).hasMessageContaining("\"acc\" is not a score");
    }

    @Test
    void readsClustersAndChosenModels() throws IOException {
        Path file = write("id,subject,answer,a,b\n1,law,A,A,B\n2,art,B,A,B\n");

        List<ScoredItems> read = new ResponseReader(
                        Optional.empty(), Optional.empty(), Optional.of("subject"), notices::add)
                .table(file, List.of("b"));

        assertThat(read).extracting(ScoredItems::model).containsExactly("b");
        assertThat(read.getFirst().clusters()).containsExactlyInAnyOrderEntriesOf(Map.of("1", "law", "2", "art"));
        assertThat(notices).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id,a,b|1: no column with the right answers",
                "answer,a|1: no column with the items' ids",
                "id,answer|1: no column of a model's answers",
                "id,answer,a|holds no item below its header",
                "id,answer,a~1,A,A,A|:2: 4 cells under a header of 3",
                "id,answer,a~1,A,A~1,A,B|:3: the id \"1\" is already that of line 2",
                "id,answer,a~1,,A|:2: no right answer",
                "id,answer,a~1,A,\"A|not a CSV table",
                "id,answer,a,a~1,A,A,B|not a CSV table"
            })
    void namesWhatIsWrongWithATable(String text, String message) throws IOException {
        Path file = write(text.replace('~', '\n'));

        assertThatThrownBy(() -> reader().table(file, List.of()))
                .isInstanceOf(StoaException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    @Test
    void readsHarnessSamplesOfOneFilter() throws IOException {
        Path file = write("""
                {"doc_id": 0, "filter": "strict", "exact_match": 1.0, "doc": {"subject": "law"}}
                {"doc_id": 0, "filter": "flexible", "exact_match": 0.0, "doc": {"subject": "law"}}

                {"doc_id": 1, "filter": "strict", "exact_match": null, "doc": {"subject": "art"}}
                """);

        ScoredItems read = new ResponseReader(
                        Optional.empty(), Optional.of("strict"), Optional.of("subject"), notices::add)
                .lines(file, "m");

        assertThat(read.scores()).containsExactly(Map.entry("0", Optional.of(1.0)), Map.entry("1", Optional.empty()));
        assertThat(read.clusters()).containsEntry("1", "art");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"id\":1,\"acc\":1}~{\"id\":1,\"acc\":0}|:2: the id \"1\" is already that of line 1",
                "{\"acc\":1}|:1: no id",
                "{\"id\":1}|:1: no score",
                "{\"id\":1,\"acc\":1}~{\"id\":2}|:2: \"acc\" is not a score in [0, 1] but missing",
                "{\"id\":1,\"acc\":7}|:1: \"acc\" is not a score in [0, 1] but 7",
                "{\"id\":1,\"acc\":1|:1: not JSON",
                "[1]|:1: not a JSON object but ARRAY",
                "~~|holds no item"
            })
    void namesWhatIsWrongWithALine(String text, String message) throws IOException {
        Path file = write(text.replace('~', '\n'));

        assertThatThrownBy(() -> reader().lines(file, "m"))
                .isInstanceOf(StoaException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    @Test
    void namesAFileThatIsNoText() throws IOException {
        Path file = folder.resolve("latin");
        Files.write(file, "{\"id\":\"\u00e4\",\"acc\":1}".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> reader().lines(file, "m")).hasMessageContaining("not UTF-8");
        assertThatThrownBy(() -> reader().table(file, List.of())).hasMessageContaining("not UTF-8");
        assertThatThrownBy(() -> reader().table(folder, List.of())).hasMessageContaining("no such file");
    }

    private ResponseReader reader() {
        return new ResponseReader(Optional.empty(), Optional.empty(), Optional.empty(), notices::add);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("answers"), text);
    }
}
