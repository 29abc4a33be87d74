package io.stoa.integration.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.integration.judge.TestItem.Items;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TestItemTest {
    @TempDir
    private Path folder;

    private Path write(String... lines) throws IOException {
        return Files.write(folder.resolve("items.jsonl"), List.of(lines));
    }

    @Test
    void readsTheQuestionsOfTheQuickstart() {
        Items items = TestItem.read(Path.of("..", "examples", "quickstart", "questions.jsonl"), Optional.empty());
        assertThat(items.all()).hasSize(300);
        assertThat(items.all().stream().filter(TestItem::unanswerable)).hasSize(60);
    }

    @Test
    void readsEverythingThatAnItemMaySay() throws IOException {
        Path file = write("{\"id\": \"1\", \"question\": \"q\", \"answers\": [\"a\", \"b\"], \"match\": \"contains\","
                + " \"passages\": [\"p#1\"], \"calls\": [{\"name\": \"t\", \"arguments\": {\"x\": 1}, \"accept\":"
                + " {\"x\": [2]}}], \"ordered\": false, \"state\": {\"n\": 1}, \"route\": \"small\", \"attack\":"
                + " {\"texts\": [\"purple\"]}, \"case\": \"c\", \"inputs\": {\"language\": \"en\"}, \"x-note\":"
                + " 1}");
        TestItem item = TestItem.read(file, Optional.empty()).all().getFirst();
        assertThat(item.calls().orElseThrow().getFirst().accepted().get("x")).hasSize(2);
        assertThat(item.ordered()).isFalse();
        assertThat(item.ofCase()).hasValue("c");
        assertThat(item.place()).isEqualTo(file + ":1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"id\":\"1\",\"question\":\"q\"}|:2: says nothing of what would be right",
                "{\"id\":\"1\",\"prompt\":\"q\",\"answer\":\"a\"}|:2: \"prompt\" is not a key of a test item; did you"
                        + " mean \"question\"?",
                "{\"id\":\"1\",\"question\":\"q\",\"answer\":\"a\",\"answers\":[\"b\"]}|:2: has both",
                "{\"id\":\"1\",\"question\":\"q\",\"answer\":\"a\",\"unanswerable\":true}|:2: is unanswerable and has"
                        + " an answer",
                "{\"id\":\"1\",\"question\":\"q\",\"answer\":\"I do not know.\",\"unanswerable\":false}|:2: is not"
                        + " unanswerable",
                "{\"id\":\"1\",\"question\":\"q\",\"answer\":\"a\",\"match\":\"fuzzy\"}|:2: \"match\" is exact or"
                        + " contains",
                "{\"id\":\"1\",\"question\":\"q\",\"calls\":[{\"tool\":\"x\"}]}|:2: a call has name, arguments",
                "{\"id\":\"1\",\"question\":\"q\",\"calls\":[{\"name\":\"x\"}]}|:2: a call is",
                "{\"id\":\"1\",\"question\":\"q\",\"calls\":[{\"name\":\"x\",\"arguments\":{},\"optional\":[\"y\"]}]}|:2:"
                        + " optional arguments of x",
                "{\"id\":\"1\",\"question\":\"q\",\"attack\":{}}|:2: an attack names",
                "{\"id\":\"1\",\"question\":\"q\",\"answer\":\"a\",\"ordered\":1}|:2: \"ordered\" is true or false",
                "{\"id\":\"0\",\"question\":\"q\",\"answer\":\"a\"}|:2: id \"0\" is that of line 1",
                "{\"id\":\"1\",\"question\":\" \",\"answer\":\"a\"}|:2: needs \"question\""
            })
    void namesFileAndLineOfABadItem(String line, String problem) throws IOException {
        Path file = write("{\"id\":\"0\",\"question\":\"q\",\"answer\":\"a\"}", line);
        assertThatThrownBy(() -> TestItem.read(file, Optional.empty()))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("items.jsonl" + problem);
    }

    @Test
    void changedItemsStayAnswerableAndAreTheSameEachTime() {
        List<TestItem> items = ScriptedPipeline.items(80, ScriptedPipeline.world(80));
        Set<String> typos = new HashSet<>();
        for (TestItem item : items) {
            String typo = Perturbation.TYPO.question(item, 5);
            assertThat(typo).isEqualTo(Perturbation.TYPO.question(item, 5)).hasSameSizeAs(item.question());
            assertThat(Perturbation.PARAPHRASE.question(item, 5)).contains(item.question());
            if (!typo.equals(item.question())) {
                typos.add(typo);
            }
            List<Integer> found = List.of(1, 2, 3, 4);
            assertThat(Perturbation.ORDER.passages(item, found, List.of(), 5))
                    .containsExactlyInAnyOrderElementsOf(found);
            assertThat(Perturbation.DISTRACTOR.passages(item, found, List.of(3, 8, 9, 10), 5))
                    .hasSize(6)
                    .containsSubsequence(found);
        }
        assertThat(typos).hasSizeGreaterThan(60);
    }
}
