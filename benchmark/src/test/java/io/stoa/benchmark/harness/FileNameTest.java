package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.benchmark.ScriptedEngine;
import io.stoa.benchmark.gate.FileName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FileNameTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "gsm8k,gsm8k",
        "leaderboard_math-hard v2.1,leaderboard_math-hard v2.1",
        "größe,größe",
        "org/model-7b,org__model-7b",
        "org/_x,org___x"
    })
    void isTheHarnessNameWhereThatCanBeReadBack(String name, String file) {
        assertThat(FileName.of(name)).isEqualTo(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b", "a?b", "a__b", "a//b", "org_/x", "", ".", "..", "../up", ".hidden", "a\nb", "a\\b"})
    void isMarkedWhereItCannot(String name) {
        assertThat(FileName.of(name)).matches("[\\w-][\\w.-]*-[0-9a-f]{8}").doesNotContain("/", "\\");
    }

    @Test
    void longNamesFit() {
        String name = FileName.of("\uD83D\uDE42".repeat(400));
        assertThat(name.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(200);
        assertThat(name).startsWith("\uD83D\uDE42\uD83D\uDE42").matches(".*-[0-9a-f]{8}");
        assertThat(name).isNotEqualTo(FileName.of("\uD83D\uDE42".repeat(401)));
    }

    @Test
    void noTwoNamesShareAFile() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<String, String> names = new HashMap<>();
        String letters = "a_/:?.";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder name = new StringBuilder();
            for (int length = random.nextInt(7); length >= 0; length--) {
                name.append(letters.charAt(random.nextInt(letters.length())));
            }
            String earlier = names.putIfAbsent(FileName.of(name.toString()), name.toString());
            assertThat(Optional.ofNullable(earlier).orElse(name.toString()))
                    .as("seed %d", seed)
                    .isEqualTo(name.toString());
        }
    }

    /** Two caches of one file could not be open at once, and two tasks would take each other's answers. */
    @Test
    void answersToTasksWithLikeNamesAreKeptApart() {
        Entrant model = new Entrant(OwnTasks.MODEL, "build", 256, _ -> new ScriptedEngine());
        try (ResponseCache first = new ResponseCache(folder, model, "a b:c");
                ResponseCache second = new ResponseCache(folder, model, "a b?c")) {
            first.put(0, "k", List.of(new RawAnswer.Texts(List.of("one"))));
            second.put(0, "k", List.of(new RawAnswer.Likelihood(-1, Optional.empty())));
        }
        try (ResponseCache first = new ResponseCache(folder, model, "a b:c");
                ResponseCache second = new ResponseCache(folder, model, "a b?c")) {
            assertThat(first.find(0, "k")).contains(List.of(new RawAnswer.Texts(List.of("one"))));
            assertThat(second.find(0, "k")).contains(List.of(new RawAnswer.Likelihood(-1, Optional.empty())));
        }
    }

    @Test
    void samplesOfTasksWithLikeNamesAreKeptApart() {
        OwnTasks tasks = OwnTasks.sums(folder, 2);
        tasks.write("one.yaml", "include: sums.yaml\ntask: 'sums:a'\n");
        tasks.write("two.yaml", "include: sums.yaml\ntask: 'sums?a'\n");
        tasks.write("both.yaml", "group: both\ntask: ['sums:a', 'sums?a']\n");
        ResultsFolder out = new ResultsFolder(folder.resolve("out"), "m", Clock.systemUTC());
        tasks.run("both")
                .ask(
                        new Entrant(OwnTasks.MODEL, "build", 256, _ -> new ScriptedEngine().answering(OwnTasks::sum)),
                        Budget.unlimited(),
                        (_, _) -> {},
                        Optional.of(out));
        assertThat(out.folder())
                .isDirectoryContaining(file -> file.getFileName().toString().startsWith("samples_sums__a-"))
                .satisfies(path -> assertThat(path.toFile().list())
                        .filteredOn(name -> name.startsWith("samples_"))
                        .hasSize(2));
    }
}
