package io.stoa.cli;

import io.stoa.benchmark.harness.TaskLibrary;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "tasks",
        description = "List the tasks, groups and tags that there are.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Examples:", "  stoa bench tasks", "  stoa bench tasks --tasks lm-evaluation-harness/lm_eval/tasks/arc"})
final class BenchTasksCommand implements Runnable {
    private final House house;

    @Mixin
    private TaskOptions tasks = new TaskOptions();

    @Option(names = "--json", description = "Print the list as JSON.")
    private boolean json;

    BenchTasksCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        TaskLibrary library = tasks.library();
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(library.entries()));
            return;
        }
        int width = library.names().stream().mapToInt(String::length).max().orElse(0);
        library.entries()
                .forEach(entry -> house.out()
                        .printf(
                                Locale.ROOT,
                                "%-5s  %-" + width + "s  %s%n",
                                entry.kind(),
                                entry.name(),
                                entry.dataset().orElse("")));
    }
}
