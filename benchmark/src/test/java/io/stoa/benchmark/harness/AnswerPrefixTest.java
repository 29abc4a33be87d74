package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.benchmark.ScriptedEngine;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gen_prefix} with a chat template: the assistant's turn is begun, and the model goes on with it. */
final class AnswerPrefixTest {
    @TempDir
    private Path folder;

    @Test
    void aChatGoesOnWithTheAnswerThatTheTaskBegins() {
        OwnTasks tasks = OwnTasks.sums(folder, 3);
        tasks.write("begun.yaml", """
                task: begun
                include: sums.yaml
                gen_prefix: "{{question}} is"
                """);
        Run.Settings settings = new Run.Settings(
                new Prompts.Layout(true, Optional.empty(), Prompts.SHOT_SEED),
                Optional.empty(),
                0,
                folder.resolve("cache"));
        ScriptedEngine engine = new ScriptedEngine().answering(OwnTasks::sum);
        Run.Outcome outcome = OwnTasks.ask(tasks.run("begun", settings), "build 1", _ -> engine, Budget.unlimited());
        assertThat(engine.asked()).containsExactlyInAnyOrder("0+1= is", "1+1= is", "2+1= is");
        assertThat(OwnTasks.score(outcome.evaluation().orElseThrow(), "begun")).isOne();
    }
}
