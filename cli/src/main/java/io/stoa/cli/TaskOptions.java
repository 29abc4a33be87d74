package io.stoa.cli;

import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.DownloadProgress;
import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.dataset.LocalDatasets;
import io.stoa.benchmark.harness.PythonPrograms;
import io.stoa.benchmark.harness.ShippedTasks;
import io.stoa.benchmark.harness.TaskData;
import io.stoa.benchmark.harness.TaskLibrary;
import io.stoa.model.StoaException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which tasks there are, and where their documents lie: the options that all verbs on tasks share. */
final class TaskOptions {
    private static final int MOST_SHOWN = 10;
    private static final Duration PROGRAM = Duration.ofSeconds(10);

    @Option(
            names = "--tasks",
            paramLabel = "PATH",
            description = "A task file, or a folder of task files in lm-evaluation-harness' format, beside the shipped"
                    + " ones. May be given several times; later ones win.")
    private List<Path> folders = List.of();

    @Option(
            names = "--data",
            paramLabel = "[ID=]PATH",
            description = "Where a dataset lies, as dataset id and folder or file, such as openai/gsm8k=gsm8k/."
                    + " Without an id it is the task's dataset. Others are fetched from the Hugging Face Hub"
                    + " (HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are heeded).")
    private List<String> data = List.of();

    @Option(
            names = "--num-fewshot",
            paramLabel = "N",
            description = "Examples before each question, instead of the task's own number. As with"
                    + " lm-evaluation-harness, a task that asks for none keeps to that.")
    private Optional<Integer> shots = Optional.empty();

    @Option(
            names = "--confirm-run-unsafe-code",
            description = "Let tasks run the Python programs that models write. There is no sandbox: do it in a"
                    + " container that has nothing to lose.")
    private boolean runCode;

    TaskLibrary library() {
        List<Path> all = new ArrayList<>();
        all.add(ShippedTasks.folder());
        for (Path folder : folders) {
            if (!Files.exists(folder)) {
                throw StoaException.user("--tasks " + folder + ": no such file or folder");
            }
            all.add(folder);
        }
        return new TaskLibrary(all, runCode ? Optional.of(new PythonPrograms("python3", PROGRAM)) : Optional.empty());
    }

    Map<String, Object> overrides() {
        Map<String, Object> overrides = new LinkedHashMap<>();
        shots.ifPresent(count -> {
            if (count < 0) {
                throw StoaException.user("--num-fewshot " + count + ": must not be negative");
            }
            overrides.put("num_fewshot", count);
        });
        return overrides;
    }

    /** Says where a task keeps to no examples, whatever was asked for. */
    void tellKeptShots(TaskLibrary library, String name, PrintStream err) {
        shots.filter(count -> count > 0).ifPresent(_ -> {
            List<String> kept = library.tasksWithoutShots(name);
            if (!kept.isEmpty()) {
                err.println("stoa: --num-fewshot does not hold for tasks that ask for no examples: "
                        + String.join(", ", kept.subList(0, Math.min(MOST_SHOWN, kept.size())))
                        + (kept.size() > MOST_SHOWN ? " and " + (kept.size() - MOST_SHOWN) + " more" : ""));
            }
        });
    }

    /** Whether it is said where documents lie. */
    boolean saysWhere() {
        return !data.isEmpty();
    }

    TaskData data(TaskLibrary library, String task, HubDatasets hub, DownloadProgress progress) {
        Map<String, Path> local = new LinkedHashMap<>();
        for (String entry : data) {
            int equals = entry.indexOf('=');
            Path path = Path.of(entry.substring(equals + 1));
            if (!Files.exists(path)) {
                throw StoaException.user("--data " + entry + ": no such file or folder: " + path);
            }
            if (equals > 0) {
                local.put(entry.substring(0, equals), path);
            } else {
                library.datasets(task).forEach(id -> local.put(id, path));
            }
        }
        DatasetReader reader = new DatasetReader();
        return new TaskData(new LocalDatasets(local, reader), Optional.of(hub), progress, reader);
    }
}
