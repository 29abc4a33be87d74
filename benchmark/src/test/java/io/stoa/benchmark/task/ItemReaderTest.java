package io.stoa.benchmark.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.stoa.model.Digest;
import io.stoa.model.Score;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ItemReaderTest {
    private static final String GOOD = "{\"id\": \"a\", \"prompt\": \"What?\", \"answer\": \"this\"}";

    @TempDir
    private Path folder;

    @Test
    void readsItemsPastByteOrderMarkBlankLinesAndCarriageReturns() throws IOException {
        String text = "\uFEFF" + GOOD + "\r\n\n   \r\n{\"id\": \"b\", \"skill\": \"x\", \"prompt\": \"Wer größer?\", "
                + "\"answer\": \"Müller 🙂\", \"n\": 3}";
        Path file = write(text);
        ItemSet set = read(file, ItemReader.Form.FREE, 10);
        assertThat(set.items())
                .extracting(Item::id, Item::prompt, Item::answer)
                .containsExactlyInAnyOrder(tuple("a", "What?", "this"), tuple("b", "Wer größer?", "Müller 🙂"));
        assertThat(set.digest()).isEqualTo(Digest.of(text));
        assertThat(set.stop()).isEqualTo(Score.Stop.EXHAUSTED);
    }

    @Test
    void keepsUpToTheLimitAndChecksTheRest() throws IOException {
        Path file = write(GOOD + "\n" + GOOD.replace("\"a\"", "\"b\"") + "\n");
        ItemSet set = read(file, ItemReader.Form.FREE, 1);
        assertThat(set.items())
                .isEqualTo(read(file, ItemReader.Form.FREE, 2).items().subList(0, 1));
        assertThat(set.total()).isEqualTo(2);
        assertThat(set.stop()).isEqualTo(Score.Stop.LIMITED);
        Files.writeString(file, GOOD + "\n{\n");
        refuses(file, ItemReader.Form.FREE, file + ":2: not JSON");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"id\": \"b\", \"prompt\": \"Q\"                                   | :3: not JSON",
                "{\"id\": \"b\", \"prompt\": \"Q\", \"answer\": \"x\"} {}            | :3: not JSON",
                "{\"id\": \"b\", \"id\": \"c\", \"prompt\": \"Q\", \"answer\": \"x\"} | :3: not JSON",
                "[1, 2]                                                              | :3: not a JSON object but ARRAY",
                "{\"prompt\": \"Q\", \"answer\": \"x\"}                              | :3: \"id\" is missing",
                "{\"id\": \"b\", \"answer\": \"x\"}                                  | :3: \"prompt\" is missing",
                "{\"id\": \"b\", \"prompt\": \"Q\"}                                  | :3: \"answer\" is missing",
                "{\"id\": \"b\", \"prompt\": \"Q\", \"answer\": 65}       | :3: \"answer\" is not a text but NUMBER",
                "{\"id\": \"b\", \"prompt\": \"Q\", \"answer\": null}     | :3: \"answer\" is not a text but NULL",
                "{\"id\": \"b\", \"prompt\": \" \", \"answer\": \"x\"}    | :3: \"id\" or \"prompt\" is blank",
                "{\"id\": \"b\", \"prompt\": \"Q\", \"answer\": \"\"}     | :3: the answer \"\" is empty or has white",
                "{\"id\": \"b\", \"prompt\": \"Q\", \"answer\": \"x \"}   | :3: the answer \"x \" is empty or has white",
                "{\"id\": \"a\", \"prompt\": \"Q\", \"answer\": \"x\"}    | :3: the id \"a\" is already that of line 1"
            })
    void refusesWhatIsNoItem(String bad, String message) throws IOException {
        Path file = write(GOOD + "\n\n" + bad + "\n");
        refuses(file, ItemReader.Form.FREE, file + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"answer\": \"x\"                                    | \"choices\" is not a list of at least two",
                "\"answer\": \"x\", \"choices\": \"x\"                | \"choices\" is not a list of at least two",
                "\"answer\": \"x\", \"choices\": [\"x\"]              | \"choices\" is not a list of at least two",
                "\"answer\": \"x\", \"choices\": [\"x\", 3]           | a choice is not a text but 3",
                "\"answer\": \"x\", \"choices\": [\"x\", \"\"]        | a choice is not a text but \"\"",
                "\"answer\": \"x\", \"choices\": [\"x\", \"y\", \"x\"] | a choice occurs twice in [x, y, x]",
                "\"answer\": \"z\", \"choices\": [\"x\", \"y\"]  | the answer \"z\" is not among the choices [x, y]"
            })
    void refusesWhatIsNoChoice(String bad, String message) throws IOException {
        Path file = write("{\"id\": \"a\", \"prompt\": \"Q\", " + bad + "}");
        refuses(file, ItemReader.Form.CHOICES, file + ":1: " + message);
    }

    @Test
    void refusesAbsentEmptyAndWronglyEncodedFiles() throws IOException {
        Path absent = folder.resolve("absent.jsonl");
        refuses(absent, ItemReader.Form.FREE, absent + ": no such file");
        refuses(folder, ItemReader.Form.FREE, folder + ": no such file");
        Path empty = write("\n  \n");
        refuses(empty, ItemReader.Form.FREE, empty + ": holds no item");
        Path latin = folder.resolve("latin.jsonl");
        Files.write(latin, (GOOD + "\n{\"id\": \"ü\"}").getBytes(StandardCharsets.ISO_8859_1));
        refuses(latin, ItemReader.Form.FREE, latin + ":2: not UTF-8");
        Path wide = folder.resolve("wide.jsonl");
        Files.write(wide, GOOD.getBytes(StandardCharsets.UTF_16));
        refuses(wide, ItemReader.Form.FREE, wide + ":1: not UTF-8");
        Path endless = folder.resolve("endless.jsonl");
        Files.write(endless, new byte[(16 << 20) + 1]);
        refuses(endless, ItemReader.Form.FREE, endless + ":1: the line is longer than 16777216 bytes");
    }

    private void refuses(Path file, ItemReader.Form form, String message) {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> read(file, form, 1))
                .withMessageStartingWith(message)
                .withMessageContaining("; ")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER));
    }

    private static ItemSet read(Path file, ItemReader.Form form, int limit) {
        return new ItemReader(file, form).read(limit);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("items.jsonl"), text);
    }
}
