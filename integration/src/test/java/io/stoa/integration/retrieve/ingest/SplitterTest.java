package io.stoa.integration.retrieve.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.integration.retrieve.Passage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitterTest {
    /** A word is a token. */
    private static final TokenCount WORDS = new TokenCount() {
        @Override
        public int of(String text) {
            return (int) text.codePoints().filter(c -> c == ' ').count() + (text.isBlank() ? 0 : 1);
        }

        @Override
        public String name() {
            return "words";
        }
    };

    @Test
    void aSectionIsAPassageThatKnowsItsPlace() {
        List<Passage> passages = new Splitter(60, 0, WORDS)
                .split(
                        "guides/shop.md",
                        "markdown",
                        new Parsed(
                                "Shop guide",
                                List.of(
                                        heading(1, "Returns", 1),
                                        text("Bring it back.", 3),
                                        heading(2, "Late returns", 5),
                                        text("A week later it costs 5 euros.", 7),
                                        text("Ask the desk.", 9),
                                        heading(1, "Empty", 11),
                                        heading(1, "Opening", 13),
                                        text("Nine to five.", 15))));

        assertThat(passages)
                .extracting(Passage::text)
                .containsExactly(
                        "Shop guide › Returns\n\nBring it back.",
                        "Shop guide › Returns › Late returns\n\nA week later it costs 5 euros.\n\nAsk the desk.",
                        "Shop guide › Empty",
                        "Shop guide › Opening\n\nNine to five.");
        assertThat(passages.get(1).id()).isEqualTo("guides/shop.md#2");
        assertThat(passages.get(1).place()).isEqualTo("Shop guide › Returns › Late returns, line 7");
        assertThat(passages.get(1).metadata())
                .isEqualTo(Map.of(
                        "format", "markdown", "folder", "guides", "title", "Shop guide", "heading", "Late returns"));
    }

    @Test
    void longTextIsCutBetweenSentencesWithAnOverlap() {
        String text = String.join(
                " ",
                IntStream.range(0, 20)
                        .mapToObj(i -> "This is sentence " + i + ".")
                        .toList());
        List<Passage> passages = new Splitter(20, 5, WORDS)
                .split("a.txt", "plain", new Parsed("", List.of(new Block.Text(text, Where.page(3)))));

        assertThat(passages.getFirst().text()).isEqualTo("This is sentence 0. This is sentence 1. This is sentence 2.");
        assertThat(passages.get(1).text()).startsWith("This is sentence 2. This is sentence 3.");
        assertThat(passages.getLast().text()).endsWith("This is sentence 19.");
        assertThat(passages).allSatisfy(one -> assertThat(one.place()).isEqualTo("page 3"));
        assertThat(passages.getFirst().metadata()).containsEntry("page", "3").containsEntry("folder", ".");
    }

    @Test
    void aLongTableRepeatsItsHead() {
        List<List<String>> rows = new ArrayList<>(List.of(List.of("Part", "Pieces")));
        IntStream.range(0, 30).forEach(i -> rows.add(List.of("part" + i, "" + i)));
        List<Passage> passages = new Splitter(24, 4, WORDS)
                .split("a.xlsx", "sheet", new Parsed("", List.of(new Block.Table(rows, Where.line(1)))));

        assertThat(passages)
                .hasSizeGreaterThan(3)
                .allSatisfy(one -> assertThat(one.text()).startsWith("Part | Pieces\n"));
        assertThat(passages.get(1).place())
                .isEqualTo("line " + (1 + passages.getFirst().text().lines().count()));
        assertThat(passages.getLast().text()).endsWith("part29 | 29");
    }

    @Test
    void refusesImpossibleBudgets() {
        assertThatThrownBy(() -> new Splitter(15, 0, WORDS)).hasMessageContaining("at least 16");
        assertThatThrownBy(() -> new Splitter(20, 10, WORDS)).hasMessageContaining("less than half");
    }

    /** Any document: nothing is lost, nothing is too long, ids are unique. */
    @Test
    void nothingIsLostOrTooLong() {
        long seed = 20_261_131;
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int budget = 16 + random.nextInt(100);
            Splitter splitter = new Splitter(budget, random.nextInt(budget / 2), TokenCount.ROUGH);
            List<Block> blocks = new ArrayList<>();
            List<String> words = new ArrayList<>();
            for (int i = 0; i < random.nextInt(30); i++) {
                boolean isHeading = random.nextInt(4) == 0;
                // A heading longer than a third of the budget is cut, so its words need not all be there.
                String text = words(random, isHeading ? new ArrayList<>() : words);
                blocks.add(
                        switch (isHeading ? 0 : 1 + random.nextInt(3)) {
                            case 0 -> heading(1 + random.nextInt(4), text, i + 1);
                            case 1 ->
                                new Block.Table(
                                        List.of(List.of(text), List.of(words(random, words))), Where.line(i + 1));
                            default -> text(text, i + 1);
                        });
            }
            List<Passage> passages = splitter.split("d.md", "markdown", new Parsed("", blocks));
            String all = String.join(" ", passages.stream().map(Passage::text).toList());
            String context = "seed %d round %d".formatted(seed, round);
            assertThat(List.of(all.split("[ .|\\n]+", -1))).as(context).containsAll(words);
            assertThat(passages)
                    .as(context)
                    .allSatisfy(
                            one -> assertThat(TokenCount.ROUGH.of(one.text())).isLessThanOrEqualTo(budget + 2));
            assertThat(passages.stream().map(Passage::id).distinct().count()).isEqualTo(passages.size());
        }
    }

    private static String words(Random random, List<String> all) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 1 + random.nextInt(60); i++) {
            String word = "t" + all.size() + (random.nextInt(8) == 0 ? "." : "");
            all.add("t" + all.size());
            text.append(i > 0 ? " " : "").append(word);
        }
        return text.toString();
    }

    private static Block.Heading heading(int level, String text, int line) {
        return new Block.Heading(level, text, Where.line(line));
    }

    private static Block.Text text(String text, int line) {
        return new Block.Text(text, Where.line(line));
    }
}
