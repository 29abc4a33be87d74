package io.stoa.cli;

import io.stoa.benchmark.dataset.DownloadProgress;
import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.harness.Evaluation;
import io.stoa.benchmark.harness.ResultsFolder;
import io.stoa.benchmark.harness.TaskData;
import io.stoa.benchmark.harness.TaskLibrary;
import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "score",
        description = {
            "Score answers that were given elsewhere, by a task's own filters and metrics.",
            "FILE holds JSON lines, each with an answer (response, or responses for several, or log_likelihoods of the"
                    + " choices) and doc_id, the document's number from 0, or its id; or samples that"
                    + " lm-evaluation-harness logged; or a log of Inspect (.eval, .json).",
            "An empty answer counts as wrong. Documents without an answer are left out, and how many counted is said."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa bench score --task gsm8k --responses answers.jsonl",
            "  stoa bench score --task gsm8k --responses samples_gsm8k_2026-01-31.jsonl --output results/",
            "  stoa bench score --task mine --tasks mine.yaml --responses answers.jsonl --json"
        })
final class BenchScoreCommand implements Runnable {
    private final House house;

    @Option(
            names = "--task",
            required = true,
            paramLabel = "TASK",
            description = "The task; stoa bench tasks lists them.")
    private String task = "";

    @Option(names = "--responses", required = true, paramLabel = "FILE", description = "The answers.")
    private Path responses = Path.of("");

    @Mixin
    private TaskOptions tasks = new TaskOptions();

    @Option(
            names = "--output",
            paramLabel = "FOLDER",
            description = "Where to write results and samples, as lm-evaluation-harness writes them.")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--model", paramLabel = "NAME", description = "Whose answers they are. Default: the file's name")
    private Optional<String> model = Optional.empty();

    @Option(
            names = "--complete",
            description =
                    "Refuse when documents of the task have no answer, instead of leaving them out. Needs its dataset.")
    private boolean complete;

    @Option(names = "--json", description = "Print the results as lm-evaluation-harness writes them.")
    private boolean json;

    BenchScoreCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        if (!Files.isRegularFile(responses)) {
            throw StoaException.user("--responses " + responses + ": no such file");
        }
        TaskLibrary library = tasks.library();
        tasks.tellKeptShots(library, task, house.err());
        String name =
                model.orElseGet(() -> String.valueOf(responses.getFileName()).replaceFirst("\\.[a-z]+$", ""));
        try (HubDatasets hub = house.hub()) {
            // Logged samples bring their documents; then the dataset is only needed to tell whether any are missing.
            Optional<TaskData> data = Evaluation.bringsDocuments(responses) && !tasks.saysWhere() && !complete
                    ? Optional.empty()
                    : Optional.of(tasks.data(library, task, hub, DownloadProgress.NONE));
            Optional<ResultsFolder> folder = output.map(path -> new ResultsFolder(path, name, house.clock()));
            Evaluation evaluation =
                    Evaluation.ofStored(library, task, tasks.overrides(), data, responses, complete, folder);
            if (json) {
                house.out().println(evaluation.json(name));
            } else {
                BenchTable.print(evaluation, house.out());
                folder.ifPresent(where -> house.err().println("stoa: written to " + where.folder()));
            }
        }
    }
}
