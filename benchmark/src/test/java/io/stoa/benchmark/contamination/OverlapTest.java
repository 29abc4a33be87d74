package io.stoa.benchmark.contamination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlapTest {
    private static final String SEEN =
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";

    @TempDir
    private Path folder;

    private Path text(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static Item item(String place, String... texts) {
        return new Item(place, List.of(texts));
    }

    @Test
    void thirteenWordsInARowAreFoundWhateverTheirCaseAndPunctuation() throws IOException {
        Path other = text("a.txt", "nothing here");
        Path text = text(
                "b.txt",
                "zero ONE, two—\n three (four) five\tsix; seven - eight 'nine' ten eleven\u00A0twelve thirteen! fourteen?");
        Overlap overlap = Overlap.of(
                List.of(
                        item("seen", SEEN),
                        item("half", SEEN + " and so it goes on with words that are not there at all"),
                        item("short", "one two three"),
                        item("split", SEEN.substring(0, 30), SEEN.substring(30)),
                        item("new", SEEN.replace("seven", "six"))),
                List.of(other, text),
                13);
        assertThat(overlap.items()).isEqualTo(3);
        assertThat(overlap.tooShort()).isEqualTo(2);
        assertThat(overlap.overlapping()).isEqualTo(2);
        assertThat(overlap.words()).isEqualTo(2 + 15);
        assertThat(overlap.worst()).extracting(Overlap.Hit::place).containsExactly("seen", "half");
        Overlap.Hit worst = overlap.worst().getFirst();
        assertThat(worst.share()).isEqualTo(1);
        assertThat(worst.runs()).isEqualTo(2);
        assertThat(worst.text()).isEqualTo(text);
        assertThat(worst.words()).isEqualTo("one two three four five six seven eight nine ten eleven twelve thirteen");
    }

    @Test
    void wordsOfAnyScriptAndAcrossBuffersAreTheSame() throws IOException {
        String words = "ΆΛΦΑ бета גמא δέλτα 𝐄psilon é e\u0301 naïve don't A-B 42 ×× 終";
        // Around every place of the reader's buffer.
        for (int shift = (1 << 14) - 40; shift < (1 << 14) + 5; shift++) {
            Path text = text("x.txt", "x".repeat(shift) + " " + words);
            assertThat(Overlap.of(List.of(item("i", words)), List.of(text), 11).overlapping())
                    .as("%d", shift)
                    .isEqualTo(1);
        }
    }

    @Test
    void oneEndlessLineTakesNoMemory() throws IOException {
        Path text = folder.resolve("long.txt");
        try (BufferedWriter writer = Files.newBufferedWriter(text)) {
            for (int i = 0; i < 20_000; i++) {
                writer.write("abcdefghij".repeat(50));
                writer.write(i % 2 == 0 ? " " : "");
            }
            writer.write(" " + SEEN);
        }
        assertThat(Overlap.of(List.of(item("i", SEEN)), List.of(text), 13).overlapping())
                .isEqualTo(1);
    }

    @Test
    void itemsComeFromAnyFileOfThem() throws IOException {
        Path plain = text("items.jsonl", "{\"question\": \"a b\", \"options\": [\"c\", \"d\"], \"answer\": 1}\n");
        assertThat(Item.read(plain, Optional.empty()).getFirst().texts()).containsExactly("a b", "c", "d");
        assertThat(Item.read(plain, Optional.of("question")).getFirst().texts()).containsExactly("a b");
        assertThatThrownBy(() -> Item.read(plain, Optional.of("qestion")))
                .hasMessageContainingAll("items.jsonl", "did you mean question?");
        Path samples = text(
                "samples.jsonl",
                "{\"doc_id\": 0, \"doc\": {\"q\": \"x\"}, \"filter\": \"a\", \"resps\": [[\"y\"]]}\n".repeat(2));
        assertThat(Item.read(samples, Optional.empty()))
                .singleElement()
                .extracting(Item::texts)
                .isEqualTo(List.of("x"));
        Path broken = text("broken.jsonl", "{\"question\": \"a b\"}\n{\"question\": \n");
        assertThatThrownBy(() -> Item.read(broken, Optional.empty())).hasMessageContaining("broken.jsonl:2");
        assertThatThrownBy(() -> Overlap.of(Item.read(plain, Optional.empty()), List.of(folder), 13))
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> Overlap.of(Item.read(plain, Optional.empty()), List.of(plain), 1))
                .hasMessageContaining("2 to 100");
    }
}
