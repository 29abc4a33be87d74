package io.stoa.cli;

import io.stoa.benchmark.dataset.DownloadProgress;
import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.harness.Prompts;
import io.stoa.benchmark.harness.TaskLibrary;
import io.stoa.model.StoaException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "prompts",
        description = {
            "Print what a task asks, without asking it: one JSON line for each document, with its requests as"
                    + " lm-evaluation-harness logs them.",
            "Each line holds doc_id, doc, target and arguments; of a group's tasks also the task."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa bench prompts gsm8k --limit 2",
            "  stoa bench prompts mmlu_anatomy --num-fewshot 5 --data cais/mmlu=mmlu/"
        })
final class BenchPromptsCommand implements Runnable {
    private final House house;

    @Parameters(index = "0", paramLabel = "TASK", description = "A task, a group or a tag.")
    private String task = "";

    @Mixin
    private TaskOptions tasks = new TaskOptions();

    @Option(names = "--limit", paramLabel = "N", description = "Only the first documents of each task.")
    private Optional<Integer> limit = Optional.empty();

    @Option(names = "--chat", description = "As messages for a chat template, each example a turn of its own.")
    private boolean chat;

    @Option(names = "--system", paramLabel = "TEXT", description = "A system instruction before everything else.")
    private Optional<String> system = Optional.empty();

    BenchPromptsCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        int most = limit.orElse(Integer.MAX_VALUE);
        if (most < 1) {
            throw StoaException.user("--limit " + most + ": must be positive");
        }
        TaskLibrary library = tasks.library();
        tasks.tellKeptShots(library, task, house.err());
        Prompts.Layout layout = new Prompts.Layout(chat, system, Prompts.SHOT_SEED);
        try (HubDatasets hub = house.hub()) {
            library.prompts(
                    task,
                    tasks.overrides(),
                    tasks.data(library, task, hub, DownloadProgress.NONE),
                    layout,
                    most,
                    line -> house.out().println(line));
        }
    }
}
