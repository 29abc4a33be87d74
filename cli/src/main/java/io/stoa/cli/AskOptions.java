package io.stoa.cli;

import io.stoa.benchmark.dataset.DownloadProgress;
import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.harness.Prompts;
import io.stoa.benchmark.harness.Run;
import io.stoa.benchmark.harness.TaskData;
import io.stoa.benchmark.harness.TaskLibrary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How models are asked: the options that the verbs share which run whole tasks. */
final class AskOptions {
    @Option(names = "--limit", paramLabel = "N", description = "Only the first documents of each task.")
    private Optional<Integer> limit = Optional.empty();

    @Option(
            names = "--chat",
            description = "Put prompts through the model's chat template, each example a turn of its own.")
    private boolean chat;

    @Option(names = "--system", paramLabel = "TEXT", description = "A system instruction before everything else.")
    private Optional<String> system = Optional.empty();

    @Option(
            names = "--seed",
            defaultValue = "0",
            description = "Of draws where a task samples. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--cache",
            defaultValue = ".stoa/responses",
            paramLabel = "FOLDER",
            description = "Where answers are kept. Default: ${DEFAULT-VALUE}")
    private Path cache = Path.of(".stoa", "responses");

    Run.Settings settings() {
        Prompts.Layout layout = new Prompts.Layout(chat, system, Prompts.SHOT_SEED);
        return Arguments.checked(() -> new Run.Settings(layout, limit, seed, cache));
    }

    List<Run> runs(TaskLibrary library, List<String> names, TaskOptions tasks, HubDatasets hub) {
        List<Run> runs = new ArrayList<>();
        for (String name : names) {
            TaskData data = tasks.data(library, name, hub, DownloadProgress.NONE);
            runs.add(new Run(library, name, tasks.overrides(), data, settings()));
        }
        return runs;
    }
}
