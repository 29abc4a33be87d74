package io.stoa.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import io.stoa.inspect.observation.Outcome;
import io.stoa.inspect.observation.SarifLog;
import io.stoa.model.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportsTest {
    @TempDir
    private Path folder;

    @Test
    void sarifHasARuleForEachCheckAndALevelForEachOutcome() {
        Notes notes = new Notes("a b/möd.gguf");
        notes.pass(Check.FORMAT, "Fine.");
        notes.fail(Check.PICKLE, "data.pkl", "It calls something.");
        notes.lead(Check.CODE, "", "It has code.", "Read it.");
        notes.notTested(Check.WEIGHTS, "Not decoded.", "Try another.");
        JsonNode run = JsonMapper.shared()
                .readTree(SarifLog.write(notes.observations(), "1"))
                .path("runs")
                .path(0);
        assertThat(run.path("tool").path("driver").path("rules").size()).isEqualTo(Check.values().length);
        assertThat(run.path("results").findValuesAsString("level")).containsExactly("none", "error", "warning", "none");
        assertThat(run.path("results").findValuesAsString("uri")).containsOnly("a%20b/m%C3%B6d.gguf");
    }

    @Test
    void manyAlikeAreCounted() {
        Notes notes = new Notes("x\u001b[2J");
        for (int i = 0; i < 100; i++) {
            notes.fail(Check.PICKLE, "", "It is number " + i + ".");
        }
        assertThat(notes.file()).doesNotContain("\u001b");
        assertThat(notes.observations()).hasSize(13);
        assertThat(notes.observations().getLast().sentence()).contains("88 more");
    }

    /** Exchanged ids are another model's words: only a base tells. */
    @Test
    void aTokenizerIsComparedWithTheBase() throws IOException {
        Path base = Files.writeString(folder.resolve("tokenizer.json"), Attacks.tokenizer("", ""));
        Path other = Files.createDirectory(folder.resolve("other"));
        Path exchanged = Files.writeString(
                other.resolve("tokenizer.json"),
                Attacks.tokenizer("", "").replace("\"a\":2,\"b\":3", "\"a\":3,\"b\":2"));
        assertThat(Inspector.inspect(exchanged, Optional.empty(), Progress.NONE).of(Check.TOKENIZER))
                .contains(Outcome.PASS);
        assertThat(Inspector.inspect(exchanged, Optional.of(base), Progress.NONE)
                        .of(Check.TOKENIZER_BASE))
                .contains(Outcome.FAIL);
        assertThat(Inspector.inspect(base, Optional.of(base), Progress.NONE).of(Check.TOKENIZER_BASE))
                .contains(Outcome.PASS);
    }

    @Test
    void whatIsNotExaminedIsNotClean() throws IOException {
        Path file = Files.write(folder.resolve("x.unknown"), new byte[] {1, 2, 3});
        assertThat(Inspector.inspect(file, Optional.empty(), Progress.NONE).outcome())
                .isEqualTo(Outcome.NOT_TESTED);
    }
}
